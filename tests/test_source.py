"""Every refusal of a pins.toml, as the block of text that its author sees: place, line, caret, fix."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests import pki
from tests.test_cli import PIN_A, PIN_B, PIN_C, SAMPLES, SOUND, run

if TYPE_CHECKING:
    from pathlib import Path

PIN = "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="

Cases = dict[str, tuple[str, str]]
"""A text, and what is said of it."""


def third(lines: str) -> str:
    """A sound text with a third key in use, whose table has these lines: they begin at line 16."""
    used_too = SOUND.replace('["a", "b"]', '["a", "b", "c"]')
    return f"{used_too}\n[keys.c]\n{lines}\n"


def hosts(text: str) -> str:
    """A sound text with these hosts, in line 12."""
    return SOUND.replace('"h.example.com"', text)


def used(text: str) -> str:
    """A sound text with these keys in its pin-set, in line 13."""
    return SOUND.replace('"a", "b"', text)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the texts stand: with the key files that they name."""
    root = tmp_path_factory.mktemp("source")
    certs = root / "certs"
    shutil.copytree(SAMPLES / "certs", certs)
    bundle = (certs / "shop-ca.pem").read_bytes() + (certs / "backup-ca.pem").read_bytes()
    files = {
        "bundle.pem": bundle,
        "empty": b"",
        "api.key": pki.private(pki.private_key()),
        "store.p12": pki.pkcs12_store(b"x"),
    }
    for name, content in files.items():
        (certs / name).write_bytes(content)
    (certs / "folder").mkdir()
    (root / "out").symlink_to(root.parent)
    (root / "loop").symlink_to("loop")
    return root


def said(text: str, directory: Path) -> str:
    """What ``check`` prints of a text on standard output."""
    (directory / "pins.toml").write_bytes(text.encode())
    return run("check", cwd=directory).stdout


def rules(output: str) -> list[str]:
    """The rules of the findings, in their order."""
    return re.findall(r"^pins\.toml:\d+:\d+: .* \[([a-z0-9-]+)\]$", output, re.MULTILINE)


ENTRIES: Cases = {
    "top": (
        SOUND + "[ap]\nx = 1\n",
        """\
pins.toml:14:2: error: `ap` means nothing here [unknown-key]
  14 | [ap]
     |  ^^ did you mean `app`?
""",
    ),
    "app": (
        SOUND + "[app]\nandroid-minsdk = 24\n",
        """\
pins.toml:15:1: error: `android-minsdk` means nothing here [unknown-key]
  15 | android-minsdk = 24
     | ^^^^^^^^^^^^^^ did you mean `android-min-sdk`?
""",
    ),
    "pin-set": (
        SOUND + "include-subdomains = true\n",
        """\
pins.toml:14:1: error: `include-subdomains` means nothing here [unknown-key]
  14 | include-subdomains = true
     | ^^^^^^^^^^^^^^^^^^ did you mean `subdomains`?
""",
    ),
    "key": (
        third(f'spki-sha256 = "{PIN}"\nrolle = "leaf"'),
        """\
pins.toml:17:1: error: `rolle` means nothing here [unknown-key]
  17 | rolle = "leaf"
     | ^^^^^ did you mean `role`?
""",
    ),
    "target": (
        SOUND + '[target.nsc]\npath = "a.xml"\npackage = "x"\n',
        """\
pins.toml:16:1: error: `package` means nothing here [unknown-key]
  16 | package = "x"
     | ^^^^^^^ known here: base, path, path-assessment
""",
    ),
    "accept": (
        SOUND + '[[accept]]\nrule = "missing-backup-pin"\nreason = "x"\nuntil = 2027-01-01\nhost = []\n',
        """\
pins.toml:18:1: error: `host` means nothing here [unknown-key]
  18 | host = []
     | ^^^^ did you mean `hosts`?
""",
    ),
    "types-of-tables": (
        'version = "1"\napp = 1\nkeys = []\npin-set = {}\ntarget = "x"\naccept = 1.5\n',
        """\
pins.toml:1:11: error: `version` is a string [wrong-type]
   1 | version = "1"
     |           ^^^ write an integer
pins.toml:2:7: error: `app` is an integer [wrong-type]
   2 | app = 1
     |       ^ write a table
pins.toml:3:8: error: `keys` is an array [wrong-type]
   3 | keys = []
     |        ^^ write a table
pins.toml:4:11: error: `pin-set` is a table [wrong-type]
   4 | pin-set = {}
     |           ^^ write [[pin-set]]
pins.toml:5:10: error: `target` is a string [wrong-type]
   5 | target = "x"
     |          ^^^ write a table
pins.toml:6:10: error: `accept` is a float [wrong-type]
   6 | accept = 1.5
     |          ^^^ write an array
""",
    ),
    "types-of-a-pin-set": (
        SOUND + 'subdomains = 1\nexpires = 2027-03-01T00:00:00Z\nenforce = "yes"\nreport-uris = "x"\n',
        """\
pins.toml:14:14: error: `subdomains` is an integer [wrong-type]
  14 | subdomains = 1
     |              ^ write a string
pins.toml:15:11: error: `expires` is a date and time [wrong-type]
  15 | expires = 2027-03-01T00:00:00Z
     |           ^^^^^^^^^^^^^^^^^^^^ write a date
pins.toml:16:11: error: `enforce` is a string [wrong-type]
  16 | enforce = "yes"
     |           ^^^^^ write a boolean
pins.toml:17:15: error: `report-uris` is a string [wrong-type]
  17 | report-uris = "x"
     |               ^^^ write an array
""",
    ),
    "types-of-the-app": (
        SOUND + '[app]\nandroid-min-sdk = "24"\nios-minimum = 14.0\nokhttp = 4\n',
        """\
pins.toml:15:19: error: `android-min-sdk` is a string [wrong-type]
  15 | android-min-sdk = "24"
     |                   ^^^^ write an integer
pins.toml:16:15: error: `ios-minimum` is a float [wrong-type]
  16 | ios-minimum = 14.0
     |               ^^^^ write a string
pins.toml:17:10: error: `okhttp` is an integer [wrong-type]
  17 | okhttp = 4
     |          ^ write a string
""",
    ),
    "types-of-items": (
        hosts('1, "x.com", ["y.com"]'),
        """\
pins.toml:12:10: error: `hosts`, item 0, is an integer [wrong-type]
  12 | hosts = [1, "x.com", ["y.com"]]
     |          ^ write a string
pins.toml:12:22: error: `hosts`, item 2, is an array [wrong-type]
  12 | hosts = [1, "x.com", ["y.com"]]
     |                      ^^^^^^^^^ write a string
""",
    ),
    "type-of-a-key": (
        SOUND + '[keys]\nc = "x"\n',
        """\
pins.toml:15:5: error: `keys` `c` is a string [wrong-type]
  15 | c = "x"
     |     ^^^ write a table
""",
    ),
    "version": (
        SOUND.replace("version = 1", "version = 2"),
        """\
pins.toml:1:11: error: version 2 is not known [invalid-value]
   1 | version = 2
     |           ^ write version = 1, or use the pincompiler that knows this version
""",
    ),
    "versions": (
        SOUND + '[app]\nios-minimum = "fourteen"\nandroid-min-sdk = -1\n',
        """\
pins.toml:15:15: error: `fourteen` is no version [invalid-value]
  15 | ios-minimum = "fourteen"
     |               ^^^^^^^^^^ write it as "14.0" or "4.12.0"
pins.toml:16:19: error: `android-min-sdk` is negative [invalid-value]
  16 | android-min-sdk = -1
     |                   ^^ count from 0
""",
    ),
    "choice": (
        SOUND + 'subdomains = "one"\n',
        """\
pins.toml:14:14: error: `subdomains` cannot be `one` [invalid-value]
  14 | subdomains = "one"
     |              ^^^^^ did you mean `none`?
""",
    ),
    "report-uri": (
        SOUND + 'report-uris = ["https://r.example.com", "reports"]\n',
        """\
pins.toml:14:41: error: "reports" is no report URI [invalid-value]
  14 | report-uris = ["https://r.example.com", "reports"]
     |                                         ^^^^^^^^^ write it like "https://reports.example.com/pins"
""",
    ),
    "no-host": (
        hosts(""),
        """\
pins.toml:12:9: error: the pin-set has no host [missing-value]
  12 | hosts = []
     |         ^^ name one
""",
    ),
    "no-hosts": (
        SOUND.replace("hosts", "#"),
        """\
pins.toml:11:3: error: `hosts` is missing [missing-value]
  11 | [[pin-set]]
     |   ^^^^^^^ add `hosts = …`
""",
    ),
    "no-pin-set": (
        "version = 1\n",
        """\
pins.toml:1:1: error: no [[pin-set]] is given [missing-value]
   1 | version = 1
     | ^ add one: nothing is pinned
""",
    ),
    "address": (
        hosts('"192.0.2.1"') + 'subdomains = "all"\n',
        """\
pins.toml:12:10: error: 192.0.2.1 is an address and cannot reach below [invalid-host]
  12 | hosts = ["192.0.2.1"]
     |          ^^^^^^^^^^^ an address has no subdomains: write subdomains = "none"
""",
    ),
}

