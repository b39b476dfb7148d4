"""Where the platforms disagree: each is bridged, or refused with a host and a key, never passed over.

One section for each row of the table of mismatches (semantics.md, B5).  What each platform does is told there
with its source: AOSP's NetworkSecurityConfig, Apple's SecPolicy.c, TrustKit's parse_configuration.m and
configuration_utils.m, TrustKit-Android's DomainPinningPolicy, OkHttp's CertificatePinner.
"""

from __future__ import annotations

import plistlib
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pincompiler.base.finding import Level
from pincompiler.platforms.registry import TARGETS
from pincompiler.workflows import compile as compiler
from tests.strategies import CAS, LEAVES, TODAY, UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding
    from pincompiler.workflows.compile import Checked

KEYS = {key.name: key for key in (*LEAVES, *CAS, *UNKNOWN)}
FILES = {
    "nsc": "nsc.xml",
    "okhttp-kotlin": "Pins.kt",
    "okhttp-java": "Pins.java",
    "ats": "Info.plist",
    "trustkit": "Info.plist",
    "trustkit-swift": "Pins.swift",
    "trustkit-android": "trustkit.xml",
}
OKHTTP = ("okhttp-kotlin", "okhttp-java")
TRUSTKIT = ("trustkit", "trustkit-swift")
NSC = "Android's network security configuration"
TWO = ("leaf-0", "leaf-1")
EITHER = "`leaf-1` or `leaf-0`"


def pin_set(*hosts: str, keys: tuple[str, ...] = TWO, subdomains: str = "none", more: str = "") -> str:
    named = ", ".join(f'"{host}"' for host in hosts)
    pinned = ", ".join(f'"{key}"' for key in keys)
    return f'[[pin-set]]\nhosts = [{named}]\nsubdomains = "{subdomains}"\nkeys = [{pinned}]\n{more}\n'


class Project:
    """A pins.toml in a directory of its own, with the keys that it names and the targets asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.checked: Checked

    def check(
        self, *parts: str, targets: tuple[str, ...] = tuple(FILES), app: str = "", today: date = TODAY
    ) -> Project:
        body = "".join(parts)
        text = f"version = 1\n[app]\n{app}\n"
        for name, key in KEYS.items():
            if f'"{name}"' in body:
                role = f'role = "{key.role.value}"\n' if key.role else ""
                text += f'[keys.{name}]\nspki-sha256 = "{key.pin}"\n{role}'
        for target in targets:
            package = 'package = "com.example"\n' if target in OKHTTP else ""
            text += f'[target.{target}]\npath = "{FILES[target]}"\n{package}'
        path = self.root / "pins.toml"
        path.write_text(text + body, encoding="utf-8")
        self.checked = compiler.check(path, today)
        return self

    def told(self, rule: str = "unfaithful-target") -> dict[str, list[str]]:
        """What the rule says of each target that it says something of."""
        found: dict[str, list[str]] = {}
        for finding in self.findings(rule):
            found.setdefault(finding.target, []).append(finding.message)
        return found

    def findings(self, rule: str) -> list[Finding]:
        return [finding for finding in self.checked.findings if finding.rule == rule]

    def emitted(self) -> dict[str, str]:
        """The artifacts, by file; only where nothing is refused."""
        assert self.checked.ok, self.checked.findings
        return {str(a.path): a.content.decode() for a in compiler.artifacts(self.checked)}

    def plist(self) -> dict[str, Any]:
        assert self.checked.ok, self.checked.findings
        (found,) = (a for a in compiler.artifacts(self.checked) if a.path.name == "Info.plist")
        values: dict[str, Any] = plistlib.loads(found.content)
        return values


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def patterns(code: str) -> list[str]:
    """The patterns of generated Kotlin or Java, in their order."""
    return re.findall(r'add\(\s*"([^"]+)"', code)


def domains(xml: str) -> list[tuple[str, str]]:
    return re.findall(r'<domain includeSubdomains="(\w+)">([^<]+)</domain>', xml)


def pinned_domains(values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = values["NSAppTransportSecurity"]["NSPinnedDomains"]
    return found


def kit_domains(values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = values["TSKConfiguration"]["TSKPinnedDomains"]
    return found


def test_every_target_is_asked() -> None:
    assert set(FILES) == {target.name for target in TARGETS}


# -- exact host: the only scope that all share ---------------------------------------------------


def test_an_exact_host(project: Project) -> None:
    written = project.check(pin_set("example.com")).emitted()
    assert project.checked.findings == ()
    assert domains(written["nsc.xml"]) == [("false", "example.com")]
    assert domains(written["trustkit.xml"]) == [("false", "example.com")]
    assert patterns(written["Pins.kt"]) == patterns(written["Pins.java"]) == ["example.com"]
    values = project.plist()
    assert pinned_domains(values)["example.com"]["NSIncludesSubdomains"] is False
    assert kit_domains(values)["example.com"]["TSKIncludeSubdomains"] is False
    assert "includeSubdomains: false" in written["Pins.swift"]


# -- the host and one label below it -------------------------------------------------------------


def test_one_label(project: Project) -> None:
    project.check(pin_set("example.com", subdomains="one-label"))
    deeper = f"a.b.example.com is not pinned by pins.toml, and {{}} accepts only chains with {EITHER}"
    assert project.told() == {
        "nsc": [deeper.format(NSC)],
        "trustkit": [deeper.format("TrustKit")],
        "trustkit-swift": [deeper.format("TrustKit")],
        "trustkit-android": [deeper.format("TrustKit-Android")],
    }


@pytest.mark.parametrize("okhttp", ["3.14.9", "4.2.2", "4.12.0", "5.5.1"])
def test_one_label_where_it_can_be_said(project: Project, okhttp: str) -> None:
    """OkHttp's `*.` leaves the host itself out, so it is named as well; NSIncludesSubdomains means just this."""
    app = f'okhttp = "{okhttp}"'
    body = pin_set("example.com", subdomains="one-label")
    written = project.check(body, targets=(*OKHTTP, "ats"), app=app).emitted()
    assert patterns(written["Pins.kt"]) == patterns(written["Pins.java"]) == ["*.example.com", "example.com"]
    assert pinned_domains(project.plist())["example.com"]["NSIncludesSubdomains"] is True


