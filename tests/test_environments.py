"""``[environments]``: each is compiled as if it were alone; nothing is merged, inherited, or guessed."""

from __future__ import annotations

import json
import plistlib
from typing import TYPE_CHECKING

import pytest

from pincompiler.platforms.nsc import read as read_nsc
from pincompiler.platforms.okhttp.code import read as read_okhttp
from pincompiler.policy.project import App
from tests.test_cli import PIN_A, PIN_B, PIN_C, PIN_D, SOUND, Ran, run, snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.policy.enforcement import Enforcement

THREE = f"""\
version = 1

[environments]
production = {{ release = true }}
staging = {{}}
dev = {{ pinning = false }}

[keys]
a = {{ spki-sha256 = "{PIN_A}", role = "leaf" }}
b = {{ spki-sha256 = "{PIN_B}", role = "leaf" }}
c = {{ spki-sha256 = "{PIN_C}", role = "leaf" }}
d = {{ spki-sha256 = "{PIN_D}", role = "leaf" }}

[[pin-set]]
hosts = ["api.example.com"]
keys = ["a", "b"]
environments = ["production"]

[[pin-set]]
hosts = ["api.staging.example.com"]
keys = ["c", "d"]
environments = ["staging"]

[[pin-set]]
hosts = ["pay.example.org"]
keys = ["a", "d"]
"""
NSC = '\n[target.nsc]\npath = "app/src/{environment}/res/xml/nsc.xml"\n'
REST = """
[target.okhttp-kotlin]
path = "app/src/{environment}/kotlin/com/example/shop/Pins.kt"
package = "com.example.shop"

[target.okhttp-java]
path = "app/src/{environment}/java/com/example/old/Pins.java"
package = "com.example.old"

[target.ats]
path = "ios/Config/Info-{environment}.plist"

[target.trustkit]
path = { production = "ios/Config/Info-production.plist", staging = "ios/Config/Info-staging.plist" }

[target.trustkit-swift]
path = { production = "ios/Prod/Pins.swift", staging = "ios/Staging/Pins.swift" }

[target.trustkit-android]
path = "kit/src/{environment}/res/xml/nsc.xml"
"""


def at(root: Path, text: str) -> Path:
    (root / "pins.toml").write_text(text, "utf-8")
    return root


def compiled(root: Path, text: str, *arguments: str) -> Ran:
    return run("compile", *arguments, cwd=at(root, text))


def refused(root: Path, text: str, *lines: str) -> None:
    """compile, and check, report these lines, and nothing is written."""
    at(root, text)
    before = snapshot(root)
    for command in ("check", "compile"):
        ran = run(command, cwd=root)
        assert ran.code == 1
        found = [line for line in ran.stdout.splitlines() if ": error: " in line]
        assert len(found) == len(lines), ran.stdout
        for line, start in zip(found, lines, strict=True):
            assert line.startswith(start)
    assert snapshot(root) == before


def pinned(enforcement: Enforcement) -> dict[str, set[str]]:
    """The pins of each host."""
    found: dict[str, set[str]] = {}
    for one in enforcement.pin_sets():
        for host in one.hosts:
            found.setdefault(host, set()).update(key.pin for key in one.keys)
    return found


WANTED = {
    "production": {"api.example.com": {PIN_A, PIN_B}, "pay.example.org": {PIN_A, PIN_D}},
    "staging": {"api.staging.example.com": {PIN_C, PIN_D}, "pay.example.org": {PIN_A, PIN_D}},
    "dev": {},
}
"""What each environment has to pin, and nothing else."""


# -- what is written -----------------------------------------------------------------------------


