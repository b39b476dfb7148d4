"""Pins in source code and in files of other tools: literals are taken over, what is computed is said with its place.

What each file means is its maker's documentation, or source, which the docstrings of the readers name.
"""

from __future__ import annotations

import base64
import contextlib
import re
import tomllib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincompiler.base.bounds import LITERAL_DEPTH, LITERAL_LETTERS
from pincompiler.base.errors import InputError
from pincompiler.foreign.literals import SourceText
from pincompiler.foreign.reading import read_foreign
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy.differences import differences
from pincompiler.policy.project import App, Output
from tests import foreign_sources as sources
from tests.strategies import policies
from tests.test_cli import PIN_A, PIN_B, PIN_C, run

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.policy.policy import Policy

EVERY = [(suffix, n) for suffix, texts in sources.SOURCES.items() for n in range(len(texts))]


def init(root: Path, name: str, text: str) -> tuple[int, str, dict[str, Any]]:
    (root / name).write_text(text)
    ran = run("init", "--from", name, "-o", "-", cwd=root)
    return ran.code, ran.stderr, tomllib.loads(ran.stdout) if ran.stdout else {}


@pytest.mark.parametrize(("suffix", "number"), EVERY)
def test_literals_are_taken_over(suffix: str, number: int, tmp_path: Path) -> None:
    text = sources.SOURCES[suffix][number]
    code, said, values = init(tmp_path, f"Pins{suffix}", text)
    assert code == (3 if re.search("TrustKit|fingerprints", text) else 0), said
    (pin_set,) = values["pin-set"]
    assert (pin_set["hosts"], pin_set["subdomains"]) == (["api.example.com"], "none")
    keys = values["keys"].values()
    if "fingerprints" in text:
        wanted = {base64.b64decode(pin).hex() for pin in (PIN_A, PIN_B)}
        assert {key["certificate-sha256"] for key in keys} == wanted
    else:
        assert {key["spki-sha256"] for key in keys} == {PIN_A, PIN_B}


@pytest.mark.parametrize(("suffix", "number"), EVERY)
def test_a_pin_that_is_lost_on_the_way_is_a_difference(suffix: str, number: int, tmp_path: Path) -> None:
    """`diff` knows these files, too: with another pin they are not the same."""
    text = sources.SOURCES[suffix][number]
    (tmp_path / f"a{suffix}").write_text(text)
    (tmp_path / f"b{suffix}").write_text(text.replace(PIN_B, PIN_C))
    assert run("diff", f"a{suffix}", f"a{suffix}", cwd=tmp_path).code in (0, 3)
    assert run("diff", f"a{suffix}", f"b{suffix}", cwd=tmp_path).code == 1