KEYS_AND_HOSTS: Cases = {
    "undefined": (
        used('"a", "b", "A"'),
        """\
pins.toml:13:19: error: no key is called "A" [undefined-key]
  13 | keys = ["a", "b", "A"]
     |                   ^^^ known here: a, b
""",
    ),
    "undefined-far": (
        used('"a", "b", "zzzz"'),
        """\
pins.toml:13:19: error: no key is called "zzzz" [undefined-key]
  13 | keys = ["a", "b", "zzzz"]
     |                   ^^^^^^ known here: a, b
""",
    ),
    "twice-in-a-set": (
        used('"a", "b", "a"'),
        """\
pins.toml:13:19: error: `a` stands twice in one pin-set [duplicate-pin]
  13 | keys = ["a", "b", "a"]
     |                   ^^^ drop one
""",
    ),
    "duplicate-host": (
        hosts('"h.example.com", "H.Example.COM."'),
        """\
pins.toml:12:27: error: h.example.com is named twice (written "H.Example.COM.") [duplicate-host]
  12 | hosts = ["h.example.com", "H.Example.COM."]
     |                           ^^^^^^^^^^^^^^^^ name each host in one pin-set
     = pins.toml:12:10: first named here
""",
    ),
    "duplicate-idn": (
        hosts('"münchen.de", "xn--mnchen-3ya.de"'),
        """\
pins.toml:12:24: error: xn--mnchen-3ya.de is named twice [duplicate-host]
  12 | hosts = ["münchen.de", "xn--mnchen-3ya.de"]
     |                        ^^^^^^^^^^^^^^^^^^^ name each host in one pin-set
     = pins.toml:12:10: first named here
""",
    ),
    "duplicate-across": (
        SOUND + '[[pin-set]]\nhosts = ["H.example.com"]\nkeys = ["a", "b"]\n',
        """\
pins.toml:15:10: error: h.example.com is named twice (written "H.example.com") [duplicate-host]
  15 | hosts = ["H.example.com"]
     |          ^^^^^^^^^^^^^^^ name each host in one pin-set
     = pins.toml:12:10: first named here
""",
    ),
    "conflicting": (
        third(f'file = "certs/offline.pub"\nspki-sha256 = "{PIN}"'),
        """\
pins.toml:16:1: error: `c` has a file and a pin [conflicting-key]
  16 | file = "certs/offline.pub"
     | ^^^^ keep the file; its pin follows from it
""",
    ),
    "neither": (
        third('role = "leaf"'),
        """\
pins.toml:15:2: error: `c` has neither file nor pin [missing-value]
  15 | [keys.c]
     |  ^^^^^^ add file = "certs/NAME.pem" or spki-sha256 = "…"
""",
    ),
    "role": (
        third(f'spki-sha256 = "{PIN}"\nrole = "root"'),
        """\
pins.toml:17:8: error: `role` cannot be `root` [invalid-value]
  17 | role = "root"
     |        ^^^^^^ known here: ca, leaf
""",
    ),
}

