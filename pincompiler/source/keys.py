"""``[keys.NAME]``: a key from a file or from its pin."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.base.bounds import KEY_FILE_BYTES
from pincompiler.base.errors import InputError
from pincompiler.base.finding import Correction, Level
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.policy.enforcement import Key, Role
from pincompiler.policy.placeholders import placeholder
from pincompiler.source import entries
from pincompiler.source.document import read_named
from pincompiler.source.paths import inside
from pincompiler.source.tables import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pincompiler.base.location import Location
    from pincompiler.keys.spki import PublicKey
    from pincompiler.source.tables import Reporter, TomlTable

_GIVEN: Mapping[str, str] = {
    "file": "a file",
    "spki-sha256": "a pin",
    "certificate-sha256": "a certificate's hash",
}
"""What a key may be known by, and how messages call it."""
_WHOLE: Mapping[str, bool] = {"key": False, "certificate": True}
_FINGERPRINT = lazy_regex(r"(?:[0-9a-fA-F]{2}[: ]?){31}[0-9a-fA-F]{2}")
_NAME = lazy_regex(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")
_ROLES: Mapping[str, Role | None] = {role.value: role for role in Role}
_HEX = lazy_regex(r"(?:[0-9a-fA-F]{2}[: ]?){31}[0-9a-fA-F]{2}|(?:[0-9a-fA-F]{2}[: ]?){19}[0-9a-fA-F]{2}")
_PRINTED = "it is the 44 characters that `pincompiler pin` prints"
_PREFIX = lazy_regex(r"(?:sha256|sha-256|pin-sha256|sha1)(?P<end>[/:=]+\"?)", re.IGNORECASE)


class KeyReader:
    """Reads the keys of a project; a file is read once, however many keys it holds."""

    def __init__(self, reporter: Reporter, root: Path, given: Mapping[Path, bytes]) -> None:
        self._reporter = reporter
        self._root = root
        self._given = given
        self._files: dict[Path, tuple[PublicKey, ...] | None] = {}

    @property
    def files(self) -> frozenset[Path]:
        """The files that were read."""
        return frozenset(self._files)

    def read(self, top: TomlTable) -> dict[str, Key]:
        """Every key by name; a broken one has an empty pin."""
        return {name: self._key(name, table) for name, table in top.named_tables("keys")}

    def _key(self, name: str, table: TomlTable) -> Key:
        before = len(self._reporter.findings)
        table.only(entries.KEY.names)
        where = table.where
        if not _NAME.fullmatch(name) or len(name) > 64:
            fix = "letters and digits with single . _ - between them, 64 at most"
            shown = name if name.isprintable() else ascii(name)
            self._reporter.error("invalid-value", f'"{shown}" is no name for a key', where, fix)
        role = table.choice("role", _ROLES, None)
        retired = table.flag("retired", default=False)
        self._conflicts(name, table)
        pin = None if "file" in table else table.text("spki-sha256")
        key = Key(self._pin(pin, where) if pin else b"", role, name, retired=retired, where=where)
        if "file" in table:
            key = self._of_file(key, table)
        elif not pin and (digits := table.text("certificate-sha256")):
            key = replace(key, whole=self._fingerprint(digits, where.at("certificate-sha256")))
        elif not any(one in table for one in _GIVEN):
            fix = 'add file = "certs/NAME.pem" or spki-sha256 = "…"'
            self._reporter.error("missing-value", f"`{name}` has neither file nor pin", where, fix)
        return self._checked(key, before)

    def _conflicts(self, name: str, table: TomlTable) -> None:
        """What does not go together."""
        given = [one for one in _GIVEN if one in table]
        if len(given) > 1:
            fix = "keep the file; its pin follows from it" if "file" in table else "keep one of them"
            message = f"`{name}` has {' and '.join(_GIVEN[one] for one in given)}"
            self._reporter.error("conflicting-key", message, table.where.at(given[0], on_key=True), fix)
        for choice in ("index", "subject", "pin") if "file" not in table else ():
            if choice in table:
                does = "chooses from a file" if choice != "pin" else "says what of a file is pinned"
                message = f"`{choice}` {does}, and `{name}` has none"
                where = table.where.at(choice, on_key=True)
                self._reporter.error("conflicting-key", message, where, "drop it")

    def _of_file(self, key: Key, table: TomlTable) -> Key:
        """The key as its file has it; without a pin if that is broken."""
        whole = table.choice("pin", _WHOLE, default=False)
        found = self.from_file(table, _certificate_of if whole else _pin_of)
        if found is None:
            return key
        self._contradicted(key.role, found, table)
        if whole and found.certificate is None:
            message = f"{table.text('file')} is a {found.kind}, and has no certificate to compare"
            fix = 'give it the certificate, or write pin = "key"'
            self._reporter.error("conflicting-key", message, table.where.at("pin"), fix)
        return replace(
            key,
            spki_sha256=found.spki_sha256,
            role=key.role or found.role,
            algorithm=found.algorithm,
            certificate=found.certificate,
            whole=found.certificate.sha256 if whole and found.certificate else b"",
        )

    def _contradicted(self, role: Role | None, found: PublicKey, table: TomlTable) -> None:
        """A certificate says whose it is; a request need not."""
        if role and found.role and found.kind == "certificate" and role is not found.role:
            message = (
                f"the certificate says that this is the key of a {found.role.value}, not of a {role.value}"
            )
            fix = "right only for a self-signed server certificate; else drop `role`"
            self._reporter.warning("conflicting-key", message, table.where.at("role"), fix)

    def _checked(self, key: Key, before: int) -> Key:
        broken = any(f.level is Level.ERROR for f in self._reporter.findings[before:])
        return Key(b"", key.role, key.name, where=key.where) if broken else _named(key)

    # -- from a file -----------------------------------------------------------------------------

    def from_file(
        self, table: TomlTable, of: Callable[[PublicKey], bytes], *, anchor: bool = False
    ) -> PublicKey | None:
        """The key that a table with ``file`` and perhaps ``index`` or ``subject`` names; None if it has none.

        Of a file with several, one has to be chosen unless ``of`` is the same for all.  To an anchor a public key would
        be of no use: it needs the certificate, and private keys have a rule of their own there.
        """
        where = table.where.at("file")
        text = table.text("file")
        path = inside(text, self._root, where, self._reporter) if text else None
        if path is None or text is None:
            return None
        keys = self._load(self._root / path, text, where, anchor=anchor)
        return self._chosen(keys, text, table, of) if keys else None

    def _load(self, path: Path, text: str, where: Location, *, anchor: bool) -> tuple[PublicKey, ...] | None:
        from pincompiler.keys.spki import KeyFileError, public_keys

        if path not in self._files:
            self._files[path] = None
            try:
                content = self._given.get(path) or read_named(path, KEY_FILE_BYTES.limit)
                self._files[path] = public_keys(content, text)
            except KeyFileError as error:
                rule, fix = error.rule, error.fix
                if anchor and rule == "private-key-file":
                    rule = "anchor-is-private-key"
                    fix = error.certificate or "name the CA's certificate, which has its public key alone"
                self._reporter.error(rule, f"{text} {error}", where, fix)
            except InputError as error:
                reason = str(error).removeprefix(f"{path}: ")
                absent = "put it there, or " if isinstance(error.__cause__, FileNotFoundError) else ""
                fix = f"{absent}name {'another' if absent else 'a file'} below the directory of pins.toml"
                self._reporter.error("unreadable-key", f"{text}: {reason}", where, fix)
        return self._files[path]

    def _chosen(
        self, keys: tuple[PublicKey, ...], text: str, table: TomlTable, of: Callable[[PublicKey], bytes]
    ) -> PublicKey | None:
        subject, index = table.text("subject"), table.whole("index")
        if (subject is None and "subject" in table) or (index is None and "index" in table):
            return None  # what is wrong with it has been reported
        if index is not None and index >= len(keys):
            message = f"{text} holds {len(keys)} keys, numbered from 0"
            where = table.where.at("index")
            self._reporter.error("ambiguous-key", message, where, f"choose 0 to {len(keys) - 1}")
            return None
        chosen = keys if index is None else (keys[index],)
        if subject is not None:
            chosen = tuple(key for key in chosen if subject in (key.subject, _common_name(key.subject)))
        if len(set(map(of, chosen))) == 1:
            return chosen[0]
        message, fix = _ambiguity(text, keys, len(chosen), subject, index)
        where = table.where.at("file" if subject is None else "subject")
        self._reporter.error("ambiguous-key", message, where, fix)
        return None

    # -- from a pin ------------------------------------------------------------------------------

    def _fingerprint(self, text: str, where: Location) -> bytes:
        """The hash of a whole certificate, as browsers show it, or none and a finding."""
        found = _fingerprint_of(text)
        if not found:
            pin = canonical_hash(text)
            problem = "is a pin in base64" if pin else "is no SHA-256 in hexadecimal"
            fix = "write it as spki-sha256" if pin else "it has 64 hexadecimal digits, with colons or without"
            self._reporter.error("malformed-pin", f"the certificate's hash {problem}", where, fix)
        return found

    def _pin(self, text: str, key: Location) -> bytes:
        """The 32 bytes of a pin in canonical base64, or none and a finding."""
        if pin := canonical_hash(text):
            return pin
        meant = ""
        if _HEX.fullmatch(text):
            digits = re.sub("[: ]", "", text)
            kind = "SHA-256" if len(digits) == 64 else "SHA-1"
            problem = f"is hexadecimal, as {kind} certificate fingerprints are written"
            fix = _in_base64(bytes.fromhex(digits)) or (
                "run `pincompiler pin CERTIFICATE`: the pin is the hash of the public key, not of the certificate"
            )
        elif prefix := _PREFIX.match(text):
            problem, fix, meant = "has a prefix", _PRINTED, _behind(prefix, text)
        else:
            problem, fix, meant = _not_canonical(text)
        fix = f'write "{meant}"' if meant else fix
        correction = Correction(meant) if meant else None
        where = key.at("spki-sha256")
        self._reporter.error("malformed-pin", f"the pin {problem}", where, fix, correction=correction)
        return b""


def _named(key: Key) -> Key:
    """The key, with the name of the public root that it is of; of a server's file nobody needs to ask."""
    if key.role is Role.LEAF and key.algorithm:
        return key
    from pincompiler.roots.knowledge import known_roots

    known = known_roots()
    root = known.by_pin(key.spki_sha256) if key.spki_sha256 else known.by_certificate(key.whole)
    return replace(key, root=root.name) if root else key