def test_each_environment_gets_its_own_pins_in_one_run(tmp_path: Path) -> None:
    ran = compiled(tmp_path, THREE + NSC + REST)
    assert ran.code == 0, ran
    for name, wanted in WANTED.items():
        app = tmp_path / f"app/src/{name}"
        nsc = (app / "res/xml/nsc.xml").read_bytes()
        assert pinned(read_nsc(nsc, App())) == wanted
        kotlin = (app / "kotlin/com/example/shop/Pins.kt").read_bytes()
        assert pinned(read_okhttp(kotlin, App())) == wanted
        assert pinned(read_okhttp((app / "java/com/example/old/Pins.java").read_bytes(), App())) == wanted
        info = plistlib.loads((tmp_path / f"ios/Config/Info-{name}.plist").read_bytes())
        domains = info.get("NSAppTransportSecurity", {}).get("NSPinnedDomains", {})
        kit = info.get("TSKConfiguration", {}).get("TSKPinnedDomains", {})
        assert set(domains) == set(kit) == set(wanted)
        assert ("TSKConfiguration" in info) is (name != "dev"), "TrustKit raises at launch without a domain"
    for folder, name in (("Prod", "production"), ("Staging", "staging")):
        text = (tmp_path / f"ios/{folder}/Pins.swift").read_text("utf-8")
        assert all(
            (host in text) is (host in WANTED[name]) for host in WANTED["production"] | WANTED["staging"]
        )


def test_what_is_alone_in_a_file_is_what_its_environment_compiles_to(tmp_path: Path) -> None:
    """A staging build of this pins.toml, and the build of one that has staging's entries alone, are the same."""
    alone = THREE[: THREE.index("[environments]")] + THREE[THREE.index("[keys]") :]
    start, end = alone.index("[[pin-set]]"), alone.index('[[pin-set]]\nhosts = ["api.staging')
    alone = (alone[:start] + alone[end:]).replace('environments = ["staging"]\n', "")
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    assert compiled(tmp_path / "one", alone + NSC.replace("{environment}", "staging")).code == 0
    assert compiled(tmp_path / "many", THREE + NSC).code == 0
    file = "app/src/staging/res/xml/nsc.xml"
    assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "many" / file).read_bytes()


def test_only_one(tmp_path: Path) -> None:
    ran = compiled(tmp_path, THREE + NSC, "-e", "staging")
    assert (ran.code, ran.stderr.splitlines()[-1]) == (0, "wrote app/src/staging/res/xml/nsc.xml")
    assert not (tmp_path / "app/src/production").exists()
    assert run("compile", "--check", "-e", "staging", cwd=tmp_path).code == 0
    assert run("compile", "--check", cwd=tmp_path).code == 1, "the others are stale"
    shown = run("compile", "-e", "staging", "-o", "-", cwd=tmp_path)
    assert shown.stdout == (tmp_path / "app/src/staging/res/xml/nsc.xml").read_text("utf-8")


def test_an_environment_without_pins_compiles_and_says_so(tmp_path: Path) -> None:
    """pinning = false: no guard may stop such a build, and its digest is its own."""
    assert compiled(tmp_path, THREE + NSC + REST).code == 0
    text = (tmp_path / "app/src/dev/kotlin/com/example/shop/Pins.kt").read_text("utf-8")
    assert "DEFAULT" not in text
    assert 'POLICY: String = "sha256/T1PNoYwrqgwDVLtfmj7L5e0Sq02OEbqHPC8RFhICuUU="' in text, "SHA-256 of []"
    assert b"domain-config" not in (tmp_path / "app/src/dev/res/xml/nsc.xml").read_bytes()


def test_standard_input(tmp_path: Path) -> None:
    ran = run("compile", "-", "--name", "pins.toml", cwd=tmp_path, stdin=(THREE + NSC).encode())
    assert ran.code == 0
    assert run("compile", "--check", cwd=at(tmp_path, THREE + NSC)).code == 0


# -- one file for several ------------------------------------------------------------------------

FIXED = '\n[target.nsc]\npath = "app/src/main/res/xml/nsc.xml"\n'
SAME = THREE.replace('environments = ["production"]\n', "").replace("dev = { pinning = false }\n", "")
SAME = SAME.replace('environments = ["staging"]\n', "")