FILES: Cases = {
    "absent": (
        third('file = "certs/no.pem"'),
        """\
pins.toml:16:8: error: certs/no.pem: No such file or directory [unreadable-key]
  16 | file = "certs/no.pem"
     |        ^^^^^^^^^^^^^^ put it there, or name another below the directory of pins.toml
""",
    ),
    "empty": (
        third('file = "certs/empty"'),
        """\
pins.toml:16:8: error: certs/empty is empty [unreadable-key]
  16 | file = "certs/empty"
     |        ^^^^^^^^^^^^^ give it a certificate, a request or a public key
""",
    ),
    "private": (
        third('file = "certs/api.key"'),
        """\
pins.toml:16:8: error: certs/api.key is a private key, which has no place beside an app's sources [private-key-file]
  16 | file = "certs/api.key"
     |        ^^^^^^^^^^^^^^^ openssl pkey -in certs/api.key -pubout -out certs/api.pub.pem
""",
    ),
    "pkcs12": (
        third('file = "certs/store.p12"'),
        """\
pins.toml:16:8: error: certs/store.p12 is a PKCS#12 store, which may hold private keys [unreadable-key]
  16 | file = "certs/store.p12"
     |        ^^^^^^^^^^^^^^^^^ openssl pkcs12 -in certs/store.p12 -nokeys -clcerts -out certs/store.p12.pem
""",
    ),
    "bundle": (
        third('file = "certs/bundle.pem"'),
        """\
pins.toml:16:8: error: certs/bundle.pem holds 2 different keys that fit [ambiguous-key]
  16 | file = "certs/bundle.pem"
     |        ^^^^^^^^^^^^^^^^^^ choose with index = N: 0 is CN=Shop CA,O=Example Shop; 1 is CN=Shop Backup CA,O=Example Shop
""",
    ),
    "index": (
        third('file = "certs/bundle.pem"\nindex = 2'),
        """\
pins.toml:17:9: error: certs/bundle.pem holds 2 keys, numbered from 0 [ambiguous-key]
  17 | index = 2
     |         ^ choose 0 to 1
""",
    ),
    "subject": (
        third('file = "certs/bundle.pem"\nsubject = "Shop C"'),
        """\
pins.toml:17:11: error: no certificate in certs/bundle.pem is for `Shop C` [ambiguous-key]
  17 | subject = "Shop C"
     |           ^^^^^^^^ did you mean `Shop CA`?
""",
    ),
    "up": (
        third('file = "../x.pem"'),
        """\
pins.toml:16:8: error: "../x.pem" has a `..`, which may lead anywhere [escaping-path]
  16 | file = "../x.pem"
     |        ^^^^^^^^^^ write the path without it; `root` may lead up
""",
    ),
    "absolute": (
        third('file = "/etc/passwd"'),
        """\
pins.toml:16:8: error: "/etc/passwd" leaves the project directory [escaping-path]
  16 | file = "/etc/passwd"
     |        ^^^^^^^^^^^^^ write a path below the directory of pins.toml
""",
    ),
    "home": (
        third('file = "~/x.pem"'),
        """\
pins.toml:16:8: error: "~/x.pem" leaves the project directory [escaping-path]
  16 | file = "~/x.pem"
     |        ^^^^^^^^^ write a path below the directory of pins.toml
""",
    ),
    "link": (
        third('file = "out/x.pem"'),
        """\
pins.toml:16:8: error: "out/x.pem" leads out of the project directory by a link [escaping-path]
  16 | file = "out/x.pem"
     |        ^^^^^^^^^^^ let it be inside the project directory
""",
    ),
    "backslash": (
        third('file = "certs\\\\x.pem"'),
        """\
pins.toml:16:8: error: 'certs\\\\x.pem' is no portable path [escaping-path]
  16 | file = "certs\\\\x.pem"
     |        ^^^^^^^^^^^^^^ use printable names and /
""",
    ),
    "nul": (
        third('file = "certs/\\u0000"'),
        """\
pins.toml:16:8: error: 'certs/\\x00' is no portable path [escaping-path]
  16 | file = "certs/\\u0000"
     |        ^^^^^^^^^^^^^^ use printable names and /
""",
    ),
    "dot": (
        third('file = "."'),
        """\
pins.toml:16:8: error: "." names no file [escaping-path]
  16 | file = "."
     |        ^^^ name a file
""",
    ),
    "blank": (
        third('file = " "'),
        """\
pins.toml:16:8: error: `file` is blank [invalid-value]
  16 | file = " "
     |        ^^^ write it out
""",
    ),
}