# -- the host and everything below it ------------------------------------------------------------


def test_all(project: Project) -> None:
    project.check(pin_set("example.com", subdomains="all"))
    assert project.told() == {"ats": ["a.b.example.com is pinned by pins.toml and not by NSPinnedDomains"]}


def test_all_where_it_can_be_said(project: Project) -> None:
    targets = tuple(set(FILES) - {"ats"})
    written = project.check(pin_set("example.com", subdomains="all"), targets=targets).emitted()
    assert domains(written["nsc.xml"]) == domains(written["trustkit.xml"]) == [("true", "example.com")]
    assert patterns(written["Pins.kt"]) == patterns(written["Pins.java"]) == ["**.example.com"]
    assert kit_domains(project.plist())["example.com"]["TSKIncludeSubdomains"] is True


@pytest.mark.parametrize("okhttp", ["3.14.9", "4.2.2"])
def test_all_before_okhttp_4_3(project: Project, okhttp: str) -> None:
    """`**.` was taken and matched nothing."""
    project.check(pin_set("example.com", subdomains="all"), targets=OKHTTP, app=f'okhttp = "{okhttp}"')
    deeper = ["a.b.example.com is pinned by pins.toml and not by OkHttp"]
    assert project.told() == {"okhttp-kotlin": deeper, "okhttp-java": deeper}


def test_enumerated_hosts_are_the_way_out(project: Project) -> None:
    body = pin_set("example.com", "a.example.com", "a.b.example.com")
    written = project.check(body, app='okhttp = "4.2.2"').emitted()
    assert patterns(written["Pins.kt"]) == ["a.b.example.com", "a.example.com", "example.com"]
    assert sorted(pinned_domains(project.plist())) == ["a.b.example.com", "a.example.com", "example.com"]


# -- overlapping entries: union or the most specific ---------------------------------------------

UNITED = "{} with leaf key `leaf-0` and no pinned CA is accepted by {} and refused by pins.toml"


