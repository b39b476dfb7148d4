"""Every bound of reading is one of the table, and the manual has what the table says."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pincompiler.base.bounds import TABLE, Beyond, shortened
from tests import pages
from tests.test_layers import FILES, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
READERS = (
    "base",
    "keys",
    "platforms",
    "tls",
    "android",
    "ios",
    "source",
    "facts",
    "shipped",
    "verdicts",
    "workflows",
)
"""The layers in which something is read, looked for or followed; what stands above only shows it."""
NAME = re.compile(r"_?[A-Z_]*(?:MOST|LIMIT|LARGEST|LONGEST|DEEPEST|FARTHEST|ENOUGH|BUDGET|MAX)(?:_.*)?")
FORMATS = {
    # Numbers of a format, a platform or a protocol: nothing that is valid lies beyond them.
    "archives/directory.py": {"MOST_16", "MOST_32"},
    "android/apk/inner.py": {"_BLOCK", "128", "100"},
    "android/apk/protobuf.py": {"_MOST_BITS"},
    "android/dex/tables.py": {"_MOST_PARAMETERS", "_MOST_INTERFACES"},
    "android/dex/debug.py": {"255", "_FIRST_SPECIAL"},
    "android/dex/format.py": {"28", "127", "32", "128", "120", "HEADER_SIZE", "_SECTION_KINDS"},
    "android/dex/strings.py": {"127"},
    "android/constants/byte_models.py": {"127"},
    "ios/arm64/calls.py": {"ARGUMENTS"},
    "ios/arm64/sites.py": {"_ON_STACK"},
    "ios/arm64/steps.py": {"8"},
    "ios/arm64/stubs.py": {"_LENGTH"},
    "ios/arm64/texts.py": {"15"},
    "ios/arm64/way.py": {"33", "18", "30", "_WIDEST", "8"},
    "ios/macho/container.py": {"_LEAST"},
    "ios/macho/format.py": {"64", "128"},
    "ios/macho/objc.py": {"_LARGE_BYTES", "24", "56", "8"},
    "ios/macho/symbols.py": {"254"},
    "keys/certificates.py": {"128", "6"},
    "keys/java_stores.py": {"1 << 20"},
    "platforms/trustkit_registry.py": {"_LONGEST"},
    "source/anchors.py": {"64"},
    "source/environments.py": {"64"},
    "source/keys.py": {"64"},
    "source/outputs.py": {"200"},
    "source/tables.py": {"2 ** 31", "12"},
    "tls/fitness.py": {"2048", "224"},
    "workflows/surroundings.py": {"_NSC_SINCE"},
    "workflows/verify.py": {"1 << 16", "6"},
    "android/androguard/code.py": {"8"},
    "android/apk/arsc.py": {"64", "288"},
    "android/apk/axml.py": {"256", "384", "_NODE"},
    "android/apk/pool.py": {"1 << 15"},
    "android/apk/configuration.py": {"48", "64", "127"},
    "android/apk/markup.py": {"_LAST_LINE"},
    "android/constants/method_flow.py": {"256"},
    "android/running/java/boxes.py": {"36"},
    "android/running/java/characters.py": {"1114111", "36", "5760", "65535"},
    "android/running/java/platform.py": {"76"},
    "android/running/java/text.py": {"33"},
    "android/running/java/to_string.py": {"10", "10000000.0"},
    "android/running/java/tools.py": {"127"},
    "android/running/steps/calculations.py": {"11", "22", "27"},
    "base/json_kinds.py": {"MOST"},
    "facts/bundled.py": {"CA_BUNDLE"},
    "facts/kits.py": {"OS_ENFORCES"},
    "platforms/ats_faults.py": {"17"},
    "platforms/nsc/__init__.py": {"24"},
    "platforms/nsc/model.py": {"24", "28"},
    "platforms/spelling.py": {"_LONGEST", "6"},
    "platforms/nsc/reader.py": {"_LAST_YEAR"},
    "shipped/ios/challenges/model.py": {"_DIGEST", "8"},
    "shipped/android/bundled/scanning.py": {"_SMALLEST"},
    "shipped/android/loading.py": {"_FEW"},
    "shipped/ios/programs.py": {"_WITHOUT_32_BIT"},
    "shipped/android/owners.py": {"_LARGE_SHARE", "_OF_A_PRODUCT"},
    "shipped/android/trust/deciders.py": {"_LEAST_METHODS"},
    # Of a key the least size; of a hash that is made up, how much is kept; and the bytes of Java.
    "shipped/android/trust/trials/material.py": {"_LEAST_OF_A_KEY", "_SO_MUCH", "128"},
    "shipped/android/trust/ways/constants.py": {"_PLAIN_REGION"},
    "shipped/android/trust/ways/explorer.py": {"_STEPS_OF_BUDGET"},
    # Pieces in which the whole is read, and what only looks at how something begins.
    "archives/archive.py": {"8", "_HEAD_SLACK"},
    "android/dex/code_map.py": {"_FEW_CLASSES", "_FEW_OFFSETS", "_ROUNDS", "_STEPS_PER_HIT", "256"},
    "android/dex/method.py": {"8"},
    "android/dex/scan.py": {"_GROUPS", "_CHUNK", "256"},
    "keys/spki.py": {"32"},
    "keys/stores.py": {"HEAD"},
    "platforms/headers.py": {"_BEGINNING", "8"},
    "archives/storage.py": {"_CHUNK"},
    "platforms/okhttp/code.py": {"_INLINE", "_PART_PINS"},
    "platforms/trustkit_swift.py": {"_PART"},
    "verdicts/fingerprints.py": {"32"},
    "verdicts/headline.py": {"_SHOWN"},
    "verdicts/confining.py": {"_SHOWN"},
    "verdicts/chain_verdicts.py": {"8"},
    "workflows/write.py": {"100"},
}
"""Numbers that cut nothing which an answer could need, by file."""


READING = [
    file
    for file in FILES
    if file.startswith(READERS) and not file.endswith(("bounds.py", "opcodes.py", "arithmetic.py"))
]


def numbers(tree: ast.Module) -> set[str]:
    """The names that a module gives to numbers."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and is_number(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }


def is_number(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return is_number(node.left) and is_number(node.right)
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def cuts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and number of everything that may leave something out: slices, islice, range, min, and comparisons of
    sizes, of what is left and of how deep or far something is."""
    named = numbers(tree)
    for node in ast.walk(tree):
        tops: list[ast.AST] = []
        if isinstance(node, ast.Slice) and node.upper is not None and node.lower is None:
            tops = [node.upper]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("islice", "range", "min"):
            tops = list(node.args)
        elif isinstance(node, ast.Compare) and all(
            isinstance(one, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for one in node.ops
        ):
            tops = [node.left, *node.comparators]
        for top in tops:
            for part in ast.walk(top):
                if isinstance(part, ast.Name) and part.id in named:
                    yield part.lineno, part.id
            if is_number(top) and eval(ast.unparse(top)) > FEW:  # noqa: S307 - a number
                yield top.lineno if hasattr(top, "lineno") else 0, ast.unparse(top)


FEW = 5
"""So few items are the parts of something whose shape is known."""


@pytest.mark.parametrize("file", READING)
def test_what_cuts_is_in_the_table(file: str) -> None:
    """A number that leaves something out has a name, a reason and a consequence, or is a format's own."""
    tree, own = parsed(file), FORMATS.get(file, set())
    hidden = sorted(name for name in numbers(tree) if NAME.fullmatch(name) and name not in own)
    assert not hidden, "a bound belongs into pincompiler/base/bounds.py"
    found = [f"{file}:{line}: {text}" for line, text in cuts(tree) if text not in own]
    assert not found, (
        "a bound belongs into pincompiler/base/bounds.py; a number of a format, into FORMATS here"
    )


def test_no_exception_is_left_over() -> None:
    for file, own in FORMATS.items():
        tree = parsed(file)
        assert own <= {text for _, text in cuts(tree)} | numbers(tree), file


def test_every_bound_is_used() -> None:
    used = {
        node.id
        for file in FILES
        if not file.endswith("bounds.py")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Name)
    } | {"SHOWN"}  # by `shortened`
    assert not TABLE.keys() - used


def test_each_says_what_it_is_for() -> None:
    for name, bound in TABLE.items():
        assert bound.limit > 0, name
        assert bound.of, name
        assert bound.why, name


def table() -> str:
    """The table of the manual: what an audit does not look at."""
    told = [one for one in TABLE.values() if one.beyond not in (Beyond.SHORTENED, Beyond.SAME)]
    rows = (f"| {one} | {one.of} | {one.beyond} | {one.why} |\n" for one in told)
    return "| at most | of | what is beyond | the reason |\n|---|---|---|---|\n" + "".join(rows)


def test_the_manual_has_the_table(request: pytest.FixtureRequest) -> None:
    pages.held("limits", "bounds", table(), update=request.config.getoption("--update-golden"))


@pytest.mark.parametrize("length", [0, 79, 80, 81, 1000])
def test_a_text_that_was_shortened_shows_it(length: int) -> None:
    shown = shortened("x" * length)
    assert len(shown) == min(length, 80)
    assert shown.endswith("…") == (length > 80)