PINS: Cases = {
    "hexadecimal": (
        third("spki-sha256 = 'abababababababababababababababababababababababababababababababab'"),
        """\
pins.toml:16:15: error: the pin is hexadecimal, as SHA-256 certificate fingerprints are written [malformed-pin]
  16 | spki-sha256 = 'abababababababababababababababababababababababababababababababab'
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ run `pincompiler pin CERTIFICATE`: the pin is the hash of the public key, not of the certificate
""",
    ),
    "colons": (
        third(
            "spki-sha256 = 'AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB'"
        ),
        """\
pins.toml:16:15: error: the pin is hexadecimal, as SHA-256 certificate fingerprints are written [malformed-pin]
  16 | spki-sha256 = 'AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:A
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ run `pincompiler pin CERTIFICATE`: the pin is the hash of the public key, not of the certificate
""",
    ),
    "sha-1": (
        third("spki-sha256 = 'AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB'"),
        """\
pins.toml:16:15: error: the pin is hexadecimal, as SHA-1 certificate fingerprints are written [malformed-pin]
  16 | spki-sha256 = 'AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB'
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ run `pincompiler pin CERTIFICATE`: the pin is the hash of the public key, not of the certificate
""",
    ),
    "prefix": (
        third("spki-sha256 = 'sha256/3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M='"),
        """\
pins.toml:16:15: error: the pin has a prefix [malformed-pin]
  16 | spki-sha256 = 'sha256/3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M='
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="
""",
    ),
    "hpkp": (
        third("spki-sha256 = 'pin-sha256=\"3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M=\"'"),
        """\
pins.toml:16:15: error: the pin has a prefix [malformed-pin]
  16 | spki-sha256 = 'pin-sha256="3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="'
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="
""",
    ),
    "url-safe": (
        third("spki-sha256 = '3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm_3M='"),
        """\
pins.toml:16:15: error: the pin is not in canonical base64 [malformed-pin]
  16 | spki-sha256 = '3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm_3M='
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="
""",
    ),
    "no-padding": (
        third("spki-sha256 = '3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M'"),
        """\
pins.toml:16:15: error: the pin is not in canonical base64 [malformed-pin]
  16 | spki-sha256 = '3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M'
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="
""",
    ),
    "white-space": (
        third("spki-sha256 = ' 3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M='"),
        """\
pins.toml:16:15: error: the pin is not in canonical base64 [malformed-pin]
  16 | spki-sha256 = ' 3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M='
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="
""",
    ),
    "trailing-bits": (
        third("spki-sha256 = '3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3N='"),
        """\
pins.toml:16:15: error: the pin is not in canonical base64 [malformed-pin]
  16 | spki-sha256 = '3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3N='
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="
""",
    ),
    "short": (
        third("spki-sha256 = 'AAAA'"),
        """\
pins.toml:16:15: error: the pin has 3 bytes instead of 32 [malformed-pin]
  16 | spki-sha256 = 'AAAA'
     |               ^^^^^^ it is the 44 characters that `pincompiler pin` prints
""",
    ),
    "long": (
        third("spki-sha256 = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"),
        """\
pins.toml:16:15: error: the pin has 36 bytes instead of 32 [malformed-pin]
  16 | spki-sha256 = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it is the 44 characters that `pincompiler pin` prints
""",
    ),
    "junk": (
        third("spki-sha256 = '???'"),
        """\
pins.toml:16:15: error: the pin is not base64 [malformed-pin]
  16 | spki-sha256 = '???'
     |               ^^^^^ it is the 44 characters that `pincompiler pin` prints
""",
    ),
    "umlauts": (
        third("spki-sha256 = 'ääääääääääääääääääääääääääääääääääääääääääää'"),
        """\
pins.toml:16:15: error: the pin is not base64 [malformed-pin]
  16 | spki-sha256 = 'ääääääääääääääääääääääääääääääääääääääääääää'
     |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it is the 44 characters that `pincompiler pin` prints
""",
    ),
    "blank": (
        third("spki-sha256 = ''"),
        """\
pins.toml:16:15: error: `spki-sha256` is blank [invalid-value]
  16 | spki-sha256 = ''
     |               ^^ write it out
""",
    ),
}

TARGETS: Cases = {
    "no-path": (
        SOUND + "[target.nsc]\n",
        """\
pins.toml:14:2: error: `path` is missing [missing-value]
  14 | [target.nsc]
     |  ^^^^^^^^^^ add `path = …`
""",
    ),
    "no-package": (
        SOUND + '[target.okhttp-kotlin]\npath = "Pins.kt"\n',
        """\
pins.toml:14:2: error: `package` is missing [missing-value]
  14 | [target.okhttp-kotlin]
     |  ^^^^^^^^^^^^^^^^^^^^ add `package = …`
""",
    ),
    "ending": (
        SOUND + '[target.ats]\npath = "a.xml"\n',
        """\
pins.toml:15:8: error: "a.xml" is no name for ats [invalid-value]
  15 | path = "a.xml"
     |        ^^^^^^^ end it in .plist
""",
    ),
    "class": (
        SOUND + '[target.trustkit-swift]\npath = "pins.swift"\n',
        """\
pins.toml:15:8: error: "pins" is no name for a class [invalid-value]
  15 | path = "pins.swift"
     |        ^^^^^^^^^^^^ the file is named after the class in it, like "Pins": letters and digits, a capital first
""",
    ),
    "package": (
        SOUND + '[target.okhttp-java]\npath = "Pins.java"\npackage = "com.class"\n',
        """\
pins.toml:16:11: error: "com.class" is no package [invalid-value]
  16 | package = "com.class"
     |           ^^^^^^^^^^^ `class` is a reserved word
""",
    ),
    "unknown": (
        SOUND + '[target.ios]\npath = "I.plist"\n',
        """\
pins.toml:14:2: error: no target is called `ios` [unknown-target]
  14 | [target.ios]
     |  ^^^^^^^^^^ known here: ats, nsc, okhttp-java, okhttp-kotlin, trustkit, trustkit-android, trustkit-swift
""",
    ),
    "near": (
        SOUND + '[target.trust-kit]\npath = "I.plist"\n',
        """\
pins.toml:14:2: error: no target is called `trust-kit` [unknown-target]
  14 | [target.trust-kit]
     |  ^^^^^^^^^^^^^^^^ did you mean `trustkit`?
""",
    ),
    "same-file": (
        SOUND + '[target.nsc]\npath = "a.xml"\n[target.trustkit-android]\npath = "./a.xml"\n',
        """\
pins.toml:17:8: error: trustkit-android and nsc would write the same file [conflicting-output]
  17 | path = "./a.xml"
     |        ^^^^^^^^^ give each its own path
""",
    ),
    "escaping": (
        SOUND + '[target.nsc]\npath = "../a.xml"\nbase = "/etc/base.xml"\n',
        """\
pins.toml:15:8: error: "../a.xml" has a `..`, which may lead anywhere [escaping-path]
  15 | path = "../a.xml"
     |        ^^^^^^^^^^ write the path without it; `root` may lead up
pins.toml:16:8: error: "/etc/base.xml" leaves the project directory [escaping-path]
  16 | base = "/etc/base.xml"
     |        ^^^^^^^^^^^^^^^ write a path below the directory of pins.toml
""",
    ),
    "link": (
        SOUND + '[target.nsc]\npath = "out/a.xml"\n',
        """\
pins.toml:15:8: error: "out/a.xml" leads out of the project directory by a link [escaping-path]
  15 | path = "out/a.xml"
     |        ^^^^^^^^^^^ let it be inside the project directory
""",
    ),
}

