"""What may stand in pins.toml: each table, each entry, its kind and its meaning.

The readers take from here which names mean something in a table; the JSON Schema for editors and the table of
``pincompiler help pins.toml`` are made of the same.  What a value must be besides its kind (a host, a path below the
project, a key that exists) is the readers' business.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from pincompiler.platforms.target import Target


class OptionKind(Enum):
    """What TOML value an entry has."""

    TEXT = "a string"
    TEXTS = "an array of strings"
    TEXT_OR_TEXTS = "a string, or an array of strings"
    BY_ENVIRONMENT = "a string with `{environment}` in it, or a table of strings by environment"
    FLAG = "a boolean"
    NUMBER = "an integer from 0"
    DAY = "a date"
    VERSION = "a version, as a string"


class TableShape(Enum):
    """How a table stands in the file."""

    TABLE = "[{}]"
    NAMED = "[{}.NAME]"
    ARRAY = "[[{}]]"


@dataclass(frozen=True, slots=True)
class TomlOption:
    """One entry of a table."""

    name: str
    kind: OptionKind
    meaning: str
    """Markdown of one line, without its full stop."""
    choices: tuple[str, ...] = ()
    """The words it may be; empty: any."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class TomlOptions:
    """A table, and what may stand in it."""

    name: str
    shape: TableShape
    meaning: str
    entries: tuple[TomlOption, ...]

    @property
    def names(self) -> frozenset[str]:
        """What means something there."""
        return frozenset(entry.name for entry in self.entries)

    @property
    def title(self) -> str:
        """How it is written: ``[keys.NAME]``."""
        return self.shape.value.format(self.name)


VERSION: Final = TomlOption("version", OptionKind.NUMBER, "the format: `version = 1`", required=True)
ROOT: Final = TomlOption(
    "root",
    OptionKind.TEXT,
    "the folder from which all paths are, above pins.toml and in its repository (without one: in the working "
    'directory), such as `"../.."`, so that several pins.toml share `certs/`; by default the directory of pins.toml',
)
SCOPE: Final = "environments"
"""The entry of arrays of tables that says for which environments they count."""


def _scoped(default: str) -> TomlOption:
    return TomlOption(SCOPE, OptionKind.TEXTS, f"the environments for which it counts; left out: {default}")


