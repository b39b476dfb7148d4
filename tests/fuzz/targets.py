"""What is fuzzed: each reader with sound inputs to damage."""

from __future__ import annotations

import bz2
import functools
import gzip
import json
import lzma
import plistlib
import tempfile
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding

from pincompiler.android.apk import ArchiveError
from pincompiler.android.apk.arsc import BinaryTable
from pincompiler.android.apk.axml import read_axml
from pincompiler.android.apk.bundle import ProtoTable, read_proto_xml
from pincompiler.android.apk.inner import opened
from pincompiler.android.apk.resources import Resources
from pincompiler.android.hermes import HermesError, strings
from pincompiler.archives.oddities import Oddities
from pincompiler.archives.storage import Memory
from pincompiler.base.bounds import RESCUED
from pincompiler.base.errors import PincompilerError
from pincompiler.base.json_kinds import WrongError
from pincompiler.cli.console import ReportFormat, report
from pincompiler.foreign.reading import read_foreign
from pincompiler.keys.anchors import anchors_in
from pincompiler.keys.spki import KeyFileError, public_keys
from pincompiler.keys.stores import read_store
from pincompiler.platforms import plist
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.platforms.registry import target_named
from pincompiler.policy.project import App
from pincompiler.reports.audit import json_reader
from pincompiler.source.document import decode
from pincompiler.source.reader import read_project
from pincompiler.source.toml_spans import locate
from pincompiler.workflows import audit, impact
from pincompiler.workflows.read_configuration import check_file
from pincompiler.workflows.release_cache import RELEASE
from tests import pki
from tests.apk.forge import app, arsc, axml, simple_zip, tar
from tests.apk.test_axml import DOCUMENT
from tests.apk.test_fuzz import ask, proto_table, proto_xml, use, whole
from tests.apk.test_package import splits
from tests.apk.test_resources import FORMS, TABLE
from tests.audit.test_audit_reader import SAVED
from tests.audit.test_bundled import HERMES
from tests.bounding import bounded
from tests.dex import burdens
from tests.dex.test_hostile_dex import interrogate
from tests.foreign_sources import SOURCES
from tests.ios import apps as ios
from tests.ios import test_hostile_macho
from tests.ios.writer import whole as unfolded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pincompiler.verdicts.subject import Subject

SAMPLES = Path(__file__).parents[2] / "samples"
BUILDS = Path(__file__).parents[1] / "golden" / "builds"
TODAY = date(2026, 11, 23)
ASKED = audit.audit_options(TODAY, None, ())


class Target(NamedTuple):
    """A reader: what it is given is read, or refused by a PincompilerError; anything else is a fault."""

    read: Callable[[bytes], object]
    seeds: Callable[[], tuple[bytes, ...]]
    share: float = 1
    """How many of the cases asked for are tried; fewer where each takes long."""


def attempt(target: Target, data: bytes) -> None:
    """Read it; whatever is raised is a fault, and so is a refusal that a terminal cannot show."""
    try:
        target.read(data)
    except PincompilerError as error:
        if not str(error).replace("\n", "").isprintable():
            raise AssertionError(f"a refusal that steers the terminal: {error!r}") from error


def _toml(data: bytes) -> None:
    document = decode(data, "pins.toml")
    if document.problems:
        return
    locate(document.text)
    read_project(document, SAMPLES)


def _foreign(suffix: str) -> Callable[[bytes], object]:
    return lambda data: read_foreign(data, f"x{suffix}", suffix)


def _sources(suffix: str) -> Callable[[], tuple[bytes, ...]]:
    return lambda: tuple(text.encode() for text in SOURCES[suffix])


def _plist(data: bytes) -> None:
    for name in ("ats", "trustkit"):
        try:
            target_named(name).read(data, App())
        except PincompilerError:
            continue
    if not data.startswith(b"bplist"):  # which is read, and never edited
        plist.edit(data, {("NSAppTransportSecurity", "NSPinnedDomains"): {"a.com": {}}}, "Info.plist")


def _keys(data: bytes) -> None:
    read_store(data, ("changeit",))
    for read in (lambda: public_keys(data, "k.pem"), lambda: anchors_in(data, "a.pem")):
        try:
            read()
        except (PincompilerError, KeyFileError):
            continue


