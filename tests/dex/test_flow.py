"""Constants are followed from where code makes them to the call that takes them, idiom by idiom."""

from __future__ import annotations

import pytest

from pincompiler.android.constants.program import Program, arguments
from pincompiler.android.constants.values import (
    Created,
    FieldValue,
    OneOf,
    Parameter,
    Returned,
    Text,
    Unknown,
    leaves,
    texts,
)
from pincompiler.android.dex.index import Dex, Site
from tests.builds import assemble
from tests.dex.idioms import APP, BOTH, BUILDER, CASES, CLIENT, HELPER, cases


@pytest.fixture(scope="module")
def dex(builds: str) -> Dex:  # noqa: ARG001
    sources = {"Cases": cases(), "Helper": HELPER, "App": APP}
    return Dex(assemble(sources), "classes.dex")


def test_a_choice_of_many_is_kept(dex: Dex) -> None:
    (value,) = arguments([dex], taken(dex, "many"))
    assert isinstance(value, OneOf)
    assert texts(value) == tuple(f"pin {n}" for n in range(12))


def taken(dex: Dex, name: str) -> Site:
    sites = dex.call_sites(dex.method_refs("LSink;", "take"))
    (site,) = (site for site in sites if site.method.name == name)
    return site


@pytest.mark.parametrize("name", CASES)
def test_idiom(dex: Dex, name: str) -> None:
    (value,) = arguments([dex], taken(dex, name))
    assert value == CASES[name][1]


def test_a_text_that_grows_in_a_loop_settles(dex: Dex) -> None:
    (value,) = arguments([dex], taken(dex, "growing"))
    assert "x" in texts(value)
    assert any(isinstance(leaf, Unknown) for leaf in leaves(value))


def test_arguments_of_a_pinner_and_its_line(dex: Dex) -> None:
    (site,) = dex.call_sites(dex.method_refs(BUILDER, "add"))
    receiver, host, pins = arguments([dex], site)
    assert isinstance(receiver, Created)
    assert receiver.descriptor == BUILDER
    assert (host, pins) == (Text("example.com"), BOTH)
    assert (site.line, site.method.source_file) == (42, "Source.java")


def test_a_pinner_is_followed_to_the_client(dex: Dex) -> None:
    program = Program([dex])
    (site,) = program.call_sites(CLIENT, "certificatePinner")
    _, passed = arguments(program, site)
    assert isinstance(passed, Parameter)
    (origin,) = program.origins(passed)
    assert isinstance(origin, Returned)
    assert (origin.ref.name, origin.method.name) == ("build", "make")
    (build,) = program.call_sites(BUILDER, "build")
    assert (build.method, build.offset) == (origin.method, origin.offset)
    (receiver,) = arguments(program, build)
    assert isinstance(receiver, Returned)
    assert receiver.ref.name == "add"


def test_a_field_is_an_origin(dex: Dex) -> None:
    program = Program([dex])
    (site,) = program.call_sites("LApp;", "attach")
    assert isinstance(arguments(program, site)[0], FieldValue)


def test_asking_again_costs_nothing(dex: Dex) -> None:
    """The bound on work is one on what a file claims to hold, not on how often it is asked."""
    site = taken(dex, "many")
    for _ in range(2000):
        assert site.method.handlers == ()
        assert site.method.switch_targets(next(one for one in site.method.instructions if one.opcode == 0x2B))