def test_one_file_for_environments_that_differ(tmp_path: Path) -> None:
    refused(
        tmp_path,
        THREE + FIXED,
        'pins.toml:29:8: error: "app/src/main/res/xml/nsc.xml" would be written for production and for dev',
        'pins.toml:29:8: error: "app/src/main/res/xml/nsc.xml" would be written for production and for staging',
    )


def test_one_file_for_environments_that_are_the_same(tmp_path: Path) -> None:
    assert compiled(tmp_path, SAME + FIXED).code == 0
    assert len(pinned(read_nsc((tmp_path / "app/src/main/res/xml/nsc.xml").read_bytes(), App()))) == 3


def test_one_file_with_different_bases(tmp_path: Path) -> None:
    for name in ("production", "staging"):
        (tmp_path / f"{name}.xml").write_text("<network-security-config/>", "utf-8")
    refused(
        tmp_path,
        SAME + FIXED + 'base = "{environment}.xml"\n',
        'pins.toml:26:8: error: "app/src/main/res/xml/nsc.xml" would be written for production and for staging',
    )


def test_each_environment_has_its_base(tmp_path: Path) -> None:
    for name in ("production", "staging", "dev"):
        text = f'<network-security-config><base-config cleartextTrafficPermitted="{str(name == "dev").lower()}"/></network-security-config>'
        (tmp_path / f"{name}.xml").write_text(text, "utf-8")
    assert compiled(tmp_path, THREE + NSC + 'base = "{environment}.xml"\n').code == 0
    for name in WANTED:
        found = read_nsc((tmp_path / f"app/src/{name}/res/xml/nsc.xml").read_bytes(), App())
        assert found.base.cleartext is (name == "dev")


def test_names_that_differ_in_case_alone_are_one_file(tmp_path: Path) -> None:
    path = '{ production = "a/Nsc.swift", staging = "A/Nsc.swift", dev = "d/Nsc.swift" }'
    text = f"{THREE}\n[target.trustkit-swift]\npath = {path}\n"
    refused(
        tmp_path, text, "pins.toml:29:8: error: trustkit-swift and trustkit-swift would write the same file"
    )


def test_trustkit_does_not_start_without_a_domain(tmp_path: Path) -> None:
    text = f'{THREE}\n[target.trustkit-swift]\npath = "ios/{{environment}}/Pins.swift"\n'
    refused(tmp_path, text, "pins.toml:28:2: error: TrustKit raises at launch: no domain is pinned")


# -- hosts ---------------------------------------------------------------------------------------

TWICE = THREE.replace("api.staging.example.com", "api.example.com")


def test_a_host_may_be_named_once_for_each_environment(tmp_path: Path) -> None:
    assert compiled(tmp_path, TWICE + NSC).code == 0
    found = read_nsc((tmp_path / "app/src/staging/res/xml/nsc.xml").read_bytes(), App())
    assert pinned(found)["api.example.com"] == {PIN_C, PIN_D}


@pytest.mark.parametrize("scope", ["", 'environments = ["staging", "production"]'])
def test_a_host_that_is_named_twice_for_one(scope: str, tmp_path: Path) -> None:
    text = TWICE.replace('environments = ["staging"]', scope) + NSC
    refused(tmp_path, text, "pins.toml:20:10: error: api.example.com is named twice [duplicate-host]")


def test_the_most_specific_name_counts_in_its_own_environment_only(tmp_path: Path) -> None:
    """staging pins all of example.com; production's set for api.example.com does not weaken that."""
    wide = 'hosts = ["example.com"]\nsubdomains = "all"'
    text = THREE.replace('hosts = ["api.staging.example.com"]', wide) + NSC
    assert compiled(tmp_path, text).code == 0
    for environment, pins in (("production", "a (leaf), b (leaf)"), ("staging", "c (leaf), d (leaf)")):
        ran = run("explain", "--host", "api.example.com", "-e", environment, cwd=tmp_path)
        assert ran.code == 0
        assert pins in ran.stdout


