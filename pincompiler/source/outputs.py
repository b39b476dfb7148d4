"""``[target.NAME]``: which artifacts to write, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pincompiler.base.bounds import shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.platforms.registry import TARGETS
from pincompiler.policy.project import Output
from pincompiler.source.paths import inside, one_file
from pincompiler.source.tables import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path, PurePosixPath

    from pincompiler.base.location import Location
    from pincompiler.platforms.target import Target
    from pincompiler.policy.project import Environment
    from pincompiler.source.environments import EnvironmentReader
    from pincompiler.source.tables import Reporter, TomlTable

_PACKAGE = lazy_regex(r"[a-z][A-Za-z0-9_]*(?:\.[a-z][A-Za-z0-9_]*)*")
_RESOURCE = lazy_regex(r"[a-z][a-z0-9_]*")
_CLASS = lazy_regex(r"[A-Z][A-Za-z0-9]*")
# The hard keywords of Kotlin and Java's reserved words: no part of a package may be one.
_RESERVED = frozenset(
    [
        "abstract",
        "as",
        "assert",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extends",
        "false",
        "final",
        "finally",
        "float",
        "for",
        "fun",
        "goto",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "int",
        "interface",
        "is",
        "long",
        "native",
        "new",
        "null",
        "object",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "short",
        "static",
        "strictfp",
        "super",
        "switch",
        "synchronized",
        "this",
        "throw",
        "throws",
        "transient",
        "true",
        "try",
        "typealias",
        "typeof",
        "val",
        "var",
        "void",
        "volatile",
        "when",
        "while",
    ]
)
# What generated code uses itself, and would find its own class instead.
_TAKEN = frozenset(
    [
        "CertificatePinner",
        "JvmField",
        "String",
        "Bool",
        "Any",
        "TrustKit",
        "Foundation",
        "IllegalStateException",
    ]
)
_CODE = (".kt", ".java", ".swift")


class OutputReader:
    """Reads the outputs of a project, environment by environment."""

    def __init__(
        self, reporter: Reporter, root: Path, inputs: Iterable[Path], environments: EnvironmentReader
    ) -> None:
        self._reporter = reporter
        self._root = root
        self._inputs = frozenset(map(one_file, inputs))
        self._environments = environments
        self._taken: dict[str, tuple[Target[Any], PurePosixPath]] = {}

    def read(self, top: TomlTable, environment: Environment) -> tuple[Output, ...]:
        """The outputs in the order of the registry, which is the order of writing."""
        found: dict[str, Output] = {}
        targets = {target.name: target for target in TARGETS}
        for name, table in top.named_tables("target"):
            if name in targets:
                output = self._output(targets[name], table, environment)
                if output:
                    found[name] = output
            else:
                fix = did_you_mean(name, targets)
                where = table.where
                self._reporter.error("unknown-target", f"no target is called `{name}`", where, fix)
        return tuple(found[name] for name in targets if name in found)

    def _output(self, target: Target[Any], table: TomlTable, environment: Environment) -> Output | None:
        table.only(target.options | {"path", "path-assessment"})
        path = self._path(target, *self._environments.text(table, "path", environment, required=True))
        package = self._package(target, table) if "package" in target.options else ""
        base = self._base(table, environment) if "base" in target.options else None
        swizzle = table.flag("swizzle", default=False) if "swizzle" in target.options else False
        if path is None or package is None:
            return None
        self.unshared(target, path, table.where.at("path"))
        if base is not None and one_file(self._root / base) == one_file(self._root / path):
            fix = "keep the hand-written part in a file of its own"
            self._reporter.error(
                "conflicting-output", "the base would be overwritten", table.where.at("base"), fix
            )
        return Output(target.name, path, package, base, swizzle, table.where)

    def _path(self, target: Target[Any], text: str | None, where: Location) -> PurePosixPath | None:
        path = inside(text, self._root, where, self._reporter) if text else None
        if path is None:
            return None
        if path.suffix not in target.suffixes:
            endings = " or ".join(target.suffixes)
            self._reporter.error(
                "invalid-value", f'"{path.name}" is no name for {target.name}', where, f"end it in {endings}"
            )
            return None
        if path.suffix == ".xml" and not _RESOURCE.fullmatch(path.stem):
            fix = "resources are named in lower-case letters, digits and _"
            self._reporter.error("invalid-value", f'"{path.name}" is no name for a resource', where, fix)
            return None
        if path.suffix in _CODE and (path.stem in _TAKEN or not _CLASS.fullmatch(path.stem)):
            fix = 'the file is named after the class in it, like "Pins": letters and digits, a capital first'
            self._reporter.error("invalid-value", f'"{path.stem}" is no name for a class', where, fix)
            return None
        return path

    def _package(self, target: Target[Any], table: TomlTable) -> str | None:
        package = table.text("package", required="package" in target.required)
        if package is None:
            return None
        wrong = next((part for part in package.split(".") if part in _RESERVED), "")
        if wrong or len(package) > 200 or not _PACKAGE.fullmatch(package):
            shown = package if package.isprintable() else ascii(package)
            fix = f"`{wrong}` is a reserved word" if wrong else 'write it like "com.example.shop"'
            self._reporter.error(
                "invalid-value", f'"{shortened(shown)}" is no package', table.where.at("package"), fix
            )
            return None
        return package

    def _base(self, table: TomlTable, environment: Environment) -> PurePosixPath | None:
        text, where = self._environments.text(table, "base", environment)
        return inside(text, self._root, where, self._reporter) if text else None

    def assessment(
        self, target: Target[Any], top: TomlTable, environment: Environment
    ) -> PurePosixPath | None:
        """Where an output goes in assessment builds, if its table says so."""
        targets = top.table("target")
        table = targets.table(target.name) if targets else None
        if table is None or "path-assessment" not in table:
            return None
        return self._path(target, *self._environments.text(table, "path-assessment", environment))

    def unshared(self, target: Target[Any], path: PurePosixPath, where: Location) -> None:
        """Report a file that is an input, or another output."""
        file = one_file(self._root / path)
        if file in self._inputs:
            message, fix = (
                f'"{path}" is an input, and would be overwritten',
                "give the output a path of its own",
            )
            self._reporter.error("conflicting-output", message, where, fix)
        first, spelt = self._taken.setdefault(file, (target, path))
        # For another environment a target may write the same file, if the same is to be in it.
        shared = first is target or (first.edits and target.edits)
        if not (shared and spelt == path):
            message = f"{target.name} and {first.name} would write the same file"
            fix = f'write it as "{spelt}" in both' if shared else "give each its own path"
            self._reporter.error("conflicting-output", message, where, fix)
