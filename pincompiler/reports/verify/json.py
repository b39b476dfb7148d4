"""Verdicts on servers for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.keys.spki import PublicKey
    from pincompiler.verdicts.served import Requirements, ServerVerdict, ShownChain


def render(verdicts: Iterable[ServerVerdict], asked: Requirements) -> str:
    """``{"version": 1, "command": "verify", "hosts": […]}``; days are whole days that are left."""
    shown = [_host(verdict, asked) for verdict in verdicts]
    head = {"version": 1, "command": "verify", "policy": asked.policy.digest(), "today": str(asked.today)}
    return json.dumps({**head, "hosts": shown}, indent=2) + "\n"


def _host(verdict: ServerVerdict, asked: Requirements) -> dict[str, Any]:
    expires = verdict.pin_set.expires if verdict.pin_set else None
    return {
        "host": verdict.host,
        "port": verdict.port,
        "pinned": verdict.pin_set is not None and bool(verdict.pin_set.keys),
        "reached": verdict.reached,
        "complete": verdict.complete,
        "pins-end": str(expires) if expires else None,
        "pins-days-left": (expires - asked.today).days if expires else None,
        "chains": [_chain(one, asked) for one in verdict.chains],
        "backups": [_pin(key.name, key.pin, key.role) for key in verdict.backups],
        "remarks": [
            {
                "level": remark.level.value,
                "code": remark.code,
                "message": remark.message,
                "next": remark.fix,
                "unknown": remark.unknown,
            }
            for remark in verdict.remarks
        ],
    }


def _pin(name: str, pin: str, role: str | None) -> dict[str, Any]:
    return {"key": name, "spki-sha256": pin, "role": role}


def _chain(one: ShownChain, asked: Requirements) -> dict[str, Any]:
    ca_ends = one.ca_ends
    return {
        "shown": [
            {"address": address or None, "protocol": protocol or None} for address, protocol in one.shown
        ],
        "certificates": [certificate(key, number) for number, key in enumerate(one.chain)],
        "certificate-days-left": (one.leaf_ends - asked.now).days,
        "ca-days-left": (ca_ends - asked.now).days if ca_ends else None,
        "matches": [_pin(match.key.name, match.key.pin, match.role.value) for match in one.matches],
        "outlook": [
            {
                "who": outlook.who,
                "days": [{"day": str(day), "outcome": outcome.value} for day, outcome in outlook.outcomes],
            }
            for outlook in one.outlooks
        ],
    }


def certificate(key: PublicKey, number: int) -> dict[str, Any]:
    """One certificate of a validated chain, by its place in it."""
    return {
        "role": "ca" if number else "leaf",
        "subject": key.subject,
        "algorithm": key.algorithm,
        "not-after": key.certificate.not_after.isoformat() if key.certificate else None,
        "spki-sha256": key.pin,
    }
