"""Hand-written configurations made at random, and policies whose hosts meet theirs."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pincompiler.platforms.nsc import NSC
from pincompiler.platforms.target import Job
from pincompiler.policy.differences import differences
from pincompiler.policy.enforcement import Key, PinSet, Reach
from pincompiler.policy.policy import Policy
from pincompiler.policy.project import App, Output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.platforms.nsc.model import Nsc

NAMES: Final = ("x.test", "a.x.test", "b.a.x.test", "y.test", "a.y.test", "test", "Z.test", "10.0.2.2")
WILD: Final = ("*.x.test", "x.test.")
OURS: Final = tuple(Key(bytes([number] * 32), name=f"k{number}") for number in (1, 2, 3))
THEIRS: Final = tuple(Key(bytes([number] * 32)) for number in (7, 8))
HOSTS: Final = tuple(
    dict.fromkeys(
        host
        for name in (*(name.lower() for name in NAMES), "unrelated.example")
        for host in (name, *(f"{below}.{name}" for below in ("q", "a", "r.q") if name != "10.0.2.2"))
    )
)


@dataclass(frozen=True, slots=True)
class Merged:
    """A policy in a base, as the target ``nsc`` writes it."""

    policy: Policy
    base: bytes
    before: Nsc
    model: Nsc
    text: bytes

    @property
    def is_refused(self) -> bool:
        """Whether `compile` writes nothing for want of a way to say what is meant."""
        wanted = Policy(self.policy.sets, base=self.before)
        return bool(self.model.problems) or any(
            self.policy.covering(one.name) or self.policy.covering(one.host)
            for one in differences(wanted, self.model)
        )

    def is_held(self, host: str) -> bool:
        """Whether pins can make a difference: not, where nobody is trusted, or all that are override pins."""
        trust = self.before.trust(host)
        return bool(trust.sources - trust.overriding)


def merged(seed: int, number: int, *, transparency: bool = True) -> Iterator[Merged]:
    """The same of each seed."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    for _ in range(number):
        base, policy = _base(chance, transparency=transparency), _policy(chance)
        output = Output("nsc", PurePosixPath("res/xml/nsc.xml"), base=PurePosixPath("base.xml"))
        assert NSC.write
        assert NSC.merge
        lowered = NSC.lower(policy, App(), output)
        text = NSC.write(lowered, Job("pins.toml", "sha256/", output, base))
        yield Merged(policy, base, NSC.read(base, App()), NSC.merge(base, "base.xml", lowered), text)


def _policy(chance: random.Random) -> Policy:
    sets = []
    for host in chance.sample([name.lower() for name in NAMES], chance.randint(1, 3)):
        reach = Reach.NONE if host == "10.0.2.2" else chance.choice((Reach.NONE, Reach.ALL))
        keys = tuple(chance.sample(OURS, chance.randint(1, 2)))
        ends = chance.choice((None, None, date(2099, 1, 1)))
        sets.append(PinSet((host,), reach, keys, ends, chance.random() < 0.9))
    return Policy(tuple(sets))


def _base(chance: random.Random, *, transparency: bool) -> bytes:
    names = [*chance.sample(NAMES, len(NAMES)), chance.choice(WILD)]
    parts = [_config(chance, names, transparency=transparency) for _ in range(chance.randint(0, 3))]
    if chance.random() < 0.5:
        parts.append(f"<base-config{_cleartext(chance)}>{_settings(chance, transparency)}</base-config>")
    if chance.random() < 0.3:
        parts.append(f"<debug-overrides>{_anchors(chance)}</debug-overrides>")
    chance.shuffle(parts)
    white = chance.choice(("", "\n  ", "\n\t<!-- c -->\n\t"))
    return f"<network-security-config>{white.join(['', *parts, ''])}</network-security-config>".encode()


def _config(chance: random.Random, names: list[str], depth: int = 0, *, transparency: bool) -> str:
    parts = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if names:
            name = names.pop()
            wide = "false" if name == "10.0.2.2" else chance.choice(("true", "false"))
            parts.append(f'<domain includeSubdomains="{wide}">{name}</domain>')
    if not parts:
        return ""
    parts.append(_settings(chance, transparency))
    if chance.random() < 0.15:
        pins = "".join(f'<pin digest="SHA-256">{key.pin}</pin>' for key in THEIRS)
        parts.append(f"<pin-set>{pins}</pin-set>")
    nested = range(chance.choice((0, 0, 1, 2)) if depth < 2 else 0)
    parts += [_config(chance, names, depth + 1, transparency=transparency) for _ in nested]
    chance.shuffle(parts)
    return f"<domain-config{_cleartext(chance)}>{''.join(parts)}</domain-config>"


def _cleartext(chance: random.Random) -> str:
    return chance.choice(("", ' cleartextTrafficPermitted="true"', ' cleartextTrafficPermitted="false"'))


def _settings(chance: random.Random, transparency: bool) -> str:  # noqa: FBT001 - passed on
    said = _anchors(chance) if chance.random() < 0.5 else ""
    if transparency and chance.random() < 0.4:
        said += f'<certificateTransparency enabled="{chance.choice(("true", "false"))}"/>'
    return said


def _anchors(chance: random.Random) -> str:
    some = chance.choices(("system", "user", "wfa"), weights=(4, 2, 1), k=chance.randint(0, 2))
    said = ("", "", "", ' overridePins="true"', ' overridePins="false"')
    inner = "".join(f'<certificates src="{one}"{chance.choice(said)}/>' for one in some)
    return f"<trust-anchors>{inner}</trust-anchors>"
