"""What a report says to write for one host is what the whole file would say of it."""

from __future__ import annotations

from base64 import b64decode
from datetime import date
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given

from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.platforms.nsc.writer import excerpt
from pincompiler.platforms.registry import TARGETS, target_named
from pincompiler.policy.enforcement import Key, PinSet, Reach, Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output
from pincompiler.workflows import compile as compiler
from tests.strategies import TODAY, policies

SAMPLES = Path(__file__).parents[1] / "samples"
ONE = "OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c="
TWO = "qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k="
EXPECTED = {
    "nsc": f"""\
<domain-config>
    <domain includeSubdomains="true">b.example.com</domain>
    <pin-set expiration="2027-06-30">
        <!-- one, leaf -->
        <pin digest="SHA-256">{ONE}</pin>
        <!-- two -->
        <pin digest="SHA-256">{TWO}</pin>
    </pin-set>
</domain-config>""",
    "okhttp-kotlin": f"""\
.add(
    "**.b.example.com",
    "sha256/{ONE}", // one, leaf
    "sha256/{TWO}", // two
)""",
    "okhttp-java": f"""\
builder.add(
    "**.b.example.com",
    "sha256/{ONE}", // one, leaf
    "sha256/{TWO}"); // two""",
}


def policy() -> Policy:
    keys = Key(b64decode(ONE), Role.LEAF, "one"), Key(b64decode(TWO), None, "two")
    return Policy((PinSet(("a.example.com", "b.example.com"), Reach.ALL, keys, date(2027, 6, 30)),))


@pytest.mark.parametrize("name", EXPECTED)
def test_an_excerpt_names_the_host_and_the_keys(name: str) -> None:
    target = target_named(name)
    assert target.excerpt
    model = target.lower(policy(), App(), Output(name, PurePosixPath("Pins.kt")))
    found = target.excerpt(model, "b.example.com")
    assert found
    assert found.text == EXPECTED[name]
    assert target.excerpt(model, "c.example.com") is None


def test_every_target_that_an_audit_finds_in_an_app_has_excerpts() -> None:
    assert [target.name for target in TARGETS if target.mechanism and not target.excerpt] == []


def test_excerpts_stand_in_the_committed_files() -> None:
    """The calls for OkHttp line by line, whatever they are indented by."""
    checked = compiler.check(SAMPLES / "pins.toml", TODAY)
    seen = 0
    for lowering in checked.lowered:
        target = target_named(lowering.output.target)
        if target.mechanism != "okhttp" or not target.excerpt:
            continue
        written = [line.strip() for line in (SAMPLES / lowering.output.path).read_text("utf-8").splitlines()]
        for host in checked.project.policy.names():
            if found := target.excerpt(lowering.model, host):
                lines = [line.strip() for line in found.text.splitlines()]
                starts = [n for n, line in enumerate(written) if line == lines[0]]
                assert any(written[n : n + len(lines)] == lines for n in starts)
                seen += 1
    assert seen > 4


@given(policies)
def test_an_excerpt_of_a_configuration_demands_the_same_of_its_host(wanted: Policy) -> None:
    model = target_named("nsc").lower(wanted, App(), Output("nsc", PurePosixPath("nsc.xml")))
    for host in model.names():
        found = excerpt(model, host)
        assert found
        alone = read_xml(
            f"<network-security-config>{found.text}</network-security-config>".encode(), "nsc.xml"
        )
        assert [*alone.names()] == [host]
        assert alone.demand(host) == model.demand(host)
