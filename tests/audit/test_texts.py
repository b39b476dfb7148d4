"""What is said of a text of which the beginning is known holds for every text that begins so."""

from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.android.dex.refs import MethodRef
from pincompiler.shipped.android.trust.ways.constants import constant, created, hash_code
from pincompiler.shipped.android.trust.ways.lineage import Contents, Lineage, Val, Words, argument, made_at
from pincompiler.shipped.android.trust.ways.texts import ADDRESS, answer, changed, fits, is_url_of, place_of

TEXTS: Final = st.text("htps:/.aA1", max_size=9)
WORDS: Final = st.builds(Words, TEXTS, st.booleans(), st.just(False))
REAL: Final = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
    "equals": str.__eq__,
}


def whole(text: Words, rest: str) -> str:
    return text.begins if text.whole else text.begins + rest


@given(
    text=WORDS,
    sought=WORDS,
    rest=TEXTS,
    more=TEXTS,
    name=st.sampled_from(sorted(REAL)),
    ignoring=st.booleans(),
)
def test_what_is_found_is_found_in_each(
    text: Words, sought: Words, rest: str, more: str, name: str, *, ignoring: bool
) -> None:
    one, other = whole(text, rest), whole(sought, more)
    said = answer(name, text, sought, ignoring_case=ignoring)
    if ignoring:
        one, other = one.lower(), other.lower()
    assert said in {None, REAL[name](one, other)}


@given(WORDS, TEXTS, TEXTS)
def test_the_place_is_the_first_in_each(text: Words, sought: str, rest: str) -> None:
    assert place_of(text, Words(sought)) in {None, whole(text, rest).find(sought)}


@given(WORDS, TEXTS, st.integers(0, 9), st.integers(0, 9))
def test_a_part_is_that_part_of_each(text: Words, rest: str, first: int, last: int) -> None:
    of_all = whole(text, rest)
    part = changed("substring", text, [first, last], [])
    assert part is None or (part.whole and part.begins == of_all[first:last])
    behind = changed("substring", text, [first], [])
    assert behind is None or whole(behind, rest) == of_all[first:]


@given(WORDS, TEXTS, TEXTS)
def test_what_is_before_and_behind_is_so_in_each(text: Words, rest: str, part: str) -> None:
    of_all = whole(text, rest)
    before = changed("substringBefore", text, [], [Words(part)])
    assert before is None or before.begins == of_all.partition(part)[0]
    behind = changed("removePrefix", text, [], [Words(part)])
    assert behind is None or whole(behind, rest) == of_all.removeprefix(part)


PIECES: Final = st.sampled_from(["h", "t", "tt", "p", "s?", "s", ":", "/", r"\.", "a?", "1"])
PATTERNS: Final = st.builds(
    lambda start, some, end: start + "".join(some) + end,
    st.sampled_from(["", "^", ".*", "^.*"]),
    st.lists(PIECES, max_size=9),
    st.sampled_from(["", "$", ".*", ".+", ".*$"]),
)


@given(text=WORDS, pattern=PATTERNS, rest=TEXTS, in_whole=st.booleans())
def test_a_pattern_that_fits_fits_each(text: Words, pattern: str, rest: str, *, in_whole: bool) -> None:
    if fits(text, pattern, whole=in_whole):
        of_all = whole(text, rest or "a")
        assert (re.fullmatch if in_whole else re.search)(pattern, of_all)


@pytest.mark.parametrize(
    ("pattern", "in_whole", "said"),
    [
        ("https?://.*", True, True),
        ("^https://", False, True),
        (".*://.*", True, True),
        ("https://", True, None),
        (r"https://pay\.example\.com/.*", True, None),
        ("(https|wss)://.*", True, None),
        ("(h+)+t.*", True, None),
    ],
)
def test_patterns_for_an_address(pattern: str, *, in_whole: bool, said: bool | None) -> None:
    assert fits(ADDRESS, pattern, whole=in_whole) is said


@pytest.mark.parametrize(
    ("name", "said"),
    [("isHttpsUrl", True), ("isNetworkUrl", True), ("isHttpUrl", False), ("isFileUrl", None)],
)
def test_androids_own_tests_of_an_address(name: str, *, said: bool | None) -> None:
    assert is_url_of(name, ADDRESS) is said


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("getScheme", Words("https")),
        ("getProtocol", Words("https")),
        ("getHost", Words("", whole=False, dotted=True)),
        ("toLowerCase", ADDRESS),
        ("replace", None),
    ],
)
def test_what_is_made_of_an_address(name: str, made: Words | None) -> None:
    assert changed(name, ADDRESS, [], []) == made


@pytest.mark.parametrize(
    ("text", "number"),
    # String.hashCode's documentation gives the sum; the numbers are those of switches that javac made.
    [("", 0), ("a", 97), ("Aa", 2112), ("BB", 2112), ("hello", 99162322), ("https", 99617003)],
)
def test_the_hash_code_of_a_text(text: str, number: int) -> None:
    assert hash_code(text) == number


CLASSES: Final = (
    *("Ljava/lang/Math;", "Ljava/lang/Integer;", "Ljava/lang/String;", "Ljava/util/regex/Matcher;"),
    *("Ljava/util/regex/Pattern;", "Ljava/util/List;", "Lkotlin/Result;", "Lkotlin/text/StringsKt;"),
    *("Landroid/webkit/URLUtil;", "Lkotlin/ranges/IntRange;", "Ljava/net/URI;"),
)
NAMES: Final = (
    *("abs", "max", "valueOf", "intValue", "equals", "contains", "indexOf", "charAt", "length", "substring"),
    *(
        "regionMatches",
        "matches",
        "find",
        "compile",
        "matcher",
        "asList",
        "take$default",
        "isHttpsUrl",
        "drop",
    ),
    *("startsWith$default", "substringBefore$default", "exceptionOrNull-impl", "getScheme", "<init>"),
)
KINDS: Final = st.lists(st.sampled_from(["I", "Z", "Ljava/lang/String;", "[I", "C"]), max_size=6)
INSIDE: Final = st.one_of(
    st.none(), st.integers(-2, 2), WORDS, st.just(Contents(())), st.just(Contents((1, None, Words("a"))))
)
VALUES: Final = st.builds(
    lambda number, inside, at: Val(argument(at), number, inside=inside),
    st.one_of(st.none(), st.integers(-3, 99)),
    INSIDE,
    st.integers(0, 5),
)


@given(
    cls=st.sampled_from(CLASSES),
    name=st.sampled_from(NAMES),
    kinds=KINDS,
    static=st.booleans(),
    values=st.lists(VALUES, min_size=7),
)
def test_calls_of_any_shape_are_answered_or_not(
    cls: str, name: str, kinds: list[str], *, static: bool, values: list[Val]
) -> None:
    """Whoever made an app may call a method of a known name with what it never takes."""
    ref = MethodRef(cls, name, f"({''.join(kinds)})I")
    passed = values[: len(kinds) + (not static)]
    answered = constant(ref, passed, made_at(4), Lineage(()))
    assert answered is None or isinstance(answered, Val)
    if passed:
        created(ref, passed)
