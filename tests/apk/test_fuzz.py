"""Mutations by the thousand: an anomaly, an unknown or an InputError, never anything else.

``PINCOMPILER_FUZZ`` multiplies the number of rounds.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from pincompiler.android.apk import Anomaly, Unread, read_package
from pincompiler.android.apk.arsc import BinaryTable
from pincompiler.android.apk.axml import read_axml
from pincompiler.android.apk.bundle import ProtoTable, read_proto_xml
from pincompiler.android.apk.manifest import read_manifest
from pincompiler.android.apk.markup import MarkupError, tree
from pincompiler.android.apk.resources import ResourceName, Resources
from pincompiler.archives.oddities import Oddities
from pincompiler.base.errors import InputError
from tests.apk.forge import app, arsc, axml, simple_zip
from tests.apk.test_axml import DOCUMENT
from tests.apk.test_package import splits
from tests.apk.test_resources import FORMS, TABLE
from tests.fuzz.mutating import mutated
from tests.patience import no_hang

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.android.apk.markup import Markup

ROUNDS = 1_500 * int(os.environ.get("PINCOMPILER_FUZZ", "1"))


def mutations(seed: bytes, rounds: int = ROUNDS) -> Iterator[bytes]:
    """Damaged copies, the same in every run."""
    chance = random.Random(seed)  # noqa: S311
    return (mutated(seed, chance) for _ in range(rounds))


def patient(read: Callable[[bytes], None], seed: bytes, rounds: int = ROUNDS) -> None:
    for data in mutations(seed, rounds):
        with no_hang():
            try:
                read(data)
            except InputError as error:
                assert str(error).isprintable()  # noqa: PT017


def use(markup: Markup) -> None:
    read_manifest(markup, Resources())
    try:
        assert tree(markup, str).sourceline
    except MarkupError:
        assert not markup.events or markup.broken


@pytest.mark.slow
@pytest.mark.parametrize("utf8", [True, False])
def test_binary_xml(*, utf8: bool) -> None:
    patient(lambda data: use(read_axml(data, "m", Oddities())), axml(DOCUMENT, utf8=utf8))


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_tables(form: object) -> None:
    def read(data: bytes) -> None:
        ask(Resources((BinaryTable(data, Oddities()),)))

    patient(read, arsc(TABLE, form), ROUNDS // 3)  # type: ignore[arg-type]


def ask(resources: Resources) -> None:
    for kind in range(1, 5):
        for entry in (0, 1, 2, 7):
            identifier = 0x7F000000 | kind << 16 | entry
            resources.values(identifier)
            resources.strings(identifier)
            resources.name(identifier)
    resources.identify(ResourceName("a.b", "xml", "n_debug"))


def whole(data: bytes) -> None:
    with read_package(data) as package:
        for variant in package.nsc_variants():
            assert variant.nsc.problems or variant.root is not None
        for _, code in package.dex_files():
            assert isinstance(code, bytes)
        for member in package.members():
            try:
                package.read(member, 1 << 20)
            except InputError:
                continue
        for one in (*package.anomalies, *package.unknowns):
            assert isinstance(one, Anomaly | Unread)
            assert "\0" not in f"{one}"


@pytest.mark.slow
@pytest.mark.parametrize("method", [0, 8])
def test_apks(method: int) -> None:
    patient(whole, simple_zip(app(), method), ROUNDS // 2)


@pytest.mark.slow
def test_sets_of_splits() -> None:
    patient(whole, simple_zip(splits(), 0), ROUNDS // 3)


# --- the protobuf forms ---------------------------------------------------------------------------


def field(number: int, value: int | bytes | str) -> bytes:
    """One field of a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def proto_xml() -> bytes:
    attribute = field(2, "true") + field(3, "yes") + field(6, field(7, field(8, 1)))
    reference = field(1, "urn:x") + field(2, "src") + field(5, 7) + field(6, field(1, field(2, 0x7F010000)))
    child = field(1, field(3, "b") + field(4, reference)) + field(3, field(1, 7))
    inside = field(3, "a") + field(4, attribute) + field(5, field(2, "text")) + field(5, child)
    return field(1, inside) + field(3, field(1, 3))


def proto_table() -> bytes:
    item = field(4, field(2, field(1, "text")))
    array = field(5, field(4, field(1, field(3, field(2, field(1, "one")))) * 2))
    config = field(1, field(3, "de-AT") + field(24, 28))
    values = field(6, config + field(2, item)) + field(6, field(2, array))
    reference = field(6, field(2, field(4, field(1, field(2, 0x7F010000)))))
    entries = field(3, field(1, field(1, 0)) + field(2, "one") + values) + field(
        3, field(1, field(1, 1)) + field(2, "two") + reference
    )
    kind = field(1, field(1, 1)) + field(2, "string") + entries
    return field(2, field(1, field(1, 0x7F)) + field(2, "a.b") + field(3, kind))


def test_the_forged_messages_are_right() -> None:
    root = tree(read_proto_xml(proto_xml()))
    assert (root.tag, root.get("true"), root[0].get("{urn:x}src"), root[0].sourceline) == (
        "a",
        "true",
        "@7f010000",
        7,
    )
    resources = Resources((ProtoTable(proto_table(), Oddities()),))
    assert resources.strings(0x7F010001) == ("text", "one")
    assert resources.values(0x7F010000)[0].qualifier == "de-rAT-v28"
    assert resources.identify(ResourceName("a.b", "string", "two")) == 0x7F010001


@pytest.mark.slow
def test_proto_xml() -> None:
    patient(lambda data: use(read_proto_xml(data)), proto_xml())
    deep = b""
    for _ in range(300):
        deep = field(1, field(3, "a") + field(5, deep))
    assert "nested" in read_proto_xml(deep).broken


@pytest.mark.slow
def test_proto_tables() -> None:
    patient(lambda data: ask(Resources((ProtoTable(data, Oddities()),))), proto_table())


def test_bundles() -> None:
    files = {
        "BundleConfig.pb": b"",
        "base/manifest/AndroidManifest.xml": proto_xml(),
        "base/resources.pb": proto_table(),
        "base/dex/classes.dex": b"dex",
    }
    patient(whole, simple_zip(files, 0), ROUNDS // 3)