RECORD: Cases = {
    "nothing": (
        SOUND + "[[accept]]\n",
        """\
pins.toml:14:3: error: `reason` is missing [missing-value]
  14 | [[accept]]
     |   ^^^^^^ add `reason = …`
pins.toml:14:3: error: `rule` is missing [missing-value]
  14 | [[accept]]
     |   ^^^^^^ add `rule = …`
pins.toml:14:3: error: `until` is missing [missing-value]
  14 | [[accept]]
     |   ^^^^^^ add `until = …`
""",
    ),
    "all-wrong": (
        SOUND
        + '[[accept]]\nrule = "missing-backup-pin"\nreason = " "\nuntil = "2027-01-01"\ntarget = "nscc"\nhosts = ["x.com", "*.h.example.com"]\n',
        """\
pins.toml:16:10: error: `reason` is blank [invalid-value]
  16 | reason = " "
     |          ^^^ write it out
pins.toml:17:9: error: `until` is a string [wrong-type]
  17 | until = "2027-01-01"
     |         ^^^^^^^^^^^^ write a date
pins.toml:18:10: error: no target is called "nscc" [unknown-target]
  18 | target = "nscc"
     |          ^^^^^^ did you mean `nsc`?
pins.toml:19:10: error: no pin-set names x.com [invalid-host]
  19 | hosts = ["x.com", "*.h.example.com"]
     |          ^^^^^^^ known here: h.example.com
pins.toml:19:19: error: "*.h.example.com" has a wildcard, which means three things on four platforms [wildcard-host]
  19 | hosts = ["x.com", "*.h.example.com"]
     |                   ^^^^^^^^^^^^^^^^^ write hosts = ["h.example.com"] and subdomains = "one-label" or "all"
""",
    ),
    "unknown-rule": (
        SOUND + '[[accept]]\nrule = "missing-backup"\nreason = "x"\nuntil = 2027-01-01\n',
        """\
pins.toml:15:8: error: no rule is called "missing-backup" [unknown-rule]
  15 | rule = "missing-backup"
     |        ^^^^^^^^^^^^^^^^ did you mean `missing-backup-pin`?
""",
    ),
    "ended": (
        SOUND + '[[accept]]\nrule = "missing-backup-pin"\nreason = "x"\nuntil = 2026-11-23\n',
        """\
pins.toml:17:9: warning: this acceptance of missing-backup-pin ended on 2026-11-23 [expired-acceptance]
  17 | until = 2026-11-23
     |         ^^^^^^^^^^ mend the finding, or decide anew
""",
    ),
    "unused": (
        SOUND + '[[accept]]\nrule = "missing-backup-pin"\nreason = "x"\nuntil = 2026-11-24\n',
        """\
pins.toml:14:3: warning: nothing is found that this acceptance of missing-backup-pin covers [unused-acceptance]
  14 | [[accept]]
     |   ^^^^^^ drop it
""",
    ),
}

