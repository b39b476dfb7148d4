"""The registry of all rules, in the order in which `explain --all` tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.rules.app import APP_RULES
from pincompiler.rules.policy import (
    certificate_fingerprint,
    duplicate_pin,
    expired_pin_set,
    expiring_pin_set,
    expiry_at_certificate_end,
    expiry_past_certificate,
    lone_leaf_key,
    missing_backup_pin,
    overlapping_pin_sets,
    past_due_pin_set,
    placeholder_pin,
    public_suffix_pin,
    shadowed_pin_set,
    weak_key,
)
from pincompiler.rules.target import inert_target, unfaithful_target, unmanaged_pin, unreported_failure
from pincompiler.rules.text import (
    ambiguous_key,
    conflicting_key,
    conflicting_output,
    conflicting_release,
    disconnected_rotation,
    duplicate_host,
    duplicate_release,
    escaping_path,
    expired_acceptance,
    foreign_output,
    hand_written_output,
    idle_rotation,
    invalid_host,
    invalid_toml,
    invalid_value,
    malformed_digest,
    malformed_pin,
    missing_value,
    private_key_file,
    reversed_dates,
    undefined_key,
    unknown_key,
    unknown_rule,
    unknown_target,
    unpinned_rotation,
    unreadable_key,
    unused_acceptance,
    unused_key,
    wildcard_host,
    wrong_type,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.finding import Finding
    from pincompiler.rules.judged import Judged
    from pincompiler.rules.rule import Lowered, Rule

RULES: tuple[Rule, ...] = (
    # What a target makes of the policy.
    unfaithful_target.RULE,
    inert_target.RULE,
    unmanaged_pin.RULE,
    unreported_failure.RULE,
    hand_written_output.RULE,
    foreign_output.RULE,
    # The policy by itself.
    missing_backup_pin.RULE,
    lone_leaf_key.RULE,
    duplicate_pin.RULE,
    placeholder_pin.RULE,
    certificate_fingerprint.RULE,
    weak_key.RULE,
    expired_pin_set.RULE,
    expiring_pin_set.RULE,
    past_due_pin_set.RULE,
    expiry_past_certificate.RULE,
    expiry_at_certificate_end.RULE,
    public_suffix_pin.RULE,
    shadowed_pin_set.RULE,
    overlapping_pin_sets.RULE,
    # The record of accepted findings.
    expired_acceptance.RULE,
    unused_acceptance.RULE,
    unknown_rule.RULE,
    # The text of pins.toml; told by its reader.
    invalid_toml.RULE,
    unknown_key.RULE,
    wrong_type.RULE,
    missing_value.RULE,
    invalid_value.RULE,
    invalid_host.RULE,
    wildcard_host.RULE,
    duplicate_host.RULE,
    undefined_key.RULE,
    unused_key.RULE,
    conflicting_key.RULE,
    malformed_pin.RULE,
    unreadable_key.RULE,
    private_key_file.RULE,
    ambiguous_key.RULE,
    escaping_path.RULE,
    unknown_target.RULE,
    conflicting_output.RULE,
    # What it says of releases and rotations; likewise.
    duplicate_release.RULE,
    reversed_dates.RULE,
    conflicting_release.RULE,
    malformed_digest.RULE,
    unpinned_rotation.RULE,
    idle_rotation.RULE,
    disconnected_rotation.RULE,
    # Shipped apps.
    *APP_RULES,
)


def judge(judged: Judged, *, shipped: bool = False) -> Iterator[Finding]:
    """What the rules on enforcements find in one; in a shipped one, those that judge apps have their say elsewhere."""
    for rule in RULES:
        if rule.policy and not (shipped and rule.app):
            yield from rule.policy(judged)


def judge_target(lowered: Lowered) -> Iterator[Finding]:
    """What the rules on targets find in a lowered policy."""
    for rule in RULES:
        if rule.target:
            yield from rule.target(lowered)