APP: Final = TomlOptions(
    "app",
    TableShape.TABLE,
    "what the compiler must know about the app; all optional",
    (
        TomlOption("android-min-sdk", OptionKind.NUMBER, "the lowest API level it runs on"),
        TomlOption("android-target-sdk", OptionKind.NUMBER, "the API level it is aimed at"),
        TomlOption("ios-minimum", OptionKind.VERSION, 'the lowest iOS it runs on, such as `"14.0"`'),
        TomlOption(
            "okhttp",
            OptionKind.VERSION,
            "its OkHttp; an unknown one is taken for 4.3 to 5.5.1, which leaves URLs unpinned whose host ends in a dot",
        ),
        TomlOption(
            "trustkit",
            OptionKind.VERSION,
            "its TrustKit for iOS; an unknown one is taken for 3.0.5 or newer, which hashes RSA-3072",
        ),
    ),
)
ENVIRONMENT: Final = TomlOptions(
    "environments",
    TableShape.NAMED,
    "servers that some builds talk to: see [environments](environments.md)",
    (
        TomlOption("release", OptionKind.FLAG, "whether users get it: what is meant when nothing is said"),
        TomlOption("pinning", OptionKind.FLAG, "`false`: its builds pin nothing"),
    ),
)
ASSESSMENT: Final = TomlOptions(
    "assessment",
    TableShape.TABLE,
    "builds that may be looked into: see [assessment](assessment.md)",
    (
        TomlOption(
            "anchors",
            OptionKind.TEXTS,
            'whose chains such builds accept: anchors, or `["user"]`',
            required=True,
        ),
        _scoped("all that pin"),
    ),
)
KEY: Final = TomlOptions(
    "keys",
    TableShape.NAMED,
    "a public key, by a file or by its pin",
    (
        TomlOption(
            "file",
            OptionKind.TEXT,
            "a certificate, CSR or public key, PEM or DER, below the directory of pins.toml",
        ),
        TomlOption("index", OptionKind.NUMBER, "which one of a file with several, from 0"),
        TomlOption("subject", OptionKind.TEXT, "or which, by the subject of its certificate"),
        TomlOption("spki-sha256", OptionKind.TEXT, "instead of a file: the pin, 44 characters of base64"),
        TomlOption(
            "certificate-sha256",
            OptionKind.TEXT,
            "instead of a file: the hash of a whole certificate, 64 hexadecimal digits as browsers show them",
        ),
        TomlOption(
            "pin",
            OptionKind.TEXT,
            '`"certificate"`: the whole certificate of the file is compared and not its key, so that a renewed one is '
            "refused",
            ("key", "certificate"),
        ),
        TomlOption(
            "role",
            OptionKind.TEXT,
            "from the certificate when left out; a promise: the key stands only there in a chain",
            ("leaf", "ca"),
        ),
        TomlOption(
            "retired",
            OptionKind.FLAG,
            "`true`: it must not be pinned any more, being lost, stolen or out of use; `audit` reports where it still is",
        ),
    ),
)
ANCHOR: Final = TomlOptions(
    "anchors",
    TableShape.NAMED,
    "a CA that the app brings along, known by its name and key",
    (
        TomlOption(
            "file", OptionKind.TEXT, "its certificate, below the directory of pins.toml", required=True
        ),
        TomlOption("index", OptionKind.NUMBER, "which one of a file with several, from 0"),
        TomlOption("subject", OptionKind.TEXT, "or which, by its subject"),
    ),
)
PIN_SET: Final = TomlOptions(
    "pin-set",
    TableShape.ARRAY,
    "hosts and the keys they need; of several sets the most specific name decides",
    (
        TomlOption("hosts", OptionKind.TEXTS, "the hosts, without wildcards", required=True),
        TomlOption(
            "keys", OptionKind.TEXTS, "keys by name, any one of which has to be in the validated chain"
        ),
        TomlOption(
            "subdomains",
            OptionKind.TEXT,
            '`"none"` by default; the host itself is always included',
            ("none", "one-label", "all"),
        ),
        TomlOption(
            "trust",
            OptionKind.TEXTS,
            'in whom chains may end: `["system"]` (default; with a `base` whom that trusts), anchors, or both. With an '
            "anchor `keys` may be left out; `expires` ends the pins and never the trust",
        ),
        TomlOption("expires", OptionKind.DAY, "the first day on which the set is not enforced any more"),
        TomlOption(
            "enforce",
            OptionKind.FLAG,
            "`false`: report-only; with `keys = []`, hosts exempt from a set above them",
        ),
        TomlOption("report-uris", OptionKind.TEXTS, "where TrustKit reports failures"),
        _scoped("all"),
    ),
)
ACCEPT: Final = TomlOptions(
    "accept",
    TableShape.ARRAY,
    "a finding the team lives with, on the record and until a day",
    (
        TomlOption("rule", OptionKind.TEXT, "the id in brackets behind the finding", required=True),
        TomlOption("reason", OptionKind.TEXT, "why it is accepted", required=True),
        TomlOption("until", OptionKind.DAY, "the first day on which it is back", required=True),
        TomlOption("target", OptionKind.TEXT, "the target it is about; left out: every one"),
        TomlOption("hosts", OptionKind.TEXTS, "the hosts it is about; left out: all"),
        TomlOption(
            "places",
            OptionKind.TEXTS,
            'for findings in apps: patterns such as `"res/xml/*"` or `"com.example.debug.*"`',
        ),
        _scoped("the release"),
    ),
)
RELEASE: Final = TomlOptions(
    "release",
    TableShape.ARRAY,
    "a version of the app that users have or will have",
    (
        TomlOption("name", OptionKind.TEXT, "as people call it", required=True),
        TomlOption("date", OptionKind.DAY, "the first day on which anybody runs it", required=True),
        TomlOption(
            "support-until",
            OptionKind.DAY,
            "the last day on which it counts; left out: it is supported for good",
        ),
        TomlOption(
            "file", OptionKind.TEXT, "what it enforces: an app, an NSC, a pins.toml or `git:REV:PATH`"
        ),
        TomlOption("policy", OptionKind.TEXT, "instead of a file: the digest that `compile` wrote into it"),
        _scoped("the release"),
    ),
)
ROTATION: Final = TomlOptions(
    "rotation",
    TableShape.ARRAY,
    "the day on which servers of a host change keys",
    (
        TomlOption("host", OptionKind.TEXT, "the host", required=True),
        TomlOption(
            "from",
            OptionKind.TEXT_OR_TEXTS,
            "a key's name, or an array: the server's key, then those of the CAs above it",
            required=True,
        ),
        TomlOption("to", OptionKind.TEXT_OR_TEXTS, "the same for afterwards", required=True),
        TomlOption("date", OptionKind.DAY, "the day; on it either may be served", required=True),
        _scoped("the release"),
    ),
)
TARGET: Final = TomlOptions(
    "target",
    TableShape.NAMED,
    "what to write: see [targets](targets.md). `[target.NAME.INSTANCE]` is one more of that kind, for an app extension, a "
    "module or another app, such as `[target.ats.widget]`; reports, `[[accept]]` and `-t` call it `ats.widget`, and `ats` "
    "means all of the kind",
    (
        TomlOption(
            "path",
            OptionKind.BY_ENVIRONMENT,
            "where to write, below the directory of pins.toml",
            required=True,
        ),
        TomlOption("path-assessment", OptionKind.BY_ENVIRONMENT, "where a file for assessment builds goes"),
        TomlOption("package", OptionKind.TEXT, "the package of generated Kotlin or Java"),
        TomlOption("base", OptionKind.BY_ENVIRONMENT, "a hand-written file that the pins are merged into"),
        TomlOption(
            "swizzle", OptionKind.FLAG, "whether TrustKit hooks every NSURLSession delegate by itself"
        ),
    ),
)
TABLES: Final = (APP, ENVIRONMENT, ASSESSMENT, KEY, ANCHOR, PIN_SET, TARGET, ACCEPT, RELEASE, ROTATION)
TOP: Final = frozenset({VERSION.name, ROOT.name, *(one.name for one in TABLES)})
"""What may stand at the top of a pins.toml."""


def of_target(target: Target[Any]) -> frozenset[str]:
    """What may stand in the table of a target."""
    return target.options | {"path", "path-assessment"}