def test_a_child_without_its_parents_keys(project: Project) -> None:
    child = pin_set("api.example.com", keys=("leaf-1", "leaf-2"))
    project.check(pin_set("example.com", subdomains="one-label"), child, targets=("okhttp-kotlin", "ats"))
    assert project.told() == {
        "okhttp-kotlin": [UNITED.format("api.example.com", "OkHttp")],
        "ats": [UNITED.format("api.example.com", "NSPinnedDomains")],
    }


def test_a_deep_child_without_its_parents_keys(project: Project) -> None:
    child = pin_set("api.example.com", keys=("leaf-1", "leaf-2"), subdomains="all")
    parent = pin_set("example.com", subdomains="all")
    project.check(parent, child, targets=("nsc", "okhttp-java", "trustkit"))
    hosts = ("a.b.api.example.com", "api.example.com", "b.api.example.com")
    assert project.told() == {"okhttp-java": [UNITED.format(host, "OkHttp") for host in hosts]}


def test_a_child_with_its_parents_keys(project: Project) -> None:
    """The union is what the child says anyway."""
    child = pin_set("api.example.com", keys=("leaf-0", "leaf-1", "leaf-2"))
    body = pin_set("example.com", subdomains="one-label") + child
    written = project.check(body, targets=("okhttp-kotlin", "ats")).emitted()
    assert patterns(written["Pins.kt"]) == ["api.example.com", "*.example.com", "example.com"]
    assert len(pinned_domains(project.plist())["api.example.com"]["NSPinnedLeafIdentities"]) == 3
    assert project.told("overlapping-pin-sets") == {
        "": ["api.example.com is below example.com, whose keys do not count for it"]
    }


def test_the_most_specific_may_say_what_it_wants(project: Project) -> None:
    child = pin_set("api.example.com", keys=("leaf-1", "leaf-2"), subdomains="all")
    body = pin_set("example.com", subdomains="all") + child
    written = project.check(body, targets=("nsc", "trustkit")).emitted()
    assert domains(written["nsc.xml"]) == [("true", "api.example.com"), ("true", "example.com")]
    assert kit_domains(project.plist())["api.example.com"]["TSKPublicKeyHashes"] == [
        LEAVES[1].pin,
        LEAVES[2].pin,
    ]


def test_lists_of_parent_and_child_must_both_match(project: Project) -> None:
    """SecPolicy.c adds the parent's leaf list to the child's CA list, and each has to match."""
    child = pin_set("api.example.com", keys=("ca-0", "ca-1"))
    project.check(pin_set("example.com", subdomains="one-label"), child, targets=("ats",))
    assert project.told() == {
        "ats": [
            "api.example.com with another key under CA `ca-1` is accepted by pins.toml and refused by NSPinnedDomains"
        ]
    }


# -- an unpinned child of a pinned parent --------------------------------------------------------

EXEMPT = pin_set("api.example.com", keys=(), more="enforce = false")


def test_an_exempt_child(project: Project) -> None:
    project.check(
        pin_set("example.com", subdomains="all"),
        EXEMPT,
        targets=("nsc", *OKHTTP, *TRUSTKIT, "trustkit-android"),
    )
    held = [f"api.example.com is not pinned by pins.toml, and OkHttp accepts only chains with {EITHER}"]
    assert project.told() == {"okhttp-kotlin": held, "okhttp-java": held}


def test_an_exempt_child_under_one_label(project: Project) -> None:
    project.check(pin_set("example.com", subdomains="one-label"), EXEMPT, targets=("ats",))
    assert project.told() == {
        "ats": [
            f"api.example.com is not pinned by pins.toml, and NSPinnedDomains accepts only chains with {EITHER}"
        ]
    }


def test_an_exempt_child_where_it_can_be_said(project: Project) -> None:
    """A domain-config without a pin-set; a TrustKit entry that does not enforce, since exclusion needs a typo."""
    targets = ("nsc", "trustkit", "trustkit-android")
    written = project.check(pin_set("example.com", subdomains="all"), EXEMPT, targets=targets).emitted()
    for file in ("nsc.xml", "trustkit.xml"):
        exempt, pinned = re.findall(r"<domain-config>.*?</domain-config>", written[file], re.DOTALL)
        assert "api.example.com" in exempt
        assert "<pin" not in exempt
        assert pinned.count("<pin ") == 2
    entry = kit_domains(project.plist())["api.example.com"]
    assert (entry["TSKEnforcePinning"], entry["TSKIncludeSubdomains"]) == (False, False)
    assert len(entry["TSKPublicKeyHashes"]) == 2