def _pin_of(key: PublicKey) -> bytes:
    return key.spki_sha256


def _certificate_of(key: PublicKey) -> bytes:
    return key.certificate.sha256 if key.certificate else key.spki_sha256


def _fingerprint_of(text: str) -> bytes:
    """The 32 bytes of a fingerprint in hexadecimal, with or without colons; else nothing."""
    return bytes.fromhex(re.sub("[: ]", "", text)) if _FINGERPRINT.fullmatch(text) else b""


def canonical_hash(text: str) -> bytes:
    """The 32 bytes of a text in canonical base64, else nothing."""
    try:
        pin = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return b""
    return pin if len(pin) == 32 and b64encode(pin).decode("ascii") == text else b""


def _ambiguity(
    file: str, keys: tuple[PublicKey, ...], fitting: int, subject: str | None, index: int | None
) -> tuple[str, str]:
    """Why a choice among the keys of a file leaves none or several, and what to do."""
    if not fitting and index is not None:
        return (
            f"{file} holds another key at {index} than that of `{subject}`",
            "leave out `index` or `subject`",
        )
    if not fitting:
        names = [_common_name(key.subject) for key in keys if key.subject]
        return f"no certificate in {file} is for `{subject}`", did_you_mean(subject or "", names)
    listed = "; ".join(f"{n} is {key.subject or key.kind}" for n, key in enumerate(keys[:4]))
    more = f"; and {len(keys) - 4} more" if len(keys) > 4 else ""
    one_key = len({key.spki_sha256 for key in keys}) == 1
    different = "certificates of one key" if one_key else "different keys"
    return f"{file} holds {fitting} {different} that fit", f"choose with index = N: {listed}{more}"


