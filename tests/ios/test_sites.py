"""Calls and what they are given, and blocks that are asked about chains, as compilers write them."""

from __future__ import annotations

from typing import Final

import pytest

from pincompiler.base.bounds import ARM64_SITES, ARM64_WAYS
from pincompiler.ios.arm64.machine import ArmMachine
from pincompiler.ios.arm64.sites import CallSite, CallSites
from pincompiler.ios.arm64.texts import array_texts, texts_of
from pincompiler.ios.arm64.uses import Uses
from pincompiler.ios.arm64.values import Token
from pincompiler.ios.macho import MachO, read_macho
from pincompiler.shipped.ios.challenges import verify_blocks
from tests import builds as golden
from tests.bounding import bounded
from tests.ios import programs, swift_programs

SOURCE: Final = """
#define VERIFY(what) sec_protocol_options_set_verify_block( \\
    options, ^(id metadata, id t, sec_protocol_verify_complete_t complete) { what; }, nil)
@interface Kit : NSObject @end
@implementation Kit
- (void)accept:(id)options { VERIFY(complete(YES)); }
- (void)evaluate:(id)options { VERIFY(complete(SecTrustEvaluateWithError(sec_trust_copy_ref(t), 0))); }
- (void)ignore:(id)options { VERIFY(SecTrustEvaluateWithError(sec_trust_copy_ref(t), 0); complete(YES)); }
- (void)captured:(id)options { VERIFY(complete(self != nil)); }
- (void)refuse:(id)options { VERIFY(complete(NO)); }
- (void)policies {
  AFSecurityPolicy *open = [AFSecurityPolicy policyWithPinningMode:0];
  open.allowInvalidCertificates = YES;
  [AFHTTPSessionManager manager].securityPolicy = open;
  AFSecurityPolicy *pinned = [AFSecurityPolicy policyWithPinningMode:2];
  pinned.validatesDomainName = NO;
}
@end
void curl(void *handle, int loose) {
  curl_easy_setopt(handle, 64, 0L);
  curl_easy_setopt(handle, 81, loose ? 0L : 2L);
  curl_easy_setopt(handle, 10230, "sha256//r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=");
}
int main(void) {
  Kit *kit = [Kit new];
  [kit accept:nil]; [kit evaluate:nil]; [kit ignore:nil]; [kit captured:nil]; [kit refuse:nil]; [kit policies];
  return 0;
}
"""
FORMS: Final = {
    "chained": {"optimize": "-O1"},
    "opcodes": {"optimize": "-O0", "least": "12.0"},
    "small": {"optimize": "-Os"},
}


@pytest.fixture(params=FORMS)
def image(request: pytest.FixtureRequest, builds: str) -> MachO:
    del builds
    data = golden.program(SOURCE, compile=("-fno-inline",), **FORMS[request.param])
    return read_macho(programs.stripped(data)).images[0]


def sites(image: MachO, *names: str) -> tuple[CallSite, ...]:
    return CallSites(ArmMachine(image)).of(names)


def test_messages_are_found_with_their_numbers(image: MachO) -> None:
    found = sites(image, "policyWithPinningMode:", "setAllowInvalidCertificates:", "setValidatesDomainName:")
    made = {one.address: one for one in found if one.name == "policyWithPinningMode:"}
    assert [one.arguments for one in made.values()] == [
        (Token("class", "AFSecurityPolicy"), 0),
        (Token("class", "AFSecurityPolicy"), 2),
    ]
    changed = [one for one in found if one.name != "policyWithPinningMode:"]
    assert [(one.name, one.arguments[1]) for one in changed] == [
        ("setAllowInvalidCertificates:", 1),
        ("setValidatesDomainName:", 0),
    ]
    # Which policy is changed is known by the call that made it.
    receivers = [one.arguments[0] for one in changed]
    assert [one.origin for one in receivers if isinstance(one, Token)] == list(made)


def test_unnamed_arguments_are_on_the_stack(image: MachO) -> None:
    found = {(one.arguments[1], one.variable[0]) for one in sites(image, "_curl_easy_setopt")}
    (pins,) = [value for option, value in found if option == 10230]
    assert {(64, 0), (81, 0), (81, 2)} == found - {(10230, pins)}
    assert isinstance(pins, int)
    assert image.memory.text(pins).startswith(b"sha256//")


def test_blocks_that_are_asked_about_chains(image: MachO) -> None:
    found = [(one.owner, one.verdict.name) for one in verify_blocks(image)]
    assert sorted(found) == [
        ("Kit", "ACCEPTS_ALL"),
        ("Kit", "EVALUATES"),
        ("Kit", "IGNORES_RESULT"),
        ("Kit", "REFUSES"),
        ("Kit", "SKIPS"),
    ]


def test_users_are_those_that_capstone_sees(image: MachO) -> None:
    """Every call of a stub, found without disassembling."""
    import capstone

    machine = ArmMachine(image)
    disassembler = capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM)
    (section,) = [one for one in image.commands.sections if one.name == "__text"]
    expected = set()
    for address, _, mnemonic, operands in disassembler.disasm_lite(
        image.memory.copy(section.address, section.size), section.address
    ):
        if mnemonic in ("b", "bl") and int(operands.removeprefix("#"), 16) in machine.stubs.functions:
            expected.add(address)
    assert set(Uses(image).callers(machine.stubs.functions)) == expected
    assert len(expected) > 30


def test_every_selector_that_is_used_has_a_maker(image: MachO) -> None:
    uses = Uses(image)
    for address, selector in image.objc.selector_refs.items():
        if selector in ("policyWithPinningMode:", "setAllowInvalidCertificates:", "securityPolicy"):
            assert uses.functions(uses.makers([address])), selector


@pytest.mark.parametrize("optimize", swift_programs.OPTIMIZED)
def test_texts_of_swift_stand_with_the_code_that_names_them(optimize: str) -> None:
    (image,) = read_macho(swift_programs.committed("table", optimize)).images
    machine = ArmMachine(image)
    named = {image.symbols.at(one): texts_of(machine, one) for one in image.functions}
    assert sorted(named["_$s4Shop5table_WZ"]) == [
        "Vjs8r4z+80wjNcr1YKepWQboSIRi63WsWXhIMN+eWys=",
        "YLh1dUR9y6Kja30RrAn7JKnbQG/uEtLMkBgFF2Fuihg=",
        "api.example.com",
        "payments.example.org",
        "r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=",
    ]
    # Short ones are numbers, of which no search over the file's bytes finds a text.
    assert named["_$s4Shop5hosts_WZ"] == ("a.example", "a-much-longer-name.example.com")
    assert not any(b"api.example.com" in text for _, text in image.c_strings())


def test_texts_of_a_function_are_those_of_its_source(image: MachO) -> None:
    found = {text for one in image.functions for text in texts_of(ArmMachine(image), one)}
    assert found == {"sha256//r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E="}


def test_what_is_no_array_has_no_texts(image: MachO) -> None:
    for section in image.commands.sections:
        for address in range(section.address, section.address + min(section.size, 400), 8):
            assert not list(array_texts(image, address))


@pytest.mark.usefixtures("builds")
def test_bounds_are_doubts() -> None:
    data = golden.program(SOURCE, compile=("-fno-inline",), **FORMS["chained"])
    for bound in (ARM64_SITES, ARM64_WAYS):
        (image,) = read_macho(data).images
        with bounded(bound, 0):
            assert not sites(image, "_curl_easy_setopt") or bound is ARM64_WAYS
        assert "more than" in image.doubts[0].why