HEAD = "import okhttp3.CertificatePinner\n"
FIRST = f'val first = CertificatePinner.Builder().add("a.example.com", "sha256/{PIN_A}", "sha256/{PIN_B}").build()\n'


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        (
            "x.kt",
            f'val b = CertificatePinner.Builder()\nfun f(h: String) = b.add(h, "sha256/{PIN_C}")',
            "4:22: add(h,",
        ),
        ("x.kt", f'fun CertificatePinner.Builder.all() = add("b.example.com", "sha256/{PIN_C}")', "3:39:"),
        (  # pins that another pinner has as well
            "x.kt",
            f'fun CertificatePinner.Builder.all() = add("b.example.com", "sha256/{PIN_A}", "sha256/{PIN_B}")',
            "3:39:",
        ),
        (
            "x.kt",
            f'const val PIN = "sha256/{PIN_A}"\ntypealias P = CertificatePinner\nval z = P.Builder().add("b.example.com", PIN)',
            "5:21:",
        ),
        ("x.kt", f'val m = mapOf("b.example.com" to "sha256/{PIN_C}")', "3:34:"),
        ("x.kt", f'val other = if (BuildConfig.DEBUG) "b" else "sha256/{PIN_C}"', "3:45:"),
        ("x.kt", "val c = if (flag) CertificatePinner.DEFAULT else first", "3:19:"),
        ("x.kt", "val c = first.takeIf { on } ?: okhttp3.CertificatePinner.DEFAULT", "3:40:"),
        (
            "x.kt",
            'val p = CertificatePinner.Builder().add("b.example.com", "sha256/${key}").build()',
            "3:37:",
        ),
        (
            "x.kt",
            f'fun f() {{ if (BuildConfig.DEBUG) CertificatePinner.Builder().add("b.example.com", "sha256/{PIN_C}") }}',
            "`if`",
        ),
        (
            "x.kt",
            f'fun f() {{ if (DEBUG) {{ val b = CertificatePinner.Builder()\nb.add("b.example.com", "sha256/{PIN_C}") }} }}',
            "`if`",
        ),
        (
            "x.kt",
            f'fun f(API: String) = CertificatePinner.Builder().add(API, "sha256/{PIN_C}")\nval API = "b.example.com"',
            "add(API,",
        ),
        (
            "x.kt",
            f'val API = "b.example.com"\nval z = CertificatePinner.Builder().add(Other.API, "sha256/{PIN_C}")',
            "add(Other.API,",
        ),
        (
            "x.kt",
            f'var API = "b.example.com"\nval z = CertificatePinner.Builder().add(API, "sha256/{PIN_C}")',
            "add(API,",
        ),
        (
            "x.kt",
            f'private var A = "b"\nfun g() {{ A += ".example.com" }}\nval z = CertificatePinner.Builder().add(A, "sha256/{PIN_C}")',
            "add(A,",
        ),
        (
            "x.kt",
            'val z = CertificatePinner.Builder().add("b.example.com", "sha1/AAAAAAAAAAAAAAAAAAAAAAAAAAA=")',
            "no SHA-256 pin",
        ),
        (
            "x.kt",
            f'val z = CertificatePinner.Builder().add("https://b.example.com", "sha256/{PIN_C}")',
            "pins nothing",
        ),
    ],
)
def test_what_is_computed_is_said_with_its_place(name: str, more: str, said: str, tmp_path: Path) -> None:
    """The literals beside it are taken over all the same, exit 3."""
    code, stderr, values = init(tmp_path, name, f"{HEAD}{FIRST}{more}\n")
    if code == 2:  # two pinners that differ
        assert "mend the file first" in stderr
        return
    assert code == 3
    assert any(line.startswith(f"unknown: {name}:") and said in line for line in stderr.splitlines()), stderr
    (pin_set,) = values["pin-set"]
    assert pin_set["hosts"] == ["a.example.com"]


def test_a_file_without_any_literal_is_refused(tmp_path: Path) -> None:
    text = f"{HEAD}fun f(h: String, p: String) = CertificatePinner.Builder().add(h, p).build()\n"
    code, stderr, _ = init(tmp_path, "x.kt", text)
    assert code == 2
    assert "pins no host by literals: x.kt:2:59: add(h, p) is given what is computed" in stderr