# -- roles of keys -------------------------------------------------------------------------------


def test_a_leaf_key_or_a_ca(project: Project) -> None:
    """ "If you specify both … both must match" (NSPinnedDomains); everywhere else one suffices."""
    project.check(pin_set("example.com", keys=("leaf-0", "ca-0")))
    assert project.told() == {
        "ats": [
            "example.com with another key under CA `ca-0` is accepted by pins.toml and refused by NSPinnedDomains"
        ]
    }


@pytest.mark.parametrize(
    ("keys", "listed"),
    [(("leaf-0", "leaf-1"), "NSPinnedLeafIdentities"), (("ca-0", "ca-1"), "NSPinnedCAIdentities")],
)
def test_keys_of_one_role(project: Project, keys: tuple[str, ...], listed: str) -> None:
    entry = pinned_domains(project.check(pin_set("example.com", keys=keys), targets=("ats",)).plist())[
        "example.com"
    ]
    assert entry == {
        "NSIncludesSubdomains": False,
        listed: [{"SPKI-SHA256-BASE64": KEYS[key].pin} for key in keys],
    }


def test_a_key_of_unknown_role(project: Project) -> None:
    project.check(pin_set("example.com", keys=("leaf-0", "unknown-0")))
    assert project.told() == {
        "ats": [
            "example.com with another key under CA `unknown-0` is accepted by pins.toml and refused by NSPinnedDomains"
        ]
    }
    (found,) = project.findings("unfaithful-target")
    assert found.fix == 'say whose key `unknown-0` is: role = "leaf" or role = "ca"'


# -- expiry --------------------------------------------------------------------------------------

EXPIRING = pin_set("example.com", more="expires = 2027-06-01")


def test_expiry(project: Project) -> None:
    project.check(EXPIRING)
    forever = (
        f"from 2027-06-01 example.com is not pinned by pins.toml, and {{}} accepts only chains with {EITHER}"
    )
    assert project.told() == {
        "ats": [forever.format("NSPinnedDomains")],
        "okhttp-kotlin": [forever.format("OkHttp")],
        "okhttp-java": [forever.format("OkHttp")],
    }


def test_expiry_where_it_can_be_said(project: Project) -> None:
    """An ISO date, and a string for TrustKit: a plist's own <date> is not read."""
    written = project.check(EXPIRING, targets=("nsc", "trustkit-android", *TRUSTKIT)).emitted()
    assert '<pin-set expiration="2027-06-01">' in written["nsc.xml"]
    assert '<pin-set expiration="2027-06-01">' in written["trustkit.xml"]
    assert 'expires: "2027-06-01"' in written["Pins.swift"]
    assert kit_domains(project.plist())["example.com"]["TSKExpirationDate"] == "2027-06-01"


# -- report-only ---------------------------------------------------------------------------------

REPORTED = pin_set("beta.example.com", more='enforce = false\nreport-uris = ["https://r.example.com/"]')


def test_report_only_is_never_enforced(project: Project) -> None:
    """Left out where there are no reports, with a note; TrustKit reports."""
    written = project.check(pin_set("example.com"), REPORTED).emitted()
    silent = "beta.example.com is report-only, so {} does nothing for it"
    notes = project.told("unreported-failure")
    notes.pop("trustkit-android", None)  # see the test below
    assert notes == {
        "nsc": [silent.format(NSC)],
        "ats": [silent.format("NSPinnedDomains")],
        "okhttp-kotlin": [silent.format("OkHttp")],
        "okhttp-java": [silent.format("OkHttp")],
    }
    for file in ("nsc.xml", "trustkit.xml", "Pins.kt", "Pins.java"):
        assert "beta.example.com" not in written[file]
    values = project.plist()
    assert "beta.example.com" not in pinned_domains(values)
    entry = kit_domains(values)["beta.example.com"]
    assert entry["TSKEnforcePinning"] is False
    assert entry["TSKReportUris"] == ["https://r.example.com/"]
    assert entry["TSKDisableDefaultReportUri"] is True


