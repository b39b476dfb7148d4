"""What handlers of challenges accept, in the forms in which compilers write them; the truth is in their source."""

from __future__ import annotations

from typing import Final

import pytest

from pincompiler.base.bounds import ARM64_FORKS, ARM64_STEPS, ARM64_WAYS
from pincompiler.facts.challenges import ChallengeHandler, ChallengeVerdict
from pincompiler.ios.macho import read_macho
from pincompiler.shipped.ios.challenges import challenge_handlers
from tests import builds as golden
from tests.bounding import bounded
from tests.ios import programs, swift_programs
from tests.ios.handlers import HANDLERS, PRELUDE, SOURCE, source

FORMS: Final = (
    {"least": "12.0", "optimize": "-O0"},
    {"optimize": "-Os"},
    {"optimize": "-O2", "arch": "arm64e"},
    {"optimize": "-O1", "simulator": True, "link": ("-objc_relative_method_lists",)},
)


def handler(data: bytes) -> ChallengeHandler:
    (image,) = read_macho(data).images
    (found,) = challenge_handlers(image)
    return found


@pytest.mark.usefixtures("builds")
@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_does_what_its_source_says(name: str) -> None:
    found = handler(golden.program(source(name)))
    assert found.verdict.name == HANDLERS[name][0]
    assert found.owner == "Delegate"


@pytest.mark.real
@pytest.mark.parametrize("form", FORMS, ids=lambda form: " ".join(map(str, form.values())))
def test_it_does_so_however_it_is_compiled(form: dict[str, object]) -> None:
    wrong = {}
    for name, (verdict, _, _) in HANDLERS.items():
        data = programs.stripped(programs.compiled(programs.Compiled(source(name), **form)))  # type: ignore[arg-type]
        if (found := handler(data)).verdict.name != verdict:
            wrong[name] = (found.verdict.name, found.why)
    assert not wrong


@pytest.mark.parametrize("optimize", swift_programs.OPTIMIZED)
@pytest.mark.parametrize("name", swift_programs.HANDLERS)
def test_a_handler_in_swift_does_what_its_source_says(name: str, optimize: str) -> None:
    """The programs are those that ``python -m tests.ios.swift_programs`` builds."""
    found = handler(swift_programs.committed(name, optimize))
    assert found.verdict.name == swift_programs.HANDLERS[name][0]
    assert found.owner == "_TtC4Shop8Delegate"


@pytest.mark.usefixtures("builds")
def test_a_condition_is_named() -> None:
    assert "hasSuffix:" in handler(golden.program(source("skips for a host"))).why
    assert "pathForResource:ofType:" in handler(golden.program(source("skips in a debug build"))).why


OLD: Final = """
@interface Loader : NSObject @end
@implementation Loader
- (void)connection:(NSURLConnection *)connection
    willSendRequestForAuthenticationChallenge:(NSURLAuthenticationChallenge *)challenge {
  SecTrustRef trust = challenge.protectionSpace.serverTrust;
  NSURLCredential *credential = [NSURLCredential credentialForTrust:trust];
  %s
}
@end
@interface NSURLConnection : NSObject @end
int main(void) { return [Loader new] == nil; }
"""
OLD_ANSWERS: Final = {
    "[challenge.sender useCredential:credential forAuthenticationChallenge:challenge];": "ACCEPTS_ALL",
    "if (SecTrustEvaluateWithError(trust, NULL))"
    " [challenge.sender useCredential:credential forAuthenticationChallenge:challenge];"
    " else [challenge.sender cancelAuthenticationChallenge:challenge];": "EVALUATES",
    "[challenge.sender continueWithoutCredentialForAuthenticationChallenge:challenge];": "UNKNOWN",
}


@pytest.mark.usefixtures("builds")
@pytest.mark.parametrize("body", OLD_ANSWERS)
def test_the_old_connection_is_answered_by_its_sender(body: str) -> None:
    assert handler(golden.program(OLD % body)).verdict.name == OLD_ANSWERS[body]


@pytest.mark.usefixtures("builds")
def test_policies_and_anchors_are_noted() -> None:
    body = (
        "SecTrustSetPolicies(trust, SecPolicyCreateBasicX509()); SecTrustSetAnchorCertificates(trust, NULL);"
        "if (SecTrustEvaluateWithError(trust, NULL)) ACCEPT; else REFUSE;"
    )
    found = handler(golden.program(PRELUDE + SOURCE % ("", body)))
    assert (found.verdict, found.nameless, found.anchored) == (ChallengeVerdict.EVALUATES, True, True)
    plain = handler(golden.program(source("evaluates")))
    assert (plain.nameless, plain.anchored) == (False, False)


@pytest.mark.usefixtures("builds")
def test_bounds_leave_the_verdict_unknown() -> None:
    for bound, least, name in (
        (ARM64_STEPS, 30, "accepts"),
        (ARM64_WAYS, 1, "pins one of several"),
        (ARM64_FORKS, 0, "skips for a host"),
    ):
        data = golden.program(source(name))
        assert handler(data).verdict.name == HANDLERS[name][0]
        with bounded(bound, least):
            found = handler(data)
        assert found.verdict is ChallengeVerdict.UNKNOWN, bound
        assert "more than" in found.why


@pytest.mark.usefixtures("builds")
def test_a_handler_that_only_a_protocol_names_is_none() -> None:
    (image,) = read_macho(golden.program("int main(void) { return [NSURLSession new] == nil; }")).images
    assert not list(challenge_handlers(image))