def test_two_pinners_of_one_file_have_to_agree(tmp_path: Path) -> None:
    """Each is a client's own: together they mean nothing."""
    text = HEAD + "".join(
        f"fun {name}(): CertificatePinner {{\n  val b = CertificatePinner.Builder()\n"
        f'  b.add("{name}.example.com", "sha256/{PIN_A}")\n  return b.build()\n}}\n'
        for name in ("live", "test")
    )
    code, stderr, _ = init(tmp_path, "x.kt", text)
    assert code == 2
    assert "OkHttp pinner 1" in stderr
    assert "OkHttp pinner 2" in stderr


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("x.swift", f'"{PIN_A}"', "currentPin()", "currentPin() is computed"),
        ("x.swift", "host: [", "Remote.host: [", "Remote.host"),
        ("x.swift", '"api.example.com"', "Bundle.main.host", "host is computed"),
        ("x.swift", "import TrustKit", "import TrustKit\n#if DEBUG", "#if and #endif"),
        ("x.swift", "static func start() {", "static func start() { if live {", "`if`"),
        ("x.swift", f'"{PIN_A}"', f'"{PIN_A}\\(more)"', "is computed"),
        ("x.m", "kTSKPinnedDomains : @{", 'kTSKPinnedDomains : domains, @"x" : @{', "domains is computed"),
        ("x.ts", f'"{PIN_B}"', "process.env.PIN", "process.env.PIN is computed"),
        ("x.ts", "const PINS = {", "const PINS = {\n ...shared,", "is computed"),
        (
            "x.ts",
            "await initializeSslPinning(PINS)",
            "if (__DEV__) return;\n  await initializeSslPinning(PINS)",
            "`return`",
        ),
        ("x.ts", "'api.example.com': {", "'https://api.example.com': {", "which is no host"),
        ("x.ts", "'api.example.com': {", "'*.example.com': {", "which is no host"),
        (
            "x.ts",
            "await initializeSslPinning(PINS)",
            "await initializeSslPinning(load())",
            "initializeSslPinning",
        ),
        ("x.ts", "'api.example.com': {", "[API_HOST]: {", "is computed"),
        ("x.ts", "includeSubdomains: false", "includeSubdomains: __DEV__", "__DEV__ is computed"),
    ],
)
def test_no_part_of_what_is_computed_is_passed_over(
    name: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    text = {"x.swift": sources.SWIFT, "x.m": sources.OBJECTIVE_C, "x.ts": sources.SCRIPT}[name]
    assert old in text
    code, stderr, _ = init(tmp_path, name, text.replace(old, new, 1))
    assert code in (2, 3)
    assert said in stderr
    assert re.search(rf"{name}:\d+:\d+: ", stderr)


def test_a_domain_whose_pins_are_computed_is_left_out(tmp_path: Path) -> None:
    """It accepts chains, and which ones is not known."""
    domain = "c: [kTSKPublicKeyHashes: Remote.pins], d: [kTSKPublicKeyHashes: [first()]],\n            ],\n        ] as"
    constants = 'let c = "c.example.com"\nlet d = "d.example.com"\n'
    text = constants + sources.SWIFT.replace("],\n        ] as", f"    {domain}", 1)
    code, stderr, values = init(tmp_path, "x.swift", text)
    assert (code, [one["hosts"] for one in values["pin-set"]]) == (3, [["api.example.com"]])
    assert "pins is computed" in stderr
    assert "first() is computed" in stderr


# -- where platforms make different things of a file -----------------------------------------------


def wild(text: str) -> str:
    return text.replace("api.example.com", "*.example.com")


def test_a_wildcard_of_expo_reaches_deeper_on_ios(tmp_path: Path) -> None:
    """Android pins `example.com` and one label below it, TrustKit whatever is below: withSSLPinning.ts, 0.5.5."""
    code, stderr, values = init(tmp_path, "app.json", wild(sources.EXPO))
    (pin_set,) = values["pin-set"]
    assert (code, pin_set["hosts"], pin_set["subdomains"]) == (3, ["example.com"], "one-label")
    assert re.search(r"different: \w+\.\w+\.example\.com is pinned by app\.json \(iOS\) and not by", stderr)


def test_a_wildcard_of_a_pinset_does_not_pin_the_name_itself_on_android(tmp_path: Path) -> None:
    code, stderr, values = init(tmp_path, "pinset.json", wild(sources.PINSET))
    (pin_set,) = values["pin-set"]
    assert (code, pin_set["hosts"], pin_set["subdomains"]) == (3, ["example.com"], "all")
    assert "different: example.com is not pinned by pinset.json (Android)" in stderr


def test_a_star_of_okhttp_is_taken_with_the_name_itself(tmp_path: Path) -> None:
    """`*.example.com` leaves example.com alone (CertificatePinner), which no pin-set can say: that is *different*."""
    text = f'{HEAD}val p = CertificatePinner.Builder().add("*.example.com", "sha256/{PIN_A}", "sha256/{PIN_B}").build()'
    code, stderr, values = init(tmp_path, "x.kt", text)
    (pin_set,) = values["pin-set"]
    assert (code, pin_set["hosts"], pin_set["subdomains"]) == (3, ["example.com"], "one-label")
    assert "different: example.com is not pinned by x.kt (OkHttp), and pins.toml accepts only" in stderr


def test_a_dictionary_that_is_set_by_its_key(tmp_path: Path) -> None:
    text = (
        "func start() {\n    var c: [String: Any] = [:]\n"
        f'    c[kTSKPinnedDomains] = ["h.example.com": [kTSKPublicKeyHashes: ["{PIN_A}", "{PIN_B}"]]]\n}}\n'
    )
    code, _, values = init(tmp_path, "x.swift", text)
    assert (code, values["pin-set"][0]["hosts"]) == (3, ["h.example.com"])


def test_a_name_that_no_connection_has_is_said(tmp_path: Path) -> None:
    code, stderr, _ = init(tmp_path, "x.swift", sources.SWIFT.replace("api.example.com", "API.example.com"))
    assert (code, "'API.example.com', which no connection has" in stderr) == (2, True)


def test_a_constant_that_is_an_entry_by_its_name(tmp_path: Path) -> None:
    text = f"const sslPinning = {{ 'h.example.com': ['{PIN_A}', '{PIN_B}'] }};\nexport default {{ plugins: [['x', {{ sslPinning }}]] }};\n"
    code, _, values = init(tmp_path, "app.config.ts", text)
    assert (code, values["pin-set"][0]["hosts"]) == (0, ["h.example.com"])
    code, stderr, _ = init(
        tmp_path,
        "app.config.ts",
        "export default ({ sslPinning }) => ({ plugins: [['x', { sslPinning }]] });\n",
    )
    assert (code, "sslPinning is computed" in stderr) == (2, True)


@pytest.mark.parametrize(
    ("options", "subdomains", "code"),
    [
        ('{"includeSubdomains": true}', "all", 0),
        ('{"includeSubdomains": false, "expirationDate": "2027-12-31"}', "none", 0),
        ('{"includeSubdomains": false, "enforcePinning": false}', "none", 0),
        ("{}", "all", 3),
        ('"api.example.com"', "all", 3),  # an older one, which has the hosts of environments here
    ],
)
def test_options_of_ssl_config(options: str, subdomains: str, code: int, tmp_path: Path) -> None:
    text = sources.SSL_CONFIG.replace('{"includeSubdomains": false}', options)
    found, stderr, values = init(tmp_path, "ssl_config.json", text)
    (pin_set,) = values["pin-set"]
    assert (found, pin_set["subdomains"]) == (code, subdomains)
    assert ("expires" in pin_set) is ("expirationDate" in options)
    assert pin_set.get("enforce", True) is ("enforcePinning" not in options)
    assert ("react-native-ssl-manager before" in stderr) is (code == 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "x.json:1:2: not JSON"),
        ("[" * 100_000, "not JSON"),
        ("{}", "has none of what is read"),
        ('{"a": 1e999999999999}', "has none of what is read"),
        (f'{{"sha256Keys": {{"h.example.com": ["{PIN_A}"]}}}}', "with sha256/ before it"),
        ('{"sha256Keys": {}}', "names no host"),
        ('{"sha256Keys": 5}', "names no host"),
    ],
)
def test_json_that_says_nothing(text: str, said: str, tmp_path: Path) -> None:
    code, stderr, _ = init(tmp_path, "x.json", text)
    assert (code, stderr.count("\n")) == (2, 1)
    assert said in stderr


