"""``[target.KIND]`` and ``[target.KIND.INSTANCE]``: which artifacts to write, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pincompiler.base.bounds import shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.platforms.registry import TARGETS
from pincompiler.policy.project import Output
from pincompiler.source.entries import of_target
from pincompiler.source.paths import inside, one_file
from pincompiler.source.source_sets import SourceSetChecker
from pincompiler.source.tables import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path, PurePosixPath

    from pincompiler.base.location import Location
    from pincompiler.platforms.target import Target
    from pincompiler.policy.project import Environment
    from pincompiler.source.environments import EnvironmentReader
    from pincompiler.source.tables import Reporter, TomlTable

_PACKAGE = lazy_regex(r"[a-z][A-Za-z0-9_]*(?:\.[a-z][A-Za-z0-9_]*)*")
_RESOURCE = lazy_regex(r"[a-z][a-z0-9_]*")
_CLASS = lazy_regex(r"[A-Z][A-Za-z0-9]*")
_INSTANCE = lazy_regex(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?")
"""What TOML takes for a key without quotes."""
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


_SEVERAL = "write [target.{name}.NAME] for each"
_TARGETS = {target.name: target for target in TARGETS}


def declared(top: TomlTable) -> Iterator[tuple[str, TomlTable]]:
    """The outputs that a file names, by their names, each with its table; an unknown target is none."""
    for kind, table in top.named_tables("target"):
        if kind in _TARGETS:
            for instance, one in instances(kind, table):
                yield (f"{kind}.{instance}" if instance else kind), one


def instances(kind: str, table: TomlTable) -> Iterator[tuple[str, TomlTable]]:
    """The outputs of a ``[target.KIND]``: its own, without a name, and those of ``[target.KIND.INSTANCE]``."""
    named = dict(table.tables_besides(of_target(_TARGETS[kind])))
    if not named or table.has_besides(named):
        yield "", table
    yield from named.items()


def _meant(name: str) -> str:
    """What a name like ``ats-widget`` was to say: one more of a kind."""
    kind = max((one for one in _TARGETS if name.startswith((f"{one}-", f"{one}_"))), key=len, default="")
    return f"write [target.{kind}.{name[len(kind) + 1 :]}] for one more of a kind" if kind else ""


def _edits_apart(one: Output, other: Output) -> bool:
    """Whether they write different parts of a file that somebody else has."""
    return one.target != other.target and _TARGETS[one.target].edits and _TARGETS[other.target].edits


class OutputReader:
    """Reads the outputs of a project, environment by environment."""

    def __init__(
        self, reporter: Reporter, root: Path, inputs: Iterable[Path], environments: EnvironmentReader
    ) -> None:
        self._reporter = reporter
        self._root = root
        self._inputs = frozenset(map(one_file, inputs))
        self._environments = environments
        self._taken: dict[str, Output] = {}
        self._source_sets = SourceSetChecker(reporter, environments)

    def read(self, top: TomlTable, environment: Environment) -> tuple[Output, ...]:
        """The outputs in the order of the registry, which is the order of writing."""
        found: dict[str, list[Output]] = {name: [] for name in _TARGETS}
        for name, table in top.named_tables("target", _SEVERAL):
            if name not in _TARGETS:
                fix = _meant(name) or did_you_mean(name, _TARGETS)
                self._reporter.error("unknown-target", f"no target is called `{name}`", table.where, fix)
                continue
            for instance, one in instances(name, table):
                if self._is_name(instance, one) and (
                    output := self._output(_TARGETS[name], instance, one, environment)
                ):
                    found[name].append(output)
        return tuple(output for outputs in found.values() for output in outputs)

    def _is_name(self, instance: str, table: TomlTable) -> bool:
        if not instance or _INSTANCE.fullmatch(instance):
            return True
        message = f"{quoted(instance)} is no name for one of several targets"
        self._reporter.error("invalid-value", message, table.where, "use letters, digits, - and _")
        return False

    def _output(
        self, target: Target[Any], instance: str, table: TomlTable, environment: Environment
    ) -> Output | None:
        others = () if instance else (name for name, _ in table.tables_besides(of_target(target)))
        table.only(of_target(target).union(others))
        path = self._path(target, *self._environments.text(table, "path", environment, required=True))
        package = self._package(target, table) if "package" in target.options else ""
        base = self._base(table, environment) if "base" in target.options else None
        swizzle = table.flag("swizzle", default=False) if "swizzle" in target.options else False
        if path is None or package is None:
            return None
        output = Output(target.name, path, package, base, swizzle, table.where, instance=instance)
        self.unshared(output, table.where.at("path"))
        if target.mechanism:
            self._source_sets.check(output, table, environment, table.where.at("path"))
        if base is not None and one_file(self._root / base) == one_file(self._root / path):
            fix = "keep the hand-written part in a file of its own"
            self._reporter.error(
                "conflicting-output", "the base would be overwritten", table.where.at("base"), fix
            )
        return output

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

    def assessment(self, output: Output, top: TomlTable, environment: Environment) -> PurePosixPath | None:
        """Where an output goes in assessment builds, if its table says so."""
        found = (table for name, table in declared(top) if name == output.name)
        table = next(found, None)
        if table is None or "path-assessment" not in table:
            return None
        text, where = self._environments.text(table, "path-assessment", environment)
        return self._path(_TARGETS[output.target], text, where)

    def unshared(self, output: Output, where: Location) -> None:
        """Report a file that is an input, or another output."""
        path, file = output.path, one_file(self._root / output.path)
        if file in self._inputs:
            message, fix = (
                f'"{path}" is an input, and would be overwritten',
                "give the output a path of its own",
            )
            self._reporter.error("conflicting-output", message, where, fix)
        first = self._taken.setdefault(file, output)
        # For another environment a target may write the same file, if the same is to be in it.
        shared = first.name == output.name or _edits_apart(first, output)
        if not (shared and first.path == path):
            message = f"{output.name} and {first.name} would write the same file"
            fix = f'write it as "{first.path}" in both' if shared else "give each its own path"
            self._reporter.error("conflicting-output", message, where, fix)