def test_report_only_is_left_out_of_trustkit_android_with_a_note(project: Project) -> None:
    """From Android 7 on the operating system would enforce the pins, so the host is left out: nothing reports."""
    project.check(pin_set("example.com"), REPORTED, targets=("trustkit-android",))
    assert list(project.told("unreported-failure")) == ["trustkit-android"]


def test_report_only_below_what_is_enforced(project: Project) -> None:
    body = pin_set("example.com", subdomains="all") + REPORTED
    project.check(body, targets=("nsc", "okhttp-kotlin", "trustkit", "trustkit-android"))
    assert project.told() == {
        "okhttp-kotlin": [
            f"beta.example.com is not pinned by pins.toml, and OkHttp accepts only chains with {EITHER}"
        ]
    }


def test_reports_of_what_is_enforced(project: Project) -> None:
    body = pin_set("example.com", more='report-uris = ["https://r.example.com/"]')
    written = project.check(body).emitted()
    assert project.told("unreported-failure")["nsc"] == [f"{NSC} reports no failure of example.com"]
    assert "<report-uri>https://r.example.com/</report-uri>" in written["trustkit.xml"]
    assert "report-uri" not in written["nsc.xml"]


def test_enforcement_is_always_written(project: Project) -> None:
    """TrustKit enforces by default, TrustKit-Android does not; both report to their makers by default."""
    written = project.check(pin_set("example.com")).emitted()
    assert '<trustkit-config enforcePinning="true" disableDefaultReportUri="true"' in written["trustkit.xml"]
    entry = kit_domains(project.plist())["example.com"]
    assert (entry["TSKEnforcePinning"], entry["TSKDisableDefaultReportUri"]) == (True, True)
    assert "enforce: true" in written["Pins.swift"]


# -- how many pins -------------------------------------------------------------------------------


def test_one_pin(project: Project) -> None:
    project.check(pin_set("example.com", keys=("leaf-0",)))
    launch = "TrustKit raises at launch: example.com has 1 distinct pins and needs 2"
    assert project.told() == {
        "trustkit": [launch],
        "trustkit-swift": [launch],
        "trustkit-android": ["TrustKit-Android raises at launch: example.com has one pin and needs two"],
    }
    assert [f.level for f in project.findings("missing-backup-pin")] == [Level.ERROR]


# -- names that some platforms refuse ------------------------------------------------------------


def launch(host: str, top: str) -> dict[str, list[str]]:
    ios = (
        f"TrustKit raises at launch: {host} is invalid: `{top}` is no public top-level domain that its table of "
        "July 2018 knows"
    )
    android = (
        f"TrustKit-Android raises at launch: `{top}` of {host} is no top-level domain that its table of April "
        "2016 knows"
    )
    return {"trustkit": [ios], "trustkit-swift": [ios], "trustkit-android": [android]}


@pytest.mark.parametrize(
    ("host", "top"),
    [
        ("shop.internal", "internal"),
        ("shop.corp", "corp"),
        ("printer.local", "local"),
        ("example.gay", "gay"),
    ],
)
def test_private_and_new_top_level_domains(project: Project, host: str, top: str) -> None:
    project.check(pin_set(host))
    assert project.told() == launch(host, top)
    written = project.check(pin_set(host), targets=("nsc", *OKHTTP, "ats")).emitted()
    assert patterns(written["Pins.kt"]) == [host]


def test_a_top_level_domain_between_the_tables(project: Project) -> None:
    """.charity was delegated in 2018."""
    project.check(pin_set("example.charity"))
    assert project.told() == {"trustkit-android": launch("example.charity", "charity")["trustkit-android"]}