def _in_base64(digest: bytes) -> str:
    """What to write for a public root's hash in hexadecimal, be it of its key or of its certificate."""
    from pincompiler.roots.knowledge import known_roots

    known = known_roots()
    if root := known.by_certificate(digest):
        return f'it is of the certificate of {root.name}, whose pin is "{root.pin}"'
    root = known.by_pin(digest)
    return f'it is the key of {root.name}: write "{root.pin}"' if root else ""


def _behind(prefix: re.Match[str], text: str) -> str:
    """The pin behind a prefix; of "sha256//x…" the second stroke may be curl's, or the pin's first character."""
    for start in range(prefix.start("end"), prefix.end() + 1):
        rest = text[start:].strip('"')
        if (pin := canonical_hash(rest)) and not placeholder(pin):
            return rest
    return ""


def _not_canonical(text: str) -> tuple[str, str, str]:
    """What is wrong with a pin that is almost base64, what to do, and what it is if it can be one alone."""
    plain = re.sub(r"\s", "", text).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        pin = b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (Base64Error, ValueError):
        return "is not base64", _PRINTED, ""
    if len(pin) == 32 and placeholder(pin):
        return "is a placeholder", _PRINTED, ""
    if len(pin) == 32:
        return "is not in canonical base64", "", b64encode(pin).decode("ascii")
    return f"has {len(pin)} bytes instead of 32", _PRINTED, ""


def _common_name(subject: str) -> str:
    found = re.search(r"(?:^|,)CN=((?:[^,\\]|\\.)*)", subject)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else ""
