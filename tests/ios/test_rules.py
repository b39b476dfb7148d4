"""The examples of the rules on apps for Apple's systems, put into apps: the first breaks the rule, the second none."""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.base.finding import Level
from pincompiler.rules.on_apps import APP_RULES
from pincompiler.workflows.audit import audit, audit_options
from tests import builds as golden
from tests.ios.apps import files, info, ipa
from tests.rule_examples import FENCE, bundled_plists, halves, is_of_bundles, is_of_program
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding
    from pincompiler.rules.rule import Rule

RULES = [rule for rule in APP_RULES if is_of_bundles(rule.doc)]


def found(folder: Path, half: str) -> tuple[Finding, ...]:
    content = files(info("Shop"))
    for name, text in bundled_plists(half).items():
        own = plistlib.loads(text.encode())
        bundle = name.removesuffix("Info.plist").rstrip("/").rpartition("/")[2].partition(".")[0]
        content[name] = plistlib.dumps(info(bundle or "Shop") | own if name.endswith("Info.plist") else own)
    return audit(ipa(folder, content), audit_options(TODAY, None, ())).findings


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples_of_rules(rule: Rule, tmp_path: Path) -> None:
    wrong, right = halves(rule.doc)
    assert [(one.rule, one.level) for one in found(tmp_path, wrong)] == [(rule.id, rule.level)]
    assert not found(tmp_path, right)


OF_PROGRAMS = [rule for rule in APP_RULES if is_of_program(rule.doc)]
CLASS: Final = """
#define NSURLSessionAuthChallengeUseCredential UseCredential
#define NSURLSessionAuthChallengeCancelAuthenticationChallenge CancelChallenge
@interface Delegate : NSObject <NSURLSessionDelegate> @end
@implementation Delegate
%s@end
int main(void) {
  return [NSURLSession sessionWithConfiguration:nil delegate:[Delegate new] delegateQueue:nil] == nil;
}
"""


def in_a_program(folder: Path, half: str, **switches: bool) -> tuple[Finding, ...]:
    ((_, method),) = FENCE.findall(half)
    section = {"NSAppTransportSecurity": switches}
    content = files(info("Shop", **section)) | {"Shop": golden.program(CLASS % method)}
    return audit(ipa(folder, content), audit_options(TODAY, None, ())).findings


@pytest.mark.usefixtures("builds")
@pytest.mark.parametrize("rule", OF_PROGRAMS, ids=lambda rule: rule.id)
def test_examples_of_rules_on_programs(rule: Rule, tmp_path: Path) -> None:
    wrong, right = halves(rule.doc)
    (found,) = in_a_program(tmp_path, wrong)
    assert (found.rule, found.level) == (rule.id, Level.WARNING)
    assert found.location
    assert found.location.symbol == "-[Delegate URLSession:didReceiveChallenge:completionHandler:]"
    (worse,) = in_a_program(tmp_path, wrong, NSAllowsArbitraryLoads=True)
    assert (worse.rule, worse.level) == (rule.id, Level.ERROR)
    assert not in_a_program(tmp_path, right)


def test_there_are_such_rules() -> None:
    assert {"unpinned-extension", "development-signed-app"} <= {rule.id for rule in RULES}
    assert len(OF_PROGRAMS) >= 4