RELEASE = '[[release]]\nname = "4.2"\ndate = 2026-09-01\n'
ROTATION = '[[rotation]]\nhost = "h.example.com"\nfrom = "a"\nto = "b"\ndate = 2027-03-01\n'
PLANS: Cases = {
    "no content": (
        SOUND + RELEASE,
        """\
pins.toml:14:3: error: `4.2` has neither file nor policy [missing-value]
  14 | [[release]]
     |   ^^^^^^^ add file = "…" (an app, a pins.toml, git:REV:PATH) or policy = "sha256/…"
""",
    ),
    "hexadecimal": (
        SOUND + RELEASE + f'policy = "{"ab" * 32}"\n',
        f"""\
pins.toml:17:10: error: the policy is no digest: sha256/ and 44 characters of base64 [malformed-digest]
  17 | policy = "{"ab" * 32}"
     |          {"^" * 66} copy what `pincompiler check` printed, or what the generated file of that release says
""",
    ),
    "half a digest": (
        SOUND + RELEASE + 'policy = "sha256/AAAA"\n',
        """\
pins.toml:17:10: error: the policy is no digest: sha256/ and 44 characters of base64 [malformed-digest]
  17 | policy = "sha256/AAAA"
     |          ^^^^^^^^^^^^^ copy what `pincompiler check` printed, or what the generated file of that release says
""",
    ),
    "git": (
        SOUND + RELEASE + 'file = "git:v4.2"\n',
        """\
pins.toml:17:8: error: "git:v4.2" is no git:REV:PATH [invalid-value]
  17 | file = "git:v4.2"
     |        ^^^^^^^^^^ write it like "git:v4.2:pins.toml"
""",
    ),
    "an option for git": (
        SOUND + RELEASE + 'file = "git:--all:pins.toml"\n',
        """\
pins.toml:17:8: error: "git:--all:pins.toml" is no git:REV:PATH [invalid-value]
  17 | file = "git:--all:pins.toml"
     |        ^^^^^^^^^^^^^^^^^^^^^ write it like "git:v4.2:pins.toml"
""",
    ),
    "outside": (
        SOUND + RELEASE + 'file = "../shop.apk"\n',
        """\
pins.toml:17:8: error: "../shop.apk" has a `..`, which may lead anywhere [escaping-path]
  17 | file = "../shop.apk"
     |        ^^^^^^^^^^^^^ write the path without it; `root` may lead up
""",
    ),
    "a release's entry": (
        SOUND + RELEASE + 'file = "pins.toml"\nsuport-until = 2027-09-01\n',
        """\
pins.toml:18:1: error: `suport-until` means nothing here [unknown-key]
  18 | suport-until = 2027-09-01
     | ^^^^^^^^^^^^ did you mean `support-until`?
""",
    ),
    "support that ends first": (
        SOUND + RELEASE + 'support-until = 2026-08-31\nfile = "pins.toml"\n',
        """\
pins.toml:17:17: error: the support of `4.2` ends on 2026-08-31, before it begins on 2026-09-01 [reversed-dates]
  17 | support-until = 2026-08-31
     |                 ^^^^^^^^^^ `support-until` is the last day of support, `date` the day of the release
""",
    ),
    "one name": (
        SOUND + (RELEASE + 'file = "pins.toml"\n') * 2,
        """\
pins.toml:19:8: error: two releases are called `4.2` [duplicate-release]
  19 | name = "4.2"
     |        ^^^^^ rename one
     = pins.toml:15:8: first named here
""",
    ),
    "a rotation's entry": (
        SOUND + ROTATION + "day = 2027-03-01\n",
        """\
pins.toml:19:1: error: `day` means nothing here [unknown-key]
  19 | day = 2027-03-01
     | ^^^ known here: date, environments, from, host, to
""",
    ),
    "an unknown key": (
        SOUND + ROTATION.replace('"b"', '["b", "x"]'),
        """\
pins.toml:17:12: error: no key is called "x" [undefined-key]
  17 | to = ["b", "x"]
     |            ^^^ known here: a, b
""",
    ),
    "no key": (
        SOUND + ROTATION.replace('"b"', "[]"),
        """\
pins.toml:17:6: error: `to` names no key [missing-value]
  17 | to = []
     |      ^^ name one
""",
    ),
    "a server's key above another": (
        SOUND + ROTATION.replace('"b"', '["b", "a"]'),
        """\
pins.toml:17:12: error: `a` is the key of a server, and stands above another one [invalid-value]
  17 | to = ["b", "a"]
     |            ^^^ write the server's key first, then those of the CAs above it
""",
    ),
    "a host of nobody": (
        SOUND + ROTATION.replace("h.ex", "i.ex"),
        """\
pins.toml:15:8: warning: no pin-set covers i.example.com, so only older releases mind what it serves [unpinned-rotation]
  15 | host = "i.example.com"
     |        ^^^^^^^^^^^^^^^ did you mean `h.example.com`?
""",
    ),
    "the same day": (
        SOUND + ROTATION + ROTATION.replace('"a"\nto = "b"', '"b"\nto = "a"'),
        """\
pins.toml:23:8: error: h.example.com is rotated twice on 2027-03-01 [disconnected-rotation]
  23 | date = 2027-03-01
     |        ^^^^^^^^^^ give each its own day: clients may meet both keys on it
     = pins.toml:14:3: the one before it
""",
    ),
    "another key than before": (
        # The file need not have them in the order of their days.
        SOUND + ROTATION + ROTATION.replace("2027", "2026"),
        """\
pins.toml:16:8: error: h.example.com does not serve this on 2027-03-01: since 2026-03-01 it is b [disconnected-rotation]
  16 | from = "a"
     |        ^^^ begin with what the rotation before it leads to
     = pins.toml:19:3: the one before it
""",
    ),
}

