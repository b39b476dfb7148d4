"""What has changed since an audit before, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pincompiler.verdicts.changes import Changes
    from pincompiler.verdicts.subject import InventoryPin


def render(found: Changes) -> str:
    """A line for what is new or gone, then the counts."""
    lines = [f"new: {one.level.value}: {one.message} [{one.rule}]" for one in found.new]
    lines += [f"fixed: {one.level.value}: {one.message} [{one.rule}]" for one in found.fixed]
    lines += [f"new pin: {_pin(pin)}" for pin in found.new_pins]
    lines += [f"pin gone: {_pin(pin)}" for pin in found.gone_pins]
    lines.append(
        f"findings: {len(found.new):,} new, {len(found.fixed):,} fixed, {len(found.unchanged):,} unchanged; "
        f"pins: {len(found.new_pins):,} new, {len(found.gone_pins):,} gone, {len(found.kept_pins):,} unchanged"
    )
    return "\n".join(lines)


def _pin(found: InventoryPin) -> str:
    pin = found.pin
    return " ".join(part for part in (pin.mechanism.value, pin.host, pin.algorithm.value, pin.pin) if part)
