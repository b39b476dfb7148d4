"""What the programs of an app leave unknown, and what they prove: compiled ones, put into apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from pincompiler.facts import AppleMechanism
from pincompiler.shipped import read_app
from pincompiler.verdicts.headline import headline
from pincompiler.workflows.audit import audit, audit_options
from tests import builds as golden
from tests.ios import programs
from tests.ios.apps import EXTENSION, PINS, files, info, ipa, pinned, trustkit
from tests.ios.handlers import HANDLERS, source
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.verdicts.subject import Subject

pytestmark = pytest.mark.usefixtures("builds")

HOST: Final = "api.example.com"
MAIN: Final = "int main(void) { return [[NSObject new] isEqual:nil]; }"
ASKS: Final = "- (void)URLSession:(id)a didReceiveChallenge:(NSURLAuthenticationChallenge *)b completionHandler:(id)c {}"
HANDLER: Final = f"@interface Own : NSObject @end @implementation Own {ASKS} @end\n{MAIN}"
LIBRARY: Final = ("-dylib", "-install_name")


def plain(**more: Any) -> bytes:
    return golden.program(MAIN, **more)


def framework(name: str, source: str) -> bytes:
    return golden.program(source, link=(*LIBRARY, f"@rpath/{name}.framework/{name}"))


def audited(folder: Path, content: dict[str, bytes]) -> Subject:
    return audit(ipa(folder, content), audit_options(TODAY, None, ()))


def unknown(subject: Subject) -> set[tuple[str, str, str]]:
    """Process, program and predicate of what is not known."""
    return {(one.process, one.what, one.why) for one in subject.unseen if one.mechanisms}


def app(program: bytes, extension: bytes | None = None, **main: Any) -> dict[str, bytes]:
    own = info("Share") if extension is not None else None
    content = files(info("Shop", **main), own) | {"Shop": program}
    return content | ({f"{EXTENSION}/Share": extension} if extension is not None else {})


def test_code_that_is_asked_about_no_server_leaves_nothing_unknown(tmp_path: Path) -> None:
    subject = audited(tmp_path, app(plain(), plain(), **pinned(HOST)))
    assert not unknown(subject)
    assert subject.complete
    assert {row.mechanism for row in subject.verdicts} == {AppleMechanism.ATS}


def test_a_method_that_is_asked_does(tmp_path: Path) -> None:
    subject = audited(tmp_path, app(golden.program(HANDLER)))
    said = "-[Own URLSession:didReceiveChallenge:completionHandler:] is asked whom to trust"
    assert [(process, what) for process, what, _ in unknown(subject)] == [("", "Shop")]
    assert next(iter(unknown(subject)))[2].startswith(said)


def test_a_class_may_be_asked_as_well(tmp_path: Path) -> None:
    subject = audited(tmp_path, app(golden.program(HANDLER.replace("- (void)", "+ (void)"))))
    said = "has +[Own URLSession:didReceiveChallenge:completionHandler:], which is not followed"
    assert unknown(subject) == {("", "Shop", said)}


def test_a_program_is_known_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    subject = audited(tmp_path, app(plain()) | {"icon.png": golden.program(HANDLER)})
    assert [what for _, what, _ in unknown(subject)] == ["icon.png"]


def test_a_selector_that_nobody_implements_is_no_method(tmp_path: Path) -> None:
    sent = "[(I *)0 URLSession:nil didReceiveChallenge:nil completionHandler:nil]"
    source = (
        f"@interface I : NSObject {ASKS.removesuffix('{}')}; @end\nint main(void) {{ {sent}; return 0; }}"
    )
    program = golden.program(source)
    assert b"URLSession:didReceiveChallenge:completionHandler:" in program
    assert not unknown(audited(tmp_path, app(program)))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            "sec_protocol_options_set_verify_block(0, 0, 0);",
            "gives Network.framework a block that decides on certificates",
        ),
        ("curl_easy_setopt(0, 64, 0L);", "connects with curl"),
        (
            "SecTrustSetAnchorCertificates(0, 0);",
            "calls SecTrustSetAnchorCertificates, and for which connections is not followed",
        ),
        (
            "[NSURLCredential credentialForTrust:0];",
            "sends credentialForTrust:, and for which connections is not followed",
        ),
        (
            "[NSURLRequest setAllowsAnyHTTPSCertificate:YES forHost:nil];",
            "has NSURLRequest allow any certificate, by a private method of Apple's",
        ),
    ],
)
def test_other_ways_to_decide_on_certificates(body: str, why: str, tmp_path: Path) -> None:
    program = golden.program(f"int main(void) {{ {body} return 0; }}")
    assert unknown(audited(tmp_path, app(program))) == {("", "Shop", why)}


def test_each_process_runs_its_own_programs_and_what_they_load(tmp_path: Path) -> None:
    source = "@interface Net : NSObject @end @implementation Net @end"
    loading = golden.program("@class Own;\nint main(void) { return 0; }")
    asked = framework("Net", HANDLER.replace(MAIN, ""))
    linked = {
        "Frameworks/Net.framework/Net": asked,
        "Frameworks/Other.framework/Other": framework("Other", source),
    }
    subject = audited(tmp_path, app(loading, loading) | linked)
    # Nothing but the app itself may load what lies in its folder by name.
    assert [(process, what) for process, what, _ in unknown(subject)] == [
        ("", "Frameworks/Net.framework/Net")
    ]
    found = {one.file: one.processes for one in read_app(tmp_path / "Shop.ipa").ios.programs}
    assert found == {
        "Shop": ("",),
        f"{EXTENSION}/Share": (EXTENSION,),
        "Frameworks/Net.framework/Net": ("",),
        "Frameworks/Other.framework/Other": ("",),
    }


def test_a_library_is_loaded_by_whoever_links_it(tmp_path: Path) -> None:
    uses = "@interface Use : NSObject @end @implementation Use - (id)x { return [TrustKit sharedInstance]; } @end"
    program = golden.program(f"{uses}\n{MAIN}")
    kit = {"Frameworks/TrustKit.framework/TrustKit": framework("TrustKit", HANDLER.replace(MAIN, ""))}
    read = read_app(ipa(tmp_path, app(plain(), program) | kit))
    found = {one.file: one.processes for one in read.ios.programs}
    assert found["Frameworks/TrustKit.framework/TrustKit"] == ("", EXTENSION)


def test_what_a_known_library_is_asked_is_a_remark(tmp_path: Path) -> None:
    known = {
        "Frameworks/AFNetworking.framework/AFNetworking": framework("AFNetworking", HANDLER.replace(MAIN, ""))
    }
    subject = audited(tmp_path, app(plain()) | known)
    assert subject.complete
    assert ["is of AFNetworking" in one.why for one in subject.unseen] == [True]


def test_encrypted_code_is_unknown_and_what_the_plist_pins_is_not(tmp_path: Path) -> None:
    subject = audited(tmp_path, app(programs.encrypted(plain()), **pinned(HOST)))
    why = "it is encrypted as the App Store does; audit the build that is uploaded to it"
    assert unknown(subject) == {("", "Shop", why)}
    assert [row.verdict.value for row in subject.verdicts] == ["enforced"]


def test_the_worst_slice_counts(tmp_path: Path) -> None:
    fat = programs.fat({"arm64": plain(), "arm64e": golden.program(HANDLER)})
    assert len(unknown(audited(tmp_path, app(fat)))) == 1
    assert not unknown(
        audited(tmp_path, app(programs.fat({"arm64": plain(), "x86_64": golden.program(HANDLER)})))
    )


def test_a_build_for_the_simulator_is_unknown(tmp_path: Path) -> None:
    subject = audited(tmp_path, app(plain(arch="x86_64", simulator=True)))
    assert unknown(subject) == {("", "Shop", "it is for x86_64 processors, whose code is not read")}


def test_what_is_no_program_is_unknown(tmp_path: Path) -> None:
    assert unknown(audited(tmp_path, app(b"text"))) == {("", "Shop", "it is no Mach-O file")}
    content = {name: data for name, data in app(b"").items() if name != "Shop"}
    assert unknown(audited(tmp_path, content)) == {
        ("", "Shop", "is not there, so that its code was not read")
    }


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("Shop.dll", "the app's own code is .NET, which is not read"),
        ("Data/Managed/Metadata/global-metadata.dat", "the app's own code is Unity's, which is not read"),
    ],
)
def test_what_runs_code_of_another_kind_is_unknown(file: str, why: str, tmp_path: Path) -> None:
    assert unknown(audited(tmp_path, app(plain()) | {file: b"x"})) == {("", file, why)}


def test_a_tls_stack_and_compiled_dart_are_unknown(tmp_path: Path) -> None:
    texts = 'const char *a = "client finished", *b = "_kDartIsolateSnapshotData";\n'
    subject = audited(tmp_path, app(golden.program(texts + MAIN)))
    assert {why.partition(",")[0] for _, _, why in unknown(subject)} == {
        "has a TLS stack of its own",
        "it is compiled Dart code",
    }


# -- TrustKit --------------------------------------------------------------------------------------

USES: Final = (
    "@interface Use : NSObject @end\n"
    f"@implementation Use - (id)x {{ return [TrustKit sharedInstance]; }} @end\n{MAIN}"
)
ASKING: Final = (
    "@interface V : NSObject - (BOOL)handleChallenge:(id)a completionHandler:(id)b; @end\n"
    + USES.replace("return [TrustKit", "[(V *)0 handleChallenge:nil completionHandler:nil]; return [TrustKit")
)


@pytest.mark.parametrize(
    ("source", "swizzles", "verdict", "why"),
    [
        (MAIN, True, "disabled", "no program of the app loads TrustKit, so that nobody reads this"),
        (USES, True, "enforced", "TrustKit: TSKPinnedDomains › "),
        (USES, False, "disabled", "TSKSwizzleNetworkDelegates is not true, and no code asks TrustKit"),
        (ASKING, False, "unknown", "whether the code that asks TrustKit is in use was not seen"),
    ],
)
def test_trustkit_in_a_plist(source: str, swizzles: bool, verdict: str, why: str, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    kit = trustkit(HOST)
    kit["TSKConfiguration"]["TSKSwizzleNetworkDelegates"] = swizzles
    subject = audited(tmp_path, app(golden.program(source), **kit))
    (row,) = (one for one in subject.verdicts if one.mechanism is AppleMechanism.TRUSTKIT)
    assert row.verdict.value == verdict
    assert row.why.startswith(why)


def test_whether_encrypted_code_has_trustkit_in_it_is_unknown(tmp_path: Path) -> None:
    subject = audited(tmp_path, app(programs.encrypted(plain()), **trustkit(HOST)))
    (row,) = (one for one in subject.verdicts if one.mechanism is AppleMechanism.TRUSTKIT)
    assert row.verdict.value == "unknown"


# -- candidates ------------------------------------------------------------------------------------


def test_a_text_in_the_shape_of_a_pin_is_a_candidate(tmp_path: Path) -> None:
    text = f'int main(void) {{ return [@"{PINS[0]}" isEqualToString:@"sha256/{PINS[1]}"]; }}'
    subject = audited(tmp_path, app(golden.program(text)))
    found = {(one.pin.pin, one.pin.host, one.pin.confidence.value, one.enforced) for one in subject.pins}
    assert found == {(pin, "", "candidate", False) for pin in PINS}
    assert subject.complete


# -- methods that are asked whom to trust ----------------------------------------------------------


def answering(folder: Path, name: str, **more: Any) -> Subject:
    return audited(folder, app(golden.program(source(name)), **more))


def levels(subject: Subject) -> list[tuple[str, str]]:
    return [(one.rule, one.level.value) for one in subject.findings]


def test_a_method_that_accepts_all_is_a_finding_and_leaves_nothing_unknown(tmp_path: Path) -> None:
    subject = answering(tmp_path, "accepts", **pinned(HOST))
    assert levels(subject) == [("permissive-challenge-handler", "warning")]
    assert subject.complete
    assert [row.verdict.value for row in subject.verdicts] == ["enforced"]
    assert "undermined" not in headline(subject)


def test_where_app_transport_security_is_off_it_undermines_the_pins(tmp_path: Path) -> None:
    subject = answering(tmp_path, "accepts", **pinned(HOST, NSAllowsArbitraryLoads=True))
    assert ("permissive-challenge-handler", "error") in levels(subject)
    assert "are undermined by permissive-challenge-handler" in headline(subject)


def test_a_method_of_a_class_that_nobody_makes_is_a_note(tmp_path: Path) -> None:
    unused = source("accepts").replace("delegate:[Delegate new]", "delegate:nil")
    subject = audited(tmp_path, app(golden.program(unused)))
    assert levels(subject) == [("permissive-challenge-handler", "note")]
    (found,) = subject.findings
    assert found.evidence
    assert found.evidence.use.value == "present"


@pytest.mark.parametrize("name", ["evaluates", "leaves"])
def test_sound_methods_pin_nothing_and_leave_nothing_unknown(name: str, tmp_path: Path) -> None:
    chosen = next(one for one, (verdict, *_) in HANDLERS.items() if verdict == name.upper())
    subject = answering(tmp_path, chosen)
    assert subject.complete
    assert not subject.findings


def test_a_method_that_compares_pins_hosts_that_are_not_known(tmp_path: Path) -> None:
    chosen = next(one for one, (verdict, *_) in HANDLERS.items() if verdict == "PINS")
    subject = answering(tmp_path, chosen)
    assert not subject.complete
    assert [one.pins for one in subject.unseen if one.mechanisms] == [True]
    assert headline(subject).startswith("Pins are given, and neither their hosts nor their keys are known")


def test_alamofire_that_is_linked_in_is_unknown(tmp_path: Path) -> None:
    linked = HANDLER.replace("Own", "_TtC9Alamofire15SessionDelegate")
    assert unknown(audited(tmp_path, app(golden.program(linked)))) == {
        ("", "Shop", "has Alamofire in it, and whom that is to trust is not followed yet")
    }