@functools.cache
def _folder() -> Path:
    """Where this process puts what is read by its path."""
    holder = tempfile.TemporaryDirectory(prefix="fuzz-")
    _HELD.append(holder)
    return Path(holder.name)


_HELD: list[tempfile.TemporaryDirectory[str]] = []
"""Removed when the process ends."""


def _put(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


def _report(subjects: Iterable[Subject]) -> None:
    """Every form of a report; none may steer a terminal, and no bug may hide in a doubt."""
    some = tuple(subjects)
    for form in ReportFormat:
        shown = report(some, form, colour=False)
        assert not {"\x1b", "\0", "\u202e"} & set(shown), form
    assert not [one for subject in some for one in subject.unseen if "bug of pincompiler" in one.why]


def _audit(code: bytes) -> None:
    files = {"AndroidManifest.xml": app()["AndroidManifest.xml"], "classes.dex": code}
    with bounded(RESCUED, 0):  # androguard takes seconds to start
        _report([audit.audit(_put("app.apk", simple_zip(files, 0)), ASKED)])


_IOS_APP = ios.files(
    ios.info("Shop", **ios.pinned("api.example.com"), **ios.trustkit("tk.example.com")), ios.info("Share")
)


def _ipa(data: bytes) -> None:
    _report([audit.audit(_put("Shop.ipa", data), ASKED)])


def _ipas() -> tuple[bytes, ...]:
    return ios.packed(_IOS_APP), ios.packed(_IOS_APP | {"Shop": unfolded(test_hostile_macho.seeds()[0])})


def _info_plists() -> tuple[bytes, ...]:
    binary = _IOS_APP["Info.plist"]
    return binary, plistlib.dumps(plistlib.loads(binary))


def _code() -> tuple[bytes, ...]:
    """The code of small apps: OkHttp, trust managers, kits, and what asks a lot of whoever follows it."""
    found = [
        burdens.BURDENS[name][0](2)["classes.dex"] for name in ("pinners", "managers", "stores", "mazes")
    ]
    for name in ("okhttp_audit", "trust", "kits", "unfollowed_pins"):
        with zipfile.ZipFile(BUILDS / f"real-test_{name}.zip") as archive:
            some = [archive.read(one) for one in archive.infolist() if one.file_size < 3000]
        found += [data for data in some if data.startswith(b"dex\n")][:6]
    return tuple(found)


def _results(data: bytes) -> None:
    _report(json_reader.parse(data, "audit.json"))


def _chain(data: bytes) -> None:
    """What ``--chain`` reads, validated for a host by the CAs of the sample."""
    request = impact.ImpactRequest(
        _put("chain.pem", data), ("shop.example.com",), (), TODAY, datetime(2026, 11, 23, tzinfo=UTC)
    )
    asked = impact.prepare(request)
    assert asked.presented.candidates


def _chains() -> tuple[bytes, ...]:
    authority = pki.certificate("CA", pki.private_key("P-256", 1), ca=True)
    chain = (pki.certificate(names=("shop.example.com",)), authority)
    return b"".join(map(pki.pem, chain)), pki.pem(pki.certificate(key=pki.private_key("RSA-2048")))


def _hermes(data: bytes) -> None:
    try:
        assert all(isinstance(one, str) for one in strings(data))
    except HermesError:
        return


def _kept(data: bytes) -> None:
    try:
        RELEASE.read(json.loads(data))
    except (ValueError, RecursionError, WrongError):
        return


def _entries() -> tuple[bytes, ...]:
    """What ``impact`` keeps of the sample app."""
    from pincompiler.shipped import read_app
    from pincompiler.verdicts.in_force import on_devices

    found = tuple(on_devices(read_app(SAMPLES / "audit" / "shop.apk")))
    return (json.dumps(RELEASE.write(found)).encode(),)


def _key_files() -> tuple[bytes, ...]:
    return (
        pki.der(pki.certificate()),
        pki.pem(pki.certificate(key=pki.private_key("RSA-2048"))),
        pki.der(pki.request(ca=True)),
        pki.public(pki.private_key("P-384"), Encoding.DER),
        pki.pkcs7_bundle(Encoding.DER),
        pki.pkcs12_store(),
        pki.private(pki.private_key(), Encoding.DER),
    )


def _inner(data: bytes) -> None:
    for kind in ("zip", "tar", "gzip", "bzip2", "xz"):
        try:
            held, _ = opened(kind, "assets/a", Memory(data), 1 << 20)
            for name in held.names():
                held.entry(name)
                held.read(name, 1 << 20)
        except ArchiveError:
            continue


def _archives() -> tuple[bytes, ...]:
    files = {"certs/ca.pem": pki.pem(pki.certificate()), "x": b"x" * 700}
    tape = tar(files)
    return tape, gzip.compress(tape), bz2.compress(tape), lzma.compress(tape), simple_zip(files)


def _dex() -> tuple[bytes, ...]:
    with zipfile.ZipFile(SAMPLES / "audit" / "shop.apk") as archive:
        return (archive.read("classes.dex"),)


def _nsc() -> tuple[bytes, ...]:
    return ((SAMPLES / "android/app/src/main/res/xml/network_security_config.xml").read_bytes(),)


def _plists() -> tuple[bytes, ...]:
    info = (SAMPLES / "ios/Shop/Info.plist").read_bytes()
    return info, plistlib.dumps(plistlib.loads(info), fmt=plistlib.FMT_BINARY)


TARGETS = {
    "dex": Target(interrogate, _dex),
    "axml": Target(
        lambda data: use(read_axml(data, "m", Oddities())),
        lambda: (axml(DOCUMENT), axml(DOCUMENT, utf8=False)),
    ),
    "arsc": Target(
        lambda data: ask(Resources((BinaryTable(data, Oddities()),))),
        lambda: tuple(arsc(TABLE, form) for form in FORMS),
    ),
    "apk": Target(whole, lambda: tuple(simple_zip(app(), method) for method in (0, 8))),
    "inner": Target(_inner, _archives),
    "apks": Target(whole, lambda: (simple_zip(splits(), 0),)),
    "proto-xml": Target(lambda data: use(read_proto_xml(data)), lambda: (proto_xml(),)),
    "proto-table": Target(
        lambda data: ask(Resources((ProtoTable(data, Oddities()),))), lambda: (proto_table(),)
    ),
    "nsc": Target(lambda data: read_xml(data, "nsc.xml"), _nsc),
    "plist": Target(_plist, _plists),
    "keys": Target(_keys, _key_files),
    "toml": Target(_toml, lambda: ((SAMPLES / "pins.toml").read_bytes(),)),
    "environments": Target(_toml, lambda: ((SAMPLES / "environments" / "pins.toml").read_bytes(),)),
    "results": Target(_results, lambda: (SAVED.encode(),)),
    "kept": Target(_kept, _entries),
    "hermes": Target(_hermes, lambda: tuple(one.read_bytes() for one in HERMES)),
    "macho": Target(
        lambda data: test_hostile_macho.interrogate(unfolded(data)), test_hostile_macho.seeds, 0.5
    ),
    "check-nsc": Target(lambda data: check_file(_put("nsc.xml", data), TODAY, 30), _nsc, 0.5),
    "check-plist": Target(lambda data: check_file(_put("Info.plist", data), TODAY, 30), _plists, 0.5),
    **{f"foreign{suffix}": Target(_foreign(suffix), _sources(suffix), 0.5) for suffix in SOURCES},
    "chain": Target(_chain, _chains, 0.5),
    "audit": Target(_audit, _code, 0.2),
    "ipa": Target(_ipa, _ipas, 0.5),
    "info-plist": Target(lambda data: _ipa(ios.packed(_IOS_APP | {"Info.plist": data})), _info_plists, 0.5),
    "program": Target(
        lambda data: _ipa(ios.packed(_IOS_APP | {"Shop": unfolded(data)})), test_hostile_macho.seeds, 0.2
    ),
}


@functools.cache
def seeds_of(name: str) -> tuple[bytes, ...]:
    """The sound inputs, made once a process."""
    return TARGETS[name].seeds()
