"""A small run of the generator: what the audit does not reach yet is listed, and nothing else is wrong.

``known.txt`` has every app of the sample of which the answer is wrong or unknown.  It may only become shorter: a line
whose app is understood now fails the test, as does an app that is not understood and has no line.  ``make golden``
writes it.  The bars are those of a whole run (``make idioms``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests import parts
from tests.idioms.making import LANGUAGES, made
from tests.idioms.measuring import Answer, measured
from tests.idioms.reporting import BARS, faults
from tests.idioms.words import UNPINNED, Encoding
from tests.real.install import missing

if TYPE_CHECKING:
    from tests.idioms.making import Made
    from tests.idioms.measuring import Measured
    from tests.idioms.reporting import Bar

SEED, SOURCES = 17, 40
KNOWN: Final = Path(__file__).parent / "known.txt"


@pytest.fixture(scope="module")
def sample() -> list[Measured]:
    parts.need(missing())
    return list(measured(made(SEED, SOURCES)))


@pytest.mark.real
@pytest.mark.slow
def test_what_is_not_understood_is_listed(sample: list[Measured], request: pytest.FixtureRequest) -> None:
    lines = [
        f"{one.build}  {one.app.title}  [{'; '.join(faults(one)) or one.answer.value}]"
        for one in sample
        if faults(one) or one.answer is Answer.UNKNOWN
    ]
    if request.config.getoption("--update-golden"):
        KNOWN.write_text("\n".join((*lines, "")), "utf-8")
    assert len(sample) >= 100
    assert KNOWN.read_text("utf-8").splitlines() == lines


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("bar", [pytest.param(bar, id=bar.name) for bar in BARS])
def test_the_bars_are_met(sample: list[Measured], bar: Bar) -> None:
    assert bar.met(sample), bar.shown(sample)


def test_a_seed_is_a_set_of_apps() -> None:
    assert made(SEED, 50) == made(SEED, 50)
    assert made(SEED, 50) != made(SEED + 1, 50)


@pytest.fixture(scope="module")
def whole() -> list[Made]:
    return made(SEED, 1000)


def test_every_choice_is_made_in_a_whole_run(whole: list[Made]) -> None:
    for language in LANGUAGES.values():
        own = [one for one in whole if one.language == language.name]
        assert {one.site for one in own} == set(language.sites)
        assert {one.arrival for one in own} == set(language.arrivals)
        assert {one.encoding for one in own} == set(Encoding)
        assert {one.comparison for one in own} - {""} == {*language.comparisons, *language.addings}
        assert {one.host_by for one in own} - {""} == set(language.hosts)


def test_pins_stand_in_the_source_of_an_app_that_has_some(whole: list[Made]) -> None:
    for one in whole:
        text = "".join(source for _, source in one.sources)
        written = one.encoding in {Encoding.BASE64, Encoding.PREFIXED} and not one.resources
        if one.state in UNPINNED:
            assert not one.pins
        elif written:
            # The first may be written in halves or backwards.
            assert one.pins[1] in text