def test_what_a_function_returns_counts(tmp_path: Path) -> None:
    """A `return` of the same statement ends nothing before it."""
    text = (
        f"{HEAD}class A {{\n  fun other(): Int {{ return 1 }}\n  fun pinner(): CertificatePinner {{\n"
        f'    return CertificatePinner.Builder()\n      .add("h.example.com", "sha256/{PIN_A}")\n      .build()\n  }}\n}}\n'
    )
    code, stderr, values = init(tmp_path, "x.kt", text)
    assert (code, len(values["keys"])) == (0, 1), stderr


def test_check_does_not_call_code_fine(tmp_path: Path) -> None:
    (tmp_path / "Pins.kt").write_text(sources.KOTLIN)
    ran = run("check", "Pins.kt", cwd=tmp_path)
    assert (ran.code, "is not checked by itself; run pincompiler init --from Pins.kt" in ran.stderr) == (
        2,
        True,
    )


# -- round trips and bounds ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["okhttp-kotlin", "okhttp-java"])
@settings(max_examples=40, deadline=None)
@given(policy=policies)
def test_generated_code_is_read_back(name: str, policy: Policy) -> None:
    """What a template writes, another program reads: the same pinner."""
    target = target_named(name)
    suffix = target.suffixes[0]
    output = Output(name, PurePosixPath(f"Pins{suffix}"), "com.example")
    model = target.lower(policy, App(), output)
    assert target.write is not None
    text = target.write(model, Job("pins.toml", policy.digest(), output))
    if not model.entries:
        return
    found = read_foreign(text, output.path.name, suffix)
    (one,) = found.configurations
    assert not found.doubts
    assert not list(differences(model, one.enforcement))