LAYOUT: Cases = {
    "inline-tables": (
        f'version = 1\nkeys = {{a = {{spki-sha256 = "{PIN_A}", rolle = "leaf"}}, b = {{spki-sha256 = "{PIN_B}"}}}}\npin-set = [{{hosts = ["h.example.com", "*.x.com"], keys = ["a", "b"]}}]\n',
        """\
pins.toml:2:76: error: `rolle` means nothing here [unknown-key]
   2 | keys = {a = {spki-sha256 = "OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c=", rolle = "leaf"}, b = {spki-sha256 = "qhxcigFVtf7yBCQe/jlYT7pUFM0YzXEKsB9NFmBQo4k="}}
     |                                                                            ^^^^^ did you mean `role`?
pins.toml:3:39: error: "*.x.com" has a wildcard, which means three things on four platforms [wildcard-host]
   3 | pin-set = [{hosts = ["h.example.com", "*.x.com"], keys = ["a", "b"]}]
     |                                       ^^^^^^^^^ write hosts = ["x.com"] and subdomains = "one-label" or "all"
""",
    ),
    "dotted-keys": (
        f'version = 1\nkeys.a.spki-sha256 = "{PIN_A}"\nkeys.a.rolle = "leaf"\nkeys.b."spki-sha256" = "x"\n[[pin-set]]\nhosts = ["h.example.com"]\nkeys = ["a", "b"]\n',
        """\
pins.toml:3:1: error: `rolle` means nothing here [unknown-key]
   3 | keys.a.rolle = "leaf"
     | ^^^^^^^^^^^^ did you mean `role`?
pins.toml:4:24: error: the pin is not base64 [malformed-pin]
   4 | keys.b."spki-sha256" = "x"
     |                        ^^^ it is the 44 characters that `pincompiler pin` prints
""",
    ),
    "tabs": (
        SOUND.replace('hosts = ["h.example.com"]', '\thosts\t=\t["h.example.com",\t"*.x.com"]\t# x'),
        """\
pins.toml:12:28: error: "*.x.com" has a wildcard, which means three things on four platforms [wildcard-host]
  12 |  hosts = ["h.example.com", "*.x.com"] # x
     |                            ^^^^^^^^^ write hosts = ["x.com"] and subdomains = "one-label" or "all"
""",
    ),
    "wide": (
        hosts('"例え.example", "*.x.com"'),
        """\
pins.toml:12:24: error: "*.x.com" has a wildcard, which means three things on four platforms [wildcard-host]
  12 | hosts = ["例え.example", "*.x.com"]
     |                          ^^^^^^^^^ write hosts = ["x.com"] and subdomains = "one-label" or "all"
""",
    ),
    "combining": (
        hosts('"e\u0301.example", "*.x.com"'),
        """\
pins.toml:12:24: error: "*.x.com" has a wildcard, which means three things on four platforms [wildcard-host]
  12 | hosts = ["é.example", "*.x.com"]
     |                       ^^^^^^^^^ write hosts = ["x.com"] and subdomains = "one-label" or "all"
""",
    ),
    "invisible": (
        hosts('"a.example", "\u200b\u202ex.com"'),
        """\
pins.toml:12:23: error: '\\u200b\\u202ex.com' has the invisible character ZERO WIDTH SPACE [invalid-host]
  12 | hosts = ["a.example", "\\u{200b}\\u{202e}x.com"]
     |                       ^^^^^^^^^^^^^^^^^^^^^^^ take it out
""",
    ),
    "windows": (
        hosts('"*.x.com"').replace("\n", "\r\n"),
        """\
pins.toml:12:10: error: "*.x.com" has a wildcard, which means three things on four platforms [wildcard-host]
  12 | hosts = ["*.x.com"]
     |          ^^^^^^^^^ write hosts = ["x.com"] and subdomains = "one-label" or "all"
""",
    ),
    "byte-order-mark": (
        "\ufeff" + SOUND.replace("version = 1", "version = 2"),
        """\
pins.toml:1:11: error: version 2 is not known [invalid-value]
   1 | version = 2
     |           ^ write version = 1, or use the pincompiler that knows this version
""",
    ),
    "many-lines": (
        hosts('\n  "h.example.com",\n  "*.x.com",  # why\n'),
        """\
pins.toml:14:3: error: "*.x.com" has a wildcard, which means three things on four platforms [wildcard-host]
  14 |   "*.x.com",  # why
     |   ^^^^^^^^^ write hosts = ["x.com"] and subdomains = "one-label" or "all"
""",
    ),
    "multi-line-string": (
        hosts('"""\\\n  *.x.com"""'),
        """\
pins.toml:12:10: error: "*.x.com" has a wildcard, which means three things on four platforms [wildcard-host]
  12 | hosts = [\"""\\
     |          ^^^^ write hosts = ["x.com"] and subdomains = "one-label" or "all"
""",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ENTRIES)
def test_entries(name: str, directory: Path) -> None:
    text, block = ENTRIES[name]
    assert said(text, directory) == block


@pytest.mark.parametrize("name", KEYS_AND_HOSTS)
def test_keys_and_hosts(name: str, directory: Path) -> None:
    text, block = KEYS_AND_HOSTS[name]
    assert said(text, directory) == block


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_files(name: str, directory: Path) -> None:
    text, block = FILES[name]
    assert said(text, directory) == block


@pytest.mark.parametrize("name", PINS)
def test_pins(name: str, directory: Path) -> None:
    text, block = PINS[name]
    assert said(text, directory) == block


@pytest.mark.parametrize("name", TARGETS)
def test_targets(name: str, directory: Path) -> None:
    text, block = TARGETS[name]
    assert said(text, directory) == block


@pytest.mark.parametrize("name", RECORD)
def test_record(name: str, directory: Path) -> None:
    text, block = RECORD[name]
    assert said(text, directory) == block


@pytest.mark.parametrize("name", PLANS)
def test_plans(name: str, directory: Path) -> None:
    text, block = PLANS[name]
    assert said(text, directory) == block


def test_releases_and_rotations_change_no_artifact(directory: Path) -> None:
    """Nothing of what is enforced hangs on them: neither the digest nor a byte of what is compiled."""
    target = '[target.nsc]\npath = "nsc.xml"\n'
    plan = f'{RELEASE}file = "pins.toml"\n{ROTATION}'
    made = []
    for text in (SOUND + target, SOUND + target + plan):
        (directory / "pins.toml").write_text(text)
        made.append(run("compile", "-o", "-", cwd=directory).stdout)
    assert made[0] == made[1]
    assert "sha256/" in made[0]


@pytest.mark.parametrize("name", LAYOUT)
def test_layout(name: str, directory: Path) -> None:
    text, block = LAYOUT[name]
    assert said(text, directory) == block


UNUSED = """\
pins.toml:15:2: warning: no pin-set uses the key `c` [unused-key]
  15 | [keys.c]
     |  ^^^^^^ use it or drop it
"""


def test_unused_key(directory: Path) -> None:
    assert said(f'{SOUND}\n[keys.c]\nspki-sha256 = "{PIN}"\n', directory) == UNUSED


def test_pins_and_files_that_are_right(directory: Path) -> None:
    for lines in (
        f'spki-sha256 = "{PIN}"',
        'file = "certs/offline.pub"',
        'file = "./certs//offline.pub"',
        'file = "certs/bundle.pem"\nindex = 1',
        'file = "certs/bundle.pem"\nsubject = "Shop Backup CA"',
        'file = "certs/bundle.pem"\nsubject = "CN=Shop CA,O=Example Shop"',
        'file = "certs/bundle.pem"\nindex = 1\nsubject = "Shop Backup CA"',
        'file = "certs/shop-ca.pem"\nindex = 0\nrole = "ca"',
    ):
        assert said(third(lines), directory) == ""


# -- one mistake is told once, and none is passed over ---------------------------------------------


def test_index_and_subject_that_contradict(directory: Path) -> None:
    """Index 0 is the other one; "did you mean `Shop Backup CA`?" would be no help."""
    output = said(third('file = "certs/bundle.pem"\nindex = 0\nsubject = "Shop Backup CA"'), directory)
    assert rules(output) == ["ambiguous-key"]
    assert "did you mean `Shop Backup CA`?" not in output


@pytest.mark.parametrize("index", ["-1", '"1"', "true", "1.0"])
def test_a_wrong_index_is_told_once(index: str, directory: Path) -> None:
    output = said(third(f'file = "certs/bundle.pem"\nindex = {index}'), directory)
    assert len(rules(output)) == 1


def test_a_wrong_subject_is_told_once(directory: Path) -> None:
    assert rules(said(third('file = "certs/bundle.pem"\nsubject = 1'), directory)) == ["wrong-type"]


def test_keys_that_are_no_strings_are_told_once(directory: Path) -> None:
    assert "missing-value" not in rules(said(used("true"), directory))


@pytest.mark.parametrize("line", ["index = 0", 'subject = "Shop CA"'])
def test_a_choice_without_a_file_is_told(line: str, directory: Path) -> None:
    """It chooses nothing, so whoever wrote it meant something else."""
    assert len(rules(said(third(f'spki-sha256 = "{PIN}"\n{line}'), directory))) == 1


@pytest.mark.parametrize(("file", "role"), [("shop-ca.pem", "leaf"), ("api-2026.pem", "ca")])
def test_a_role_that_the_certificate_contradicts(file: str, role: str, directory: Path) -> None:
    """NSPinnedDomains would look for the key where it never is, and block every connection."""
    output = said(third(f'file = "certs/{file}"\nrole = "{role}"'), directory)
    assert set(rules(output)) - {"lone-leaf-key", "duplicate-pin", "mismatched-host"} == {"conflicting-key"}


def test_a_broken_key_does_not_make_others_unused_or_undefined(directory: Path) -> None:
    assert rules(said(third('file = "certs/empty"'), directory)) == ["unreadable-key"]


def test_a_pin_with_two_mistakes_is_not_half_mended(directory: Path) -> None:
    """A prefix before a fingerprint: without the prefix it would be refused again."""
    output = said(third(f'spki-sha256 = "sha256/{"ab" * 32}"'), directory)
    assert rules(output) == ["malformed-pin"]
    assert f'write "{"ab" * 32}"' not in output


def test_a_directory_is_no_key_file(directory: Path) -> None:
    output = said(third('file = "certs/folder"'), directory)
    assert output.startswith("pins.toml:16:8: error: certs/folder: Is a directory [unreadable-key]\n")
    assert "put it there" not in output, "it is there"


def test_a_loop_of_links_does_not_tell_where_the_machine_keeps_it(directory: Path) -> None:
    output = said(third('file = "loop/x.pem"'), directory)
    assert rules(output) == ["escaping-path"]
    assert str(directory) not in output


# -- all at once ---------------------------------------------------------------------------------

EVERYTHING = f"""\
version = 1
colour = "red"

[app]
okhttp = "four"
android-min-sdk = "24"

[keys.a]
spki-sha256 = "{PIN_A}"
rolle = "leaf"

[keys.b]
spki-sha256 = "{PIN_B[:-1]}"
role = "leaf"

[keys.c]
file = "../c.pem"

[keys.d]
file = "certs/bundle.pem"

[keys.spare]
spki-sha256 = "{PIN_C}"

[[pin-set]]
hosts = ["h.example.com", "*.example.com", "H.example.com"]
keys = ["a", "b", "bb"]
subdomains = "some"

[[pin-set]]
hosts = ["h.example.com:443"]
keys = ["c", "d"]
expires = "2027-03-01"

[target.nsc]
path = "/tmp/nsc.xml"

[target.okhttp]
path = "Pins.kt"

[[accept]]
rule = "missing-backup-pin"
reason = "none"
"""

TOLD = [
    (2, 1, "unknown-key"),
    (5, 10, "invalid-value"),
    (6, 19, "wrong-type"),
    (10, 1, "unknown-key"),
    (13, 15, "malformed-pin"),
    (17, 8, "escaping-path"),
    (20, 8, "ambiguous-key"),
    (22, 2, "unused-key"),
    (26, 27, "wildcard-host"),
    (26, 44, "duplicate-host"),
    (27, 19, "undefined-key"),
    (28, 14, "invalid-value"),
    (31, 10, "invalid-host"),
    (33, 11, "wrong-type"),
    (36, 8, "escaping-path"),
    (38, 2, "unknown-target"),
    (41, 3, "missing-value"),
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_everything_at_once_in_the_order_of_the_file(end: str, directory: Path) -> None:
    output = said(EVERYTHING.replace("\n", end), directory)
    found = re.findall(r"^pins\.toml:(\d+):(\d+): (?:error|warning): .* \[([a-z-]+)\]$", output, re.MULTILINE)
    assert [(int(line), int(column), rule) for line, column, rule in found] == TOLD
    for number, line in enumerate(EVERYTHING.splitlines(), 1):
        if number in {line for line, _, _ in TOLD}:
            assert f"\n{number:>4} | {line}\n" in output


def test_a_line_of_a_hundred_thousand_characters_is_cut_around_the_mistake(directory: Path) -> None:
    names = ", ".join(f'"h{number}.example.com"' for number in range(5000))
    text = hosts(f'{names}, "*.x.com", {names.replace("h", "i")}')
    head, line, caret = said(text, directory).splitlines()
    assert re.fullmatch(r'pins\.toml:12:\d{6}: error: "\*\.x\.com" has a wildcard, .*', head)
    assert len(line) <= 7 + 160
    at = caret.index("^^^^^^^^^ write ")
    assert line[at : at + 9] == '"*.x.com"'


def test_a_value_of_a_hundred_thousand_characters_is_cut(directory: Path) -> None:
    output = said(third(f'spki-sha256 = "{"A" * 100_000}"'), directory)
    assert rules(output) == ["malformed-pin"]
    assert len(output) < 1000
    output = said(SOUND + f"{'x' * 100_000} = 1\n", directory)
    assert rules(output) == ["unknown-key"]
    assert len(output) < 1000


@pytest.mark.slow
def test_ten_thousand_mistakes_take_no_minute(directory: Path) -> None:
    names = ", ".join(f'"h_{number}.example.com"' for number in range(10_000))
    assert len(rules(said(hosts(names), directory))) == 10_000
