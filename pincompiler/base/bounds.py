"""Every bound of reading: what is not looked at beyond it, why, and what reaching it means.

What comes from outside may ask for any amount of work, so all that reads it is bounded here, and nowhere else
(``tests/test_bounds.py``).  A cut that says nothing would be an all-clear for what nobody saw: each bound names what
its reader does when it is reached, and the table of `pincompiler help limits` is made of these.
"""

from __future__ import annotations

from enum import StrEnum

from pincompiler.base.records import dataclass


class Beyond(StrEnum):
    """What becomes of what lies beyond a bound; the value is a sentence of that table."""

    UNKNOWN = "named as unknown, exit code 3"
    REFUSED = "refused, exit code 2"
    REPORTED = "a finding"
    USED = "the app's code counts as used, a library's does not"
    TRUSTED = "a library's is taken to check; the app's is unknown, exit code 3"
    SHORTENED = "the number of those left out is said"
    SAME = "another way gives the same answer"


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit of reading, and what becomes of what lies beyond it."""

    limit: int
    """The most that is looked at."""
    unit: str
    """What is counted: ``bytes``, ``seconds``, ``entries``…"""
    of: str
    """Where, after the unit: ``an archive``."""
    beyond: Beyond
    why: str
    """A reason for the number."""

    def __str__(self) -> str:
        """The number with its unit, as sentences have it: ``32 MB``, ``1,000 certificates``."""
        if self.unit == "bytes" and self.limit >= 1 << 20:
            return f"{self.limit >> 20:,} MB"
        return f"{self.limit:,} {self.unit}"


_UNKNOWN, _REFUSED, _USED, _SHORTENED = Beyond.UNKNOWN, Beyond.REFUSED, Beyond.USED, Beyond.SHORTENED

# -- files of a project ----------------------------------------------------------------------------

FILE_BYTES = Bound(
    64 << 20, "bytes", "a pins.toml or a platform's file", _REFUSED, "100,000 hosts have 20 MB"
)
KEY_FILE_BYTES = Bound(
    16 << 20, "bytes", "a key file of pins.toml", Beyond.REPORTED, "a certificate has 2 KB"
)
PATH_LETTERS = Bound(1000, "characters", "a path in pins.toml", Beyond.REPORTED, "longer than systems take")
FOLDERS_LOOKED = Bound(
    20_000, "entries", "the folders below a new pins.toml", Beyond.REPORTED, "a project has fewer"
)
FOLDERS_DEEP = Bound(12, "folders", "the same", Beyond.REPORTED, "where modules lie")
SOURCE_BYTES = Bound(4 << 20, "bytes", "a source file", _REFUSED, "nobody writes pins among more code")
STATEMENT_WORDS = Bound(300, "words", "a statement of source code", Beyond.UNKNOWN, "a line has ten")
LITERAL_LETTERS = Bound(10_000, "characters", "a text of source code", Beyond.UNKNOWN, "a pin has 51")
LITERAL_DEPTH = Bound(100, "levels", "a literal of source code", Beyond.UNKNOWN, "hosts and pins have five")
PLIST_DEPTH = Bound(200, "levels", "a property list", _REFUSED, "Xcode writes five")
RESULT_BYTES = Bound(512 << 20, "bytes", "a saved audit", _REFUSED, "ten thousand findings have 15 MB")
RESULT_VALUES = Bound(1 << 24, "values", "a saved audit", _REFUSED, "each takes a hundred bytes of memory")
GIT_BYTES = Bound(1 << 30, "bytes", "a file of a git revision", _REFUSED, "as from standard input")
GIT_SECONDS = Bound(60, "seconds", "git", _REFUSED, "a pipe may stand where git expects a file")
GIT_MESSAGE = Bound(10_000, "bytes", "git's own messages", _SHORTENED, "the first line says why")
SHOWN = Bound(80, "characters", "a name in a message", _SHORTENED, "a line is read at a glance")
SHOWN_LONG = Bound(300, "characters", "a text in a message", _SHORTENED, "a paragraph is read")

# -- archives and resources of an app --------------------------------------------------------------

STDIN_BYTES = Bound(1 << 30, "bytes", "an app from standard input", _REFUSED, "it is held in memory")
MEMBER_BYTES = Bound(256 << 20, "bytes", "a file in an app", _UNKNOWN, "it is held in memory")
ARCHIVE_ENTRIES = Bound(1 << 18, "entries", "an archive", _UNKNOWN, "the largest apps have a fifth")
DIRECTORY_BYTES = Bound(128 << 20, "bytes", "an archive's directory", _REFUSED, "it is held in memory")
END_RECORDS = Bound(500, "end records", "an archive", _REFUSED, "each might be the one; tools write one")
ODDITIES = Bound(100, "oddities", "an app's files", _SHORTENED, "a hostile archive has one an entry")
APPS_NAMED = Bound(5, "apps", "one refusal", _SHORTENED, "the rest are like them")
PARTS = Bound(300, "APKs or modules", "one app", _UNKNOWN, "large apps have some fifty")
NESTED_BYTES = Bound(512 << 20, "bytes", "APKs packed inside an archive", _UNKNOWN, "they are held in memory")
MANIFEST_BYTES = Bound(16 << 20, "bytes", "a manifest", _UNKNOWN, "large ones have 1 MB")
MANIFESTS_BYTES = Bound(48 << 20, "bytes", "all manifests of an app", _UNKNOWN, "three of the largest")
PLIST_BYTES = Bound(
    16 << 20, "bytes", "an Info.plist or provisioning profile of an app", _UNKNOWN, "large ones have 100 KB"
)
PROCESSES = Bound(200, "bundles", "one app for Apple's systems", _UNKNOWN, "large apps have some twenty")
XML_DEPTH = Bound(200, "levels", "an XML file", _UNKNOWN, "Android's parsers go a few times as deep")
XML_LETTERS = Bound(
    8 << 20, "characters", "an XML file, beside 16 a byte", _UNKNOWN, "honest strings are not repeated"
)
POOL_BYTES = Bound(
    4 << 20, "bytes", "strings, beside four times their pool", _UNKNOWN, "honest ones do not overlap"
)
RESOURCE_ITEMS = Bound(100_000, "items", "an array in the resources", _UNKNOWN, "the largest seen have 1,000")
RESOURCE_VALUES = Bound(
    10_000, "values", "a resource on all devices", _UNKNOWN, "references may fork at every step"
)
RESOURCE_STEPS = Bound(20, "references", "a resource, one to another", _UNKNOWN, "AOSP's kMaxIterations")
NSC_BYTES = Bound(16 << 20, "bytes", "a Network Security Configuration", _UNKNOWN, "100,000 hosts have 8 MB")
NSC_VARIANTS_BYTES = Bound(
    48 << 20, "bytes", "all variants of a Network Security Configuration", _UNKNOWN, "three of the largest"
)
NSC_VARIANTS = Bound(500, "variants", "a Network Security Configuration", _UNKNOWN, "apps have one, or two")
OTHER_XML = Bound(
    1000, "XML resources", "an app, looked at for other such configurations", _UNKNOWN, "large apps have 200"
)
NSC_PINS = Bound(
    100_000,
    "pairs of host and pin",
    "a Network Security Configuration",
    _UNKNOWN,
    "a file may pair each host with each pin",
)
NSC_ODDITIES = Bound(
    100,
    "skipped things",
    "a Network Security Configuration",
    Beyond.REPORTED,
    "the last finding says that there are more",
)
NSC_LOOKS = Bound(
    10_000,
    "unknown elements and attributes",
    "a Network Security Configuration",
    Beyond.REPORTED,
    "the last finding says that there are more",
)
NSC_HOSTS_NAMED = Bound(20, "hosts", "a finding", _SHORTENED, "they share one element")

# -- certificates and keys -------------------------------------------------------------------------

CERTIFICATES = Bound(
    2000, "certificates", "one file", _UNKNOWN, "twelve times what Mozilla's list of CAs has"
)
ITERATIONS = Bound(2_000_000, "iterations", "a password's hashing", _UNKNOWN, "a store could ask for days")
DER_DEPTH = Bound(24, "levels", "a PKCS#12 store", _UNKNOWN, "tools write twelve")
STORE_BYTES = Bound(
    32 << 20, "bytes", "a file that may have certificates", _UNKNOWN, "scripts may have them, too"
)
STORES = Bound(500, "files", "certificates of one app", _UNKNOWN, "the largest seen has 160")
STORES_BYTES = Bound(64 << 20, "bytes", "all of these files", _UNKNOWN, "two of the largest")
CODE_CERTIFICATES = Bound(1000, "strings", "certificates in the code", _UNKNOWN, "apps have one, or two")
CANDIDATES = Bound(1000, "strings", "files, that look like pins", _UNKNOWN, "apps have ten")

# -- DEX files -------------------------------------------------------------------------------------

STATIC_VALUES = Bound(
    1 << 16, "values", "what the fields of a class begin with", _UNKNOWN, "the format allows no more"
)
STATIC_DEPTH = Bound(16, "levels", "such a value", _UNKNOWN, "annotations have three")
ARRAY_ELEMENTS = Bound(1 << 16, "elements", "an array in the code", _UNKNOWN, "longer ones are pictures")
LINE_STEPS = Bound(
    1 << 17, "steps", "a method's line numbers", Beyond.SAME, "a method has half as many code units"
)
RESCUED = Bound(4, "DEX files", "an app, by androguard", _UNKNOWN, "a hostile app may bring hundreds")
RESCUED_BYTES = Bound(32 << 20, "bytes", "each of these", _UNKNOWN, "androguard takes seconds a MB")
ANDROGUARD_BYTES = Bound(
    512 << 20, "bytes", "a file for androguard", _UNKNOWN, "it holds a file several times over"
)
ANDROGUARD_SECONDS = Bound(60, "seconds", "androguard", _UNKNOWN, "its modules take 2 s to load")
ANDROGUARD_SECONDS_A_MB = Bound(
    15, "seconds more", "androguard, for each MB", _UNKNOWN, "measured: 2 s on a free core"
)
ANDROGUARD_MEMORY = Bound(1 << 30, "bytes", "androguard's memory", _UNKNOWN, "build machines share theirs")
ANDROGUARD_MEMORY_A_BYTE = Bound(
    300, "bytes more", "its memory, for each of a file", _UNKNOWN, "measured: 85"
)
METHODS_NAMED = Bound(3, "methods", "one doubt", _SHORTENED, "the rest are like them")

# -- Mach-O files ------------------------------------------------------------------------------------

LOAD_COMMANDS = Bound(4096, "load commands", "a Mach-O image", _UNKNOWN, "large apps have 200")
MACHO_SLICES = Bound(40, "slices", "a Mach-O file", _UNKNOWN, "the fattest have six; a Java class says 45")
MACHO_TEXT = Bound(1 << 16, "bytes", "a text of a Mach-O image", _UNKNOWN, "names have 10, of Swift 1,000")
MACHO_TEXTS = Bound(
    4 << 20,
    "bytes",
    "texts of a Mach-O image, beside four times its size",
    _UNKNOWN,
    "honest ones do not overlap",
)
MACHO_IMPORTS = Bound(1 << 20, "imports", "a Mach-O image", _UNKNOWN, "large apps have 10,000")
MACHO_BINDINGS = Bound(1 << 20, "bindings", "a Mach-O image", _UNKNOWN, "large apps have 100,000")
MACHO_SYMBOLS = Bound(1 << 22, "symbols", "a Mach-O image", _UNKNOWN, "WebRTC has 260,000")
MACHO_FUNCTIONS = Bound(1 << 22, "functions", "a Mach-O image", _UNKNOWN, "large apps have 500,000")
MACHO_STUBS = Bound(1 << 17, "stubs", "a section of a Mach-O image", _UNKNOWN, "large apps have 10,000")
ARM64_STEPS = Bound(
    10_000, "instructions", "a function that is run, on all its ways", _UNKNOWN, "most take 500"
)
ARM64_ALL_STEPS = Bound(
    1_000_000,
    "instructions",
    "all functions of an image that are run",
    _UNKNOWN,
    "fifty handlers take 30,000",
)
ARM64_WAYS = Bound(256, "ways", "a function that is run", _UNKNOWN, "most have four")
ARM64_FORKS = Bound(
    40, "branches", "one way through it, on something unknown", _UNKNOWN, "loops on it have no end"
)
ARM64_RECURSION = Bound(3, "calls", "a function, on one way through another", _UNKNOWN, "few call themselves")
ARM64_SITES = Bound(400, "functions", "one question about calls in an image", _UNKNOWN, "most have ten")
ARM64_ROUNDS = Bound(
    3,
    "rounds",
    "a loop on something unknown",
    Beyond.SAME,
    "more rounds of a loop over pins do what these do",
)
ARM64_LEVELS = Bound(8, "fields", "an object, one in the other", _UNKNOWN, "most have two")
CLOSURE_BYTES = Bound(512, "bytes", "what a closure has captured", _UNKNOWN, "most have 64")
ARM64_ROOTS = Bound(64, "names", "what a value was made of", _UNKNOWN, "most have three")
SWIFT_ARRAY = Bound(4096, "elements", "an array of constants in Swift", _UNKNOWN, "pins of a thousand hosts")
SWIFT_DEPTH = Bound(3, "arrays", "such an array, one in the other", _UNKNOWN, "most have two")
CHALLENGE_HELPER = Bound(
    256,
    "bytes",
    "a function that is called on the way to an answer, and is not given the chain",
    _UNKNOWN,
    "getters have 20",
)
OBJC_ANSWERS = Bound(4, "methods", "a message to an unknown object", _UNKNOWN, "one class is meant, mostly")
OBJC_ANCESTORS = Bound(200, "superclasses", "an Objective-C class", _UNKNOWN, "UIKit's deepest have ten")
OBJC_CLASSES = Bound(1 << 18, "classes", "a Mach-O image", _UNKNOWN, "large apps have 50,000")
OBJC_METHODS = Bound(
    1 << 16,
    "methods and references",
    "a Mach-O image, beside one for four bytes",
    _UNKNOWN,
    "honest ones do not overlap",
)
MACHO_STRINGS = Bound(1 << 20, "constant strings", "a Mach-O image", _UNKNOWN, "large apps have 100,000")
ENTITLEMENT_BYTES = Bound(1 << 20, "bytes", "the entitlements of an image", _UNKNOWN, "most have 1 KB")

# -- following constants: what a call is given -------------------------------------------------------

APP_STEPS = Bound(4_000_000, "steps", "all questions about the code", _UNKNOWN, "large apps take 25,000")
QUESTION_STEPS = Bound(
    250_000, "steps", "one question, before the last method", _UNKNOWN, "others are to be answered"
)
SEARCHES = Bound(64, "searches", "all code", _UNKNOWN, "large apps take ten")
SEARCHED_BYTES = Bound(1 << 30, "bytes", "code searched in small apps", _UNKNOWN, "a second")
LINKED_FILES = Bound(
    64, "DEX files", "an app, asked for a class one by one", Beyond.SAME, "then all classes are listed first"
)
ANCESTORS = Bound(200, "superclasses", "a class", _UNKNOWN, "Android's deepest have nine")
FLOW_ROUNDS = Bound(
    6, "visits", "a loop's beginning, beside its paths", _UNKNOWN, "what changes on has no constant"
)
FLOW_STEPS = Bound(60, "steps", "each instruction of a method", _UNKNOWN, "most are run twice")
FOLLOWED_DEPTH = Bound(
    3, "methods and fields", "one answer, one in the other", _UNKNOWN, "constants are nearer"
)
ORIGINS = Bound(400, "values", "one value, followed back", _UNKNOWN, "most have three")
RUNS_APART = Bound(8, "runs", "a method for single questions", Beyond.SAME, "then all questions share one")
HELPER_UNITS = Bound(
    512, "code units", "a method that gives a constant", _UNKNOWN, "longer ones do more than that"
)
WRITERS = Bound(16, "methods", "a field's writers, or a method's callers", _UNKNOWN, "constants have one")
VALUES = Bound(16, "values", "a variable", _UNKNOWN, "beyond, a set of them says nothing")
VALUE_PARTS = Bound(8192, "parts", "a value", _UNKNOWN, "every look at it is a walk over them")
VALUE_DEPTH = Bound(24, "levels", "a value", _UNKNOWN, "lists of lists of pins have four")
VALUE_LEVELS = Bound(6, "levels", "a value whose texts are asked for", _UNKNOWN, "maps of lists have five")
OBJECT_DEPTH = Bound(4, "levels", "objects that hold objects", _UNKNOWN, "one may hold itself")
ITEMS = Bound(4096, "items", "an array or a collection", _UNKNOWN, "pins of a thousand hosts")
TEXT_LETTERS = Bound(65_536, "characters", "a text", _UNKNOWN, "compilers write no longer ones (JVMS 4.4.7)")
CALLER_HOPS = Bound(
    3, "callers", "one call, kept apart one behind the other", _UNKNOWN, "wrappers have one, or two"
)
PICKS = Bound(64, "combinations", "items of loops, kept apart", _UNKNOWN, "tables of pins have ten rows")
GIVEN_UP = Bound(20, "methods", "what was too much to follow", _UNKNOWN, "one line says that there are more")

# -- running code: what pinners get where following gives up ------------------------------------------

RUN_APP_STEPS = Bound(
    2_000_000, "instructions", "code that is run for one app", _UNKNOWN, "thirty pinners take 400,000"
)
RUN_STEPS = Bound(100_000, "instructions", "one run", _UNKNOWN, "most take a thousand")
RUN_CALM_STEPS = Bound(
    20_000, "instructions", "a run, after its last pins", _UNKNOWN, "what comes later is of no interest"
)
RUNS = Bound(16, "runs", "a method, by other branches each", _UNKNOWN, "most have two")
FEW_RUNS = Bound(4, "runs", "a method with more branches than are tried", _UNKNOWN, "it is unknown anyway")
RUN_DECISIONS = Bound(24, "branches", "a run, on something unknown", _UNKNOWN, "loops on it have no end")
RUN_MORE_DECISIONS = Bound(
    8, "branches more", "a run, after a call that was given up", _UNKNOWN, "others are to be answered"
)
RUN_GIVEN_UP = Bound(64, "calls", "a run, that are given up", _UNKNOWN, "R8 puts much into one method")
RUN_STARTS = Bound(64, "methods", "an app, that are run", _UNKNOWN, "most have two")
RUN_LEVELS = Bound(4, "callers", "a method that is run, one behind the other", _UNKNOWN, "wrappers have two")
RUN_CALLERS = Bound(8, "callers", "a method that is run", _UNKNOWN, "they are run instead of it")
RUN_CALL_STEPS = Bound(
    20_000,
    "instructions",
    "a call on the way to a check that is tried",
    _UNKNOWN,
    "what loads pins takes a thousand",
)
RUN_DEPTH = Bound(100, "calls", "a run, one in the other", _UNKNOWN, "coroutines have forty")
RUN_FRAMES = Bound(6000, "frames", "Python's stack during a run", _UNKNOWN, "sixty for each call")
RUN_OBJECTS = Bound(200_000, "objects and elements", "a run", _UNKNOWN, "most make a hundred")
RUN_TYPES = Bound(400, "supertypes", "a class, when code is run", _UNKNOWN, "Android's have twenty")
RUN_HEIRS = Bound(16, "subclasses", "an unknown object that is called", _UNKNOWN, "one method is to be run")
NUMBER_DIGITS = Bound(
    4000, "digits", "a whole number of the app's", _UNKNOWN, "a key of RSA has two thousand"
)
TRIALS = Bound(
    64, "constants", "a check of certificates, that are tried as pins", _UNKNOWN, "most have three"
)
TRIAL_VALUES = Bound(
    20_000, "values", "a check of certificates, that pins are looked for in", _UNKNOWN, "most have a hundred"
)
REGEX_LETTERS = Bound(500, "characters", "a regular expression of the app's", _UNKNOWN, "most have twenty")
REGEX_WORK = Bound(
    20_000_000, "steps", "such an expression, at the worst", _UNKNOWN, "its author may want it to take years"
)

# -- facts in the code of an app ---------------------------------------------------------------------

ADDRESSES_NAMED = Bound(5000, "hosts", "addresses in the app's code", _UNKNOWN, "large apps have 500")
ADDRESSES_LISTED = Bound(
    2000, "hosts", "addresses in files", _SHORTENED, "lists of advertisers have 100,000, which no app asks"
)
SHOWN_ENDPOINTS = Bound(50, "hosts", "the list of endpoints on a terminal", _SHORTENED, "a screen")
HOST_LABELS = Bound(
    127, "labels", "a host that is looked up", Beyond.SAME, "DNS has no more: RFC 1035 section 2.3.4"
)
ADDRESS_PLACES = Bound(4, "places", "a host in addresses", Beyond.SAME, "the first say enough")
FILE_STEPS = Bound(200, "values", "a stream, followed to its file", _UNKNOWN, "most take five")
FILE_DEPTH = Bound(12, "levels", "streams around streams", _UNKNOWN, "most have two")
IMPLEMENTATIONS = Bound(8, "methods", "an abstract one that opens a file", _UNKNOWN, "mostly one")
STORE_CALLS = Bound(1000, "calls", "key stores", _UNKNOWN, "apps have ten")
SCRIPT_BYTES = Bound(16 << 20, "bytes", "a Cordova script", _UNKNOWN, "bundles have 5 MB")
HERMES_BYTES = Bound(128 << 20, "bytes", "bytecode of React Native", _UNKNOWN, "large apps have 40 MB")
SCRIPTS = Bound(2000, "scripts", "a Cordova app", _UNKNOWN, "apps have a hundred")
SCRIPT_CALLS = Bound(1000, "calls", "these scripts, of setServerTrustMode", _UNKNOWN, "apps have one")
BUILDER_LINKS = Bound(64, "calls", "a chain on a Cronet builder", _UNKNOWN, "one for each setting")
MOMENT_DEPTH = Bound(4, "calls", "an expiry of Cronet pins, one in the other", _UNKNOWN, "most have two")
INNER_BYTES = Bound(128 << 20, "bytes", "archives inside an app", _UNKNOWN, "most have none")
INNER_ENTRIES = Bound(1 << 16, "files", "archives inside an app", _UNKNOWN, "each is opened by its beginning")
INNER_LEVELS = Bound(4, "archives", "one app, one in the other", _UNKNOWN, "libraries have one in one")
INNER_MEMORY = Bound(
    128 << 20, "bytes", "memory that unpacking one takes", _UNKNOWN, "what xz -9 writes takes half"
)
HOOKS_BYTES = Bound(1 << 16, "bytes", "a list of Xposed modules", _UNKNOWN, "it has one line")
PINNER_HOSTS = Bound(
    50_000,
    "pairs of pinner and host",
    "OkHttp, where one may match the other",
    _UNKNOWN,
    "each has a verdict",
)
CLIENT_DEPTH = Bound(50, "clients", "OkHttp, one derived of the other", _UNKNOWN, "most are two")
PATTERNS = Bound(256, "hosts", "one call that adds pins", _UNKNOWN, "it is in a loop over some ten")
PIN_HOLDERS = Bound(32, "classes", "a renamed OkHttp, with a pinner", _UNKNOWN, "OkHttp has three")
TRACED = Bound(1000, "values", "one object of OkHttp", _UNKNOWN, "most take ten")
OKHTTP_USES = Bound(20_000, "uses", "OkHttp", _UNKNOWN, "large apps have some hundred")
PIN_CALLERS = Bound(1000, "callers", "a method that makes a pin", _UNKNOWN, "mostly one")
DECIDERS = Bound(
    400, "classes", "trust managers, and of verifiers and WebView clients", _UNKNOWN, "apps have fifty"
)
LIBRARY_UNITS = Bound(
    160, "code units", "a library's decision on trust", Beyond.TRUSTED, "what decides nothing is small"
)
TRUST_CALLS = Bound(1000, "calls", "trust managers that are put to use", _UNKNOWN, "apps have ten")
TRUST_DEPTH = Bound(
    3, "values", "a trust manager, one behind the other", _UNKNOWN, "most are made where they are used"
)
PIN_METHODS = Bound(200, "methods", "a trust manager that may pin", _UNKNOWN, "most have three")
PIN_FIELDS = Bound(50, "fields", "a trust manager that may pin", _UNKNOWN, "most have one")
PIN_DEPTH = Bound(
    2, "calls", "a trust manager that may pin, one in the other", _UNKNOWN, "pins are kept near"
)
WEB_METHODS = Bound(60, "methods", "what gets a WebView's decision", _UNKNOWN, "a dialog has three")
WEB_DEPTH = Bound(
    3, "calls", "what gets a WebView's decision, one in the other", _UNKNOWN, "a dialog has one"
)
WAY_STEPS = Bound(2500, "instructions", "one decision on trust, in all its ways", _UNKNOWN, "30 ms")
WAY_ITEMS = Bound(
    16, "items", "a list that a decision on trust goes through", _UNKNOWN, "each is a way of its own"
)
WAY_DEPTH = Bound(4, "methods", "one decision on trust, one in the other", _UNKNOWN, "most have two")
WAY_REGISTERS = Bound(
    1024, "registers", "a method that decides on trust", _UNKNOWN, "most have ten, and each step copies them"
)
DECISION_SIZE = Bound(1000, "instructions", "a method that decides on trust", _UNKNOWN, "most have fifty")
HELPER_SIZE = Bound(
    80, "instructions", "a method that helps it", Beyond.TRUSTED, "those that do nothing are small"
)
HELPER_STEPS = Bound(
    250, "instructions", "a helper, in all its ways", Beyond.TRUSTED, "those that do nothing are small"
)
HELPER_ENDS = Bound(12, "ends", "a helper, kept apart", Beyond.TRUSTED, "most have two")

# -- whether code is used --------------------------------------------------------------------------

REACH_STEPS = Bound(14, "steps", "code, back to what starts it", _USED, "most ways have five")
REACH_NODES = Bound(6000, "methods and classes", "all ways back", _USED, "beyond, nearly all code is on one")
REACH_AT_ONCE = Bound(800, "methods and classes", "one step", _USED, "beyond, nearly all code matches")
REACH_BYTES = Bound(32 << 20, "bytes", "code searched in small apps", _USED, "what an audit takes besides")
REACH_TIMES = Bound(6, "searches", "all code", _USED, "an audit stays in proportion to unpacking")
REACH_VISITS = Bound(1_000_000, "methods and classes", "all answers", _USED, "a second")
REACH_ANCESTORS = Bound(200, "supertypes", "a class", _USED, "Android's have twenty")
REACH_FILES = Bound(32 << 20, "bytes", "XML and lists that name classes", _USED, "large apps have 10 MB")

# -- servers ---------------------------------------------------------------------------------------

HANDSHAKE_BYTES = Bound(1 << 18, "bytes", "a TLS handshake", _REFUSED, "OpenSSL takes 100 KB of certificates")
PATH_CERTIFICATES = Bound(
    32,
    "certificates",
    "a server, put together to the paths of devices",
    _UNKNOWN,
    "servers show three to five",
)
ADDRESSES = Bound(32, "addresses", "a host", _UNKNOWN, "large services have eight")

TABLE = {name: value for name, value in globals().items() if isinstance(value, Bound)}
"""All of them, by name, in this order."""


def shortened(text: str, most: Bound = SHOWN) -> str:
    """A text as messages show it: no longer than ``most``, with a mark where it was cut."""
    return text if len(text) <= most.limit else f"{text[: most.limit - 1]}…"