VALUES = st.recursive(
    st.one_of(st.text(alphabet="ab\"\\'$`/*\n é😀", max_size=8), st.booleans(), st.integers(0, 99)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(alphabet="abc", min_size=1, max_size=3), inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


def plain(literal: object) -> object:
    """A literal's value without places."""
    value = getattr(literal, "value", literal)
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


def written(value: object, at: str, brackets: str) -> str:
    """A value as Swift, Objective-C or a script writes it."""
    if isinstance(value, bool):
        return f"{at}{str(value).lower() if not at else ('YES' if value else 'NO')}"
    if isinstance(value, int):
        return f"{at}{value}"
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{at}"{text}"'
    if isinstance(value, list):
        return f"{at}[{', '.join(written(one, at, brackets) for one in value)}]"
    assert isinstance(value, dict)
    inner = ", ".join(
        f"{written(key, at, brackets)} : {written(one, at, brackets)}" for key, one in value.items()
    )
    return f"{at}{brackets[0]}{inner}{brackets[1]}"


@pytest.mark.parametrize(
    ("suffix", "at", "brackets"),
    [(".swift", "", "[]"), (".m", "@", "{}"), (".ts", "", "{}"), (".json", "", "{}")],
)
@settings(max_examples=60, deadline=None)
@given(value=VALUES)
def test_any_literal_is_read_as_it_was_written(suffix: str, at: str, brackets: str, value: object) -> None:
    text = f'/* " */ let x = {written(value, at, brackets)} // "\n'
    source = SourceText(text, "x", suffix)
    number = next(n for n in range(len(source.tokens)) if source.is_sign(n, "=")) + 1
    literal, after = source.value(number)
    assert after == len(source.tokens)
    assert plain(literal) == value


def test_constants_of_constants_do_not_grow_without_end() -> None:
    """Each is twice the one before: a text that nobody could hold, and a list with as many pins."""
    lines = [f'val a0 = "{"x" * 10}"'] + [f"val a{n} = a{n - 1} + a{n - 1}" for n in range(1, 60)]
    lines += ['val b0 = arrayOf("x")'] + [f"val b{n} = arrayOf(b{n - 1}, b{n - 1})" for n in range(1, 60)]
    source = SourceText("\n".join(lines), "x.kt", ".kt")
    assert source.constant("a59") is None
    nested = source.constant("b59")
    assert nested is None or len(list(nested.within())) <= LITERAL_DEPTH.limit
    longest = source.constant("a9")
    assert longest is not None
    assert len(str(longest.value)) == 10 * 2**9 <= LITERAL_LETTERS.limit


def test_a_circle_of_constants_ends() -> None:
    source = SourceText("val a = b\nval b = a\n", "x.kt", ".kt")
    assert source.constant("a") is None


def test_deep_literals_are_unknown_and_not_followed() -> None:
    deep = "[" * (LITERAL_DEPTH.limit + 1) + "]" * (LITERAL_DEPTH.limit + 1)
    source = SourceText(f"let x = {deep}", "x.swift", ".swift")
    literal, _ = source.value(3)
    assert any(not one.known for one in literal.within())
    chained = "\n".join(f"val c{n} = c{n + 1}" for n in range(5000)) + '\nval c5000 = "x"\n'
    assert SourceText(chained, "x.kt", ".kt").constant("c0") is None


@pytest.mark.parametrize("suffix", [".kt", ".java", ".swift", ".m", ".ts"])
@pytest.mark.parametrize(
    "part",
    [
        "(",
        "{",
        "[",
        '"',
        "'",
        "/*",
        "add(",
        "a.b",
        "if (x) {",
        "=",
        "CertificatePinner.Builder().add(",
        "kTSKPinnedDomains: [",
        "sslPinning: {",
    ],
)
def test_reading_takes_time_in_proportion(suffix: str, part: str) -> None:
    """Thousands of anything, closed or not, and no answer takes a minute; the test would."""
    with contextlib.suppress(InputError):
        read_foreign((part * 3_000).encode(), f"x{suffix}", suffix)