def test_an_address(project: Project) -> None:
    project.check(pin_set("192.0.2.1"))
    assert project.told() == {
        "ats": ["192.0.2.1 is an address, which NSPinnedDomains matches only from iOS 17 on"],
        "trustkit": ["TrustKit raises at launch: 192.0.2.1 is an address"],
        "trustkit-swift": ["TrustKit raises at launch: 192.0.2.1 is an address"],
        "trustkit-android": ["TrustKit-Android raises at launch: 192.0.2.1 is no domain name"],
    }


def test_an_address_where_it_is_a_name_like_any_other(project: Project) -> None:
    targets = ("nsc", *OKHTTP, "ats")
    written = project.check(pin_set("192.0.2.1"), targets=targets, app='ios-minimum = "17.0"').emitted()
    assert domains(written["nsc.xml"]) == [("false", "192.0.2.1")]
    assert patterns(written["Pins.java"]) == ["192.0.2.1"]


def test_an_address_reaches_nothing_below(project: Project) -> None:
    project.check(pin_set("192.0.2.1", subdomains="all"))
    assert project.told("invalid-host") == {"": ["192.0.2.1 is an address and cannot reach below"]}


def test_a_public_suffix(project: Project) -> None:
    project.check(pin_set("appspot.com", subdomains="all"), targets=("trustkit", "nsc"))
    assert project.told("public-suffix-pin") == {
        "": ["appspot.com is a public suffix: names below it belong to strangers"]
    }
    told = project.told()["trustkit"]
    assert "TrustKit raises at launch: appspot.com is a public suffix and includes subdomains" in told
    assert "nsc" not in project.told()


def test_a_public_suffix_in_between(project: Project) -> None:
    """configuration_utils.m, isSubdomain: what has a longer registry is not below."""
    project.check(pin_set("windows.net", subdomains="all"), targets=("nsc", "trustkit"))
    assert project.told() == {
        "trustkit": [
            f"{host} is pinned by pins.toml and not by TrustKit (and 3 more hosts likewise)"
            for host in ("a.b.blob.core.windows.net", "b.blob.core.windows.net", "blob.core.windows.net")
        ]
    }


# -- how hosts are written -----------------------------------------------------------------------


def test_case_dots_and_u_labels_are_folded(project: Project) -> None:
    """TrustKit compares case and all, Android converts no U-label, OkHttp matches no trailing dot."""
    written = project.check(pin_set("API.Example.com.", "bücher.EXAMPLE.com")).emitted()
    hosts = ["api.example.com", "xn--bcher-kva.example.com"]
    assert [name for _, name in domains(written["nsc.xml"])] == hosts
    assert patterns(written["Pins.kt"]) == patterns(written["Pins.java"]) == hosts
    values = project.plist()
    assert sorted(pinned_domains(values)) == sorted(kit_domains(values)) == hosts


@pytest.mark.parametrize(
    ("host", "rule", "message", "fix"),
    [
        (
            "*.example.com",
            "wildcard-host",
            '"*.example.com" has a wildcard, which means three things on four platforms',
            'write hosts = ["example.com"] and subdomains = "one-label" or "all"',
        ),
        (
            "**.example.com",
            "wildcard-host",
            '"**.example.com" has a wildcard, which means three things on four platforms',
            'write hosts = ["example.com"] and subdomains = "one-label" or "all"',
        ),
        (
            "a.*.example.com",
            "wildcard-host",
            '"a.*.example.com" has a wildcard that no platform understands',
            "name the hosts",
        ),
        (
            "example.com:8443",
            "invalid-host",
            '"example.com:8443" has a port, and pins are for all ports of a host',
            'write "example.com"',
        ),
        (
            "https://user@example.com:8443/v1",
            "invalid-host",
            '"https://user@example.com:8443/v1" is a URL, and no platform matches one',
            'write "example.com"',
        ),
        ("example.com/v1", "invalid-host", '"example.com/v1" has a path', 'write "example.com"'),
        (
            "[2001:db8::1]",
            "invalid-host",
            '"[2001:db8::1]" is an IPv6 address, which no two platforms spell alike',
            "pin a host name",
        ),
        (
            "2001:db8::1",
            "invalid-host",
            '"2001:db8::1" is an IPv6 address, which no two platforms spell alike',
            "pin a host name",
        ),
        (
            "faß.example.com",
            "invalid-host",
            '"faß.example.com" has LATIN SMALL LETTER SHARP S, which IDNA 2003 and IDNA 2008 turn into different names',
            "write the A-label (xn--…) that your server's certificate has",
        ),
        (
            "example.com..",
            "invalid-host",
            '"example.com.." has an empty label',
            "labels are 1 to 63 letters, digits and inner hyphens",
        ),
    ],
)
def test_what_is_no_host(project: Project, host: str, rule: str, message: str, fix: str) -> None:
    (found,) = project.check(pin_set(host)).findings(rule)
    assert (found.level, found.message, found.fix) == (Level.ERROR, message, fix)