# -- what is refused -----------------------------------------------------------------------------

ENVIRONMENTS = "production = { release = true }\nstaging = {}\ndev = { pinning = false }"
BAD = {
    "an unknown environment": (
        THREE.replace('["production"]', '["prodution"]') + NSC,
        "pins.toml:17:17: error: no environment is called `prodution` [unknown-environment]",
    ),
    "none declared": (
        SOUND + 'environments = ["production"]\n',
        "pins.toml:14:17: error: no environment is called `production` [unknown-environment]",
    ),
    "a placeholder, none declared": (
        SOUND + NSC,
        "pins.toml:16:8: error: {environment} stands for nothing here [unknown-environment]",
    ),
    "a map, none declared": (
        SOUND + '\n[target.nsc]\npath = { production = "a/nsc.xml" }\n',
        "pins.toml:16:8: error: `path` chooses by environment, and none is declared [unknown-environment]",
    ),
    "a misspelt placeholder": (
        THREE + NSC.replace("{environment}", "{enviroment}"),
        "pins.toml:29:8: error: a path has braces that mean nothing [invalid-value]",
    ),
    "a map with a name too many and one too few": (
        THREE + '\n[target.nsc]\npath = { production = "p/n.xml", dev = "s/n.xml", qa = "q/n.xml" }\n',
        "pins.toml:29:8: error: `staging` is missing [missing-value]",
        "pins.toml:29:51: error: `qa` means nothing here [unknown-key]",
    ),
    "no release": (
        THREE.replace("{ release = true }", "{}") + NSC,
        "pins.toml:3:2: error: no environment is the release [missing-value]",
    ),
    "two releases": (
        THREE.replace("staging = {}", "staging = { release = true }") + NSC,
        "pins.toml:5:23: error: `staging` is a second release beside `production` [invalid-value]",
    ),
    "a release without pins": (
        THREE.replace("{ release = true }", "{ release = true, pinning = false }") + NSC,
        "pins.toml:4:42: error: `production` is the release, and pins nothing [invalid-value]",
        "pins.toml:17:16: error: the pin-set is for `production`, which pins nothing",
    ),
    "pins for what pins nothing": (
        THREE.replace('["staging"]', '["staging", "dev"]') + NSC,
        "pins.toml:22:16: error: the pin-set is for `dev`, which pins nothing (pinning = false) [invalid-value]",
    ),
    "an environment without pins": (
        THREE[: THREE.rindex("[[pin-set]]")].replace("dev = { pinning = false }", "dev = {}") + NSC,
        "pins.toml:6:7: error: no pin-set counts for `dev` [empty-environment]",
    ),
    "an entry for no environment": (
        THREE.replace('["production"]', "[]") + NSC,
        "pins.toml:17:16: error: the entry counts for no environment [missing-value]",
    ),
    "an empty table": (
        THREE.replace(ENVIRONMENTS, ""),
        "pins.toml:3:2: error: no environment is the release [missing-value]",
        "pins.toml:15:17: error: no environment is called `production` [unknown-environment]",
        "pins.toml:20:17: error: no environment is called `staging` [unknown-environment]",
    ),
    "names that lead out": (
        THREE.replace("staging = {}", '"../../etc" = {}').replace('"staging"', '"../../etc"') + NSC,
        'pins.toml:5:15: error: "../../etc" is no name for an environment, after which folders are called',
        'pins.toml:29:8: error: "app/src/../../etc/res/xml/nsc.xml" has a `..`',
    ),
    "capitals": (
        THREE.replace("staging = {}", "Staging = {}").replace('"staging"', '"Staging"') + NSC,
        'pins.toml:5:11: error: "Staging" is no name for an environment, after which folders are called',
    ),
    "a map that leads out": (
        THREE + '\n[target.nsc]\npath = { production = "../n.xml", staging = "s/n.xml", dev = "d/n.xml" }\n',
        'pins.toml:29:23: error: "../n.xml" has a `..`',
    ),
    "what an environment cannot say": (
        THREE.replace("staging = {}", "staging = { hosts = [] }") + NSC,
        "pins.toml:5:13: error: `hosts` means nothing here [unknown-key]",
    ),
    "another kind of value": (
        THREE.replace("staging = {}", "staging = true") + NSC,
        "pins.toml:5:11: error: `environments` `staging` is a boolean [wrong-type]",
        "pins.toml:22:17: error: no environment is called `staging` [unknown-environment]",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_a_finding_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    text, *lines = BAD[name]
    refused(tmp_path, text, *lines)


@pytest.mark.parametrize("name", ["qa", "Production", "../production", "prod\x1b[2J"])
def test_an_option_for_what_is_not_declared(name: str, tmp_path: Path) -> None:
    at(tmp_path, THREE + NSC)
    before = snapshot(tmp_path)
    for command in ("check", "compile", "verify", "plan"):
        ran = run(command, "-e", name, cwd=tmp_path)
        assert (ran.code, ran.stdout) == (2, "")
        assert "pins.toml has no environment called" in ran.stderr
        assert "it has: production, staging, dev" in ran.stderr
        assert "\x1b" not in ran.stderr
    assert snapshot(tmp_path) == before


def test_an_option_where_none_is_declared(tmp_path: Path) -> None:
    ran = run("check", "-e", "staging", cwd=at(tmp_path, SOUND))
    assert (ran.code, ran.stdout) == (2, "")


def test_an_option_without_a_pins_toml(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<network-security-config/>", "utf-8")
    for arguments in (("check", "a.xml"), ("diff", "a.xml", "a.xml"), ("init", "--from", "a.xml", "-o", "-")):
        ran = run(*arguments, "-e", "staging", cwd=tmp_path)
        assert (ran.code, ran.stdout) == (2, "")
        assert "-e chooses an environment of a pins.toml" in ran.stderr


# -- which environment is meant ------------------------------------------------------------------


def test_check_reports_what_is_wrong_where(tmp_path: Path) -> None:
    """A finding on staging alone says so; one on all says nothing; no environment is left out."""
    text = THREE.replace('keys = ["c", "d"]', 'keys = ["c"]') + NSC
    ran = run("check", cwd=at(tmp_path, text))
    (line,) = (line for line in ran.stdout.splitlines() if "missing-backup-pin" in line)
    assert (ran.code, line.rpartition("[")[2]) == (1, "missing-backup-pin] in staging")
    assert run("check", "-e", "production", cwd=tmp_path).code == 0
    report = json.loads(run("check", "-f", "json", cwd=tmp_path).stdout)
    assert [one.get("environments") for one in report["findings"] if one["level"] == "error"] == [["staging"]]
    both = text.replace('keys = ["a", "d"]', 'keys = ["a"]').replace("dev = { pinning = false }\n", "")
    report = json.loads(run("check", "-f", "json", cwd=at(tmp_path, both)).stdout)
    found = [one for one in report["findings"] if one["rule"] == "missing-backup-pin"]
    assert [(one["hosts"], one.get("environments")) for one in found] == [
        (["api.staging.example.com"], ["staging"]),
        (["pay.example.org"], None),
    ]


def test_check_shows_the_policy_of_each(tmp_path: Path) -> None:
    report = json.loads(run("check", "-f", "json", cwd=at(tmp_path, THREE + NSC)).stdout)
    names = [(one["name"], one["release"], one["pinning"]) for one in report["environments"]]
    assert names == [("production", True, True), ("staging", False, True), ("dev", False, False)]
    digests = [one["policy"] for one in report["environments"]]
    assert len(set(digests)) == 3
    assert report["policy"] == digests[0]
    ran = run("check", cwd=tmp_path)
    for (name, *_), digest in zip(names, digests, strict=True):
        assert f"{digest} in {name}" in ran.stderr


def test_without_environments_nothing_is_said_of_them(tmp_path: Path) -> None:
    report = json.loads(run("check", "-f", "json", cwd=at(tmp_path, SOUND)).stdout)
    assert "environments" not in report


def test_the_release_is_meant_when_nothing_is_said(tmp_path: Path) -> None:
    at(tmp_path, THREE + NSC)
    assert run("compile", cwd=tmp_path).code == 0
    for name in ("production", "staging"):
        option = () if name == "production" else ("-e", name)
        other = "staging" if name == "production" else "production"
        same = run("diff", "pins.toml", f"app/src/{name}/res/xml/nsc.xml", *option, cwd=tmp_path)
        assert same.code == 0, same
        assert run("diff", "pins.toml", f"app/src/{other}/res/xml/nsc.xml", *option, cwd=tmp_path).code == 1
    ran = run("explain", "--host", "api.staging.example.com", cwd=tmp_path)
    assert "c (leaf)" not in ran.stdout


def test_a_new_file_from_one_environment(tmp_path: Path) -> None:
    ran = run("init", "--from", "pins.toml", "-e", "staging", "-o", "new.toml", cwd=at(tmp_path, THREE))
    assert ran.code == 0, ran
    assert run("diff", "new.toml", "pins.toml", "-e", "staging", cwd=tmp_path).code == 2, "new.toml has none"
    text = (tmp_path / "new.toml").read_text("utf-8")
    assert "api.staging.example.com" in text
    assert "api.example.com" not in text


ACCEPT = """
[[accept]]
rule = "missing-backup-pin"
hosts = ["api.staging.example.com"]
reason = "tests"
until = 2027-01-01
"""
LONE = THREE.replace('keys = ["c", "d"]', 'keys = ["c"]')
"""staging has no backup key."""


def test_acceptances_are_the_release_s_unless_they_say_so(tmp_path: Path) -> None:
    refused(
        tmp_path,
        LONE + NSC + ACCEPT,
        "pins.toml:21:8: error: api.staging.example.com has one pin, so losing its key locks every user out",
        "pins.toml:33:10: error: no pin-set names api.staging.example.com [invalid-host]",
    )
    assert compiled(tmp_path, LONE + NSC + ACCEPT + 'environments = ["staging"]\n').code == 0


RELEASES = """
[[release]]
name = "4.2"
date = 2026-09-01
file = "pins.toml"

[[release]]
name = "4.2"
date = 2026-09-01
file = "pins.toml"
environments = ["staging"]

[[rotation]]
host = "api.example.com"
from = "a"
to = "b"
date = 2027-03-01

[[rotation]]
host = "api.staging.example.com"
from = "c"
to = "d"
date = 2027-03-01
environments = ["staging"]
"""


def test_a_plan_is_of_one_environment(tmp_path: Path) -> None:
    at(tmp_path, THREE + NSC + RELEASES)
    for name, host in (("", "api.example.com"), ("staging", "api.staging.example.com")):
        ran = run("plan", "-f", "json", *(("-e", name) if name else ()), cwd=tmp_path)
        found = json.loads(ran.stdout)
        assert [one["host"] for one in found["rotations"]] == [host]
        assert [one["release"] for one in found["releases"]] == ["4.2"]
        assert ran.code == 0, ran


def test_two_releases_of_a_name_in_one_environment(tmp_path: Path) -> None:
    text = THREE + NSC + RELEASES.replace('environments = ["staging"]\n\n[[rotation]]', "\n[[rotation]]", 1)
    refused(tmp_path, text, "pins.toml:37:8: error: two releases are called `4.2` [duplicate-release]")


def test_keys_of_any_environment_are_used(tmp_path: Path) -> None:
    ran = run("check", "-e", "production", cwd=at(tmp_path, THREE))
    assert "unused-key" not in ran.stdout


# -- names that Gradle has taken -------------------------------------------------------------------

NAMED = """\
version = 1

[environments]
live = { release = true }
NAME = {}

[keys]
a = { spki-sha256 = "%s", role = "leaf" }
b = { spki-sha256 = "%s", role = "leaf" }

[[pin-set]]
hosts = ["api.example.com"]
keys = ["a", "b"]
"""
NAMED = NAMED.replace("%s", PIN_A, 1).replace("%s", PIN_B, 1)
XML = '[target.nsc]\npath = "app/src/{environment}/res/xml/nsc.xml"\n'
CODE = '[target.okhttp-kotlin]\npath = "app/src/{environment}Release/kotlin/a/Pins.kt"\npackage = "a"\n'
IOS = '[target.ats]\npath = "ios/src/{environment}/a/Info.plist"\n'


def source_sets(folder: Path, text: str) -> list[str]:
    ran = run("check", cwd=at(folder, text))
    return [line for line in ran.stdout.splitlines() if "[wrong-source-set]" in line]


@pytest.mark.parametrize("name", ["test", "testing", "tests-eu", "lint", "main", "androidtest"])
@pytest.mark.parametrize("target", [XML, CODE])
def test_an_environment_that_no_flavour_is_called_after(name: str, target: str, tmp_path: Path) -> None:
    """The Android Gradle Plugin: "ProductFlavor names cannot start with 'test'", "… cannot be lint"; main is taken."""
    (line,) = source_sets(tmp_path, NAMED.replace("NAME", name) + target)
    assert line.startswith(f"pins.toml:5:{len(name) + 4}: error: `{name}` cannot be a flavour of Gradle's")
    assert run("compile", cwd=tmp_path).code == 1
    assert not (tmp_path / "app").exists()


@pytest.mark.parametrize("name", ["debug", "release"])
def test_an_environment_that_is_called_after_a_build_type(name: str, tmp_path: Path) -> None:
    """ "ProductFlavor names cannot collide with BuildType names"; it may be the build type itself, with other ones."""
    text = NAMED.replace("NAME", name)
    (line,) = source_sets(tmp_path, text + XML)
    assert line.startswith(f"pins.toml:5:{len(name) + 4}: warning: `{name}` cannot be a flavour of Gradle's")
    (line,) = source_sets(tmp_path, text + CODE)
    assert line.startswith(f"pins.toml:5:{len(name) + 4}: error:"), (
        "src/debugRelease is of a flavour, and of nothing else"
    )


def test_build_types_may_be_the_environments(tmp_path: Path) -> None:
    text = NAMED.replace("live", "release").replace("NAME", "debug")
    assert source_sets(tmp_path, text + XML) == []
    assert len(source_sets(tmp_path, text + CODE)) == 2


@pytest.mark.parametrize("name", ["latest", "qa", "linted", "maintenance", "release-candidate", "debugging"])
def test_other_names_are_flavours(name: str, tmp_path: Path) -> None:
    assert source_sets(tmp_path, NAMED.replace("NAME", name) + XML + CODE) == []


def test_what_no_flavour_is_asked_for(tmp_path: Path) -> None:
    """A table names source sets by itself, and Xcode calls configurations as it likes."""
    text = NAMED.replace("NAME", "test")
    chosen = (
        '[target.nsc]\npath = { live = "app/src/main/res/xml/n.xml", test = "app/src/qa/res/xml/n.xml" }\n'
    )
    assert source_sets(tmp_path, text + chosen + IOS) == []


@pytest.mark.parametrize("folder", ["test", "androidTest", "androidTestStaging", "testFixtures"])
def test_a_file_for_tests_is_in_no_app(folder: str, tmp_path: Path) -> None:
    plain = NAMED.replace("NAME = {}\n", "").replace("[environments]\nlive = { release = true }\n", "")
    (line,) = source_sets(tmp_path, f'{plain}[target.nsc]\npath = "app/src/{folder}/res/xml/n.xml"\n')
    assert line.startswith(f"pins.toml:12:8: warning: no build of the app has a file of src/{folder}")
    assert source_sets(tmp_path, f'{plain}[target.nsc]\npath = "app/src/testing/res/xml/n.xml"\n') == []