def test_a_host_twice(project: Project) -> None:
    """AOSP throws, a plist keeps one of them, OkHttp adds them up."""
    project.check(pin_set("example.com"), pin_set("EXAMPLE.com."))
    assert project.told("duplicate-host") == {"": ['example.com is named twice (written "EXAMPLE.com.")']}


# -- how pins are written ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pin", "rule"),
    [
        # A crash on Android, a blocked host on iOS and with OkHttp, and nobody says so when building.
        ("sha256/" + LEAVES[0].pin, "malformed-pin"),
        (LEAVES[0].pin.rstrip("="), "malformed-pin"),
        (LEAVES[0].spki_sha256.hex(), "malformed-pin"),
        ("AAAA", "malformed-pin"),
        ("", "invalid-value"),
    ],
)
def test_a_pin_that_platforms_read_differently(project: Project, pin: str, rule: str) -> None:
    key = f'[keys.odd]\nspki-sha256 = "{pin}"\nrole = "leaf"\n'
    project.check(pin_set("example.com", keys=("odd", "leaf-1")), key)
    assert [f.level for f in project.findings(rule)] == [Level.ERROR]
    assert not project.checked.ok


# -- several domains in one block ----------------------------------------------------------------


def test_trustkit_android_has_one_domain_in_each_block(project: Project) -> None:
    """TrustKitConfigurationParser keeps the last one only; Android takes them all."""
    written = project.check(
        pin_set("a.example.com", "b.example.com"), targets=("nsc", "trustkit-android")
    ).emitted()
    assert written["nsc.xml"].count("<domain-config>") == 1
    assert written["trustkit.xml"].count("<domain-config>") == 2


# -- the record of accepted differences ----------------------------------------------------------

ACCEPT = """
[[accept]]
rule = "unfaithful-target"
target = "ats"
hosts = ["example.com"]
reason = "no deeper names"
until = 2027-06-30
"""
DEEPER = "a.b.example.com is pinned by pins.toml and not by NSPinnedDomains"


def test_an_accepted_difference_is_a_note_with_its_reason(project: Project) -> None:
    project.check(pin_set("example.com", subdomains="all"), ACCEPT, today=date(2027, 6, 29))
    (found,) = project.checked.findings
    assert found.level is Level.NOTE
    assert found.message == f"{DEEPER} (accepted until 2027-06-30: no deeper names)"
    assert pinned_domains(project.plist())["example.com"]["NSIncludesSubdomains"] is True


def test_past_its_day_the_error_is_back(project: Project) -> None:
    project.check(pin_set("example.com", subdomains="all"), ACCEPT, today=date(2027, 6, 30))
    assert [(f.rule, f.level, f.message) for f in project.checked.findings] == [
        ("unfaithful-target", Level.ERROR, DEEPER),
        (
            "expired-acceptance",
            Level.WARNING,
            "this acceptance of unfaithful-target ended on 2027-06-30",
        ),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [('target = "ats"', 'target = "nsc"'), ('hosts = ["example.com"]', 'hosts = ["example.org"]')],
)
def test_what_is_accepted_elsewhere_is_not_accepted_here(project: Project, old: str, new: str) -> None:
    body = pin_set("example.com", subdomains="all") + pin_set("example.org") + ACCEPT.replace(old, new)
    project.check(body, targets=("ats", "nsc"))
    assert project.told() == {"ats": [DEEPER]}
    assert project.told("unused-acceptance") == {
        "": ["nothing is found that this acceptance of unfaithful-target covers"]
    }
