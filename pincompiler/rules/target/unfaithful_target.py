"""A target cannot say what the policy means.

The platforms disagree: about how deep "subdomains" goes, whether several entries add up, whether a server's
key and a CA's are alternatives, whether pins expire.  Compiled anyway, the same pins.toml would protect a
host on one platform and not on the other, or lock users out on one only.  So the policy is lowered as well as
the platform allows, policy and platform are compared for every host, chain and day that can show a
difference, and a difference is refused with an example.  Where the difference is known to be harmless, say so
on the record with `[[accept]]`.

```toml
[[pin-set]]
hosts = ["example.com"]
subdomains = "all"
keys = ["api-2026", "api-2027"]

[target.ats]
path = "Info.plist"
```

Use instead:

```diff
 hosts = ["example.com"]
-subdomains = "all"
+subdomains = "one-label"
 keys = ["api-2026", "api-2027"]
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028
"""

from collections.abc import Mapping
from datetime import date

from pincompiler.policy.differences import Difference, describe, names_of
from pincompiler.policy.enforcement import PinSet, Reach
from pincompiler.rules.rule import Finding, Findings, Level, Lowered, Mechanism, Rule


def check(lowered: Lowered) -> Findings:
    """What the platform refuses by itself, then every difference from the policy; none where a base is at fault."""
    target = lowered.target
    objections = tuple(target.objections(lowered.policy, lowered.app, lowered.model))
    for objection in objections:
        host = objection.hosts[0] if objection.hosts else ""
        pin_set = lowered.policy.covering(host) if host else None
        where = objection.where or (pin_set.where if pin_set else lowered.where)
        yield RULE.at(where, objection.problem, objection.fix, hosts=objection.hosts, target=lowered.name)
    if any(objection.where and not objection.hosts for objection in objections):
        return
    names: Mapping[bytes, str] = {}
    for difference in lowered.wanted.against(lowered.model):
        pin_set = lowered.policy.covering(difference.name) or lowered.policy.covering(difference.host)
        if pin_set is None and difference.name in lowered.unmanaged:
            continue  # reported by unmanaged-pin
        names = names or names_of(lowered.policy, lowered.model)
        yield _finding(difference, pin_set, lowered, names)


def _finding(
    difference: Difference, pin_set: PinSet | None, lowered: Lowered, names: Mapping[bytes, str]
) -> Finding:
    kind, fix = _hash(difference, lowered) if difference.unhashable else _kind(difference, pin_set, lowered)
    name, where = difference.name, lowered.where
    if pin_set and pin_set.where and kind == "expiry":
        where = pin_set.where.at("expires")
    elif pin_set and name in pin_set.hosts:
        where = pin_set.where_host(name)
    return RULE.at(
        where,
        describe(difference, "pins.toml", lowered.target.title, names.__getitem__),
        fix,
        hosts=(name,),
        target=lowered.name,
        kind=kind,
    )


def _hash(difference: Difference, lowered: Lowered) -> tuple[str, str]:
    """A key of a kind that the platform has no hash of."""
    kinds = sorted(filter(None, lowered.model.hashable() or ()))
    return f"hash-{difference.unhashable}", f"pin keys of other kinds: {', '.join(kinds)}"


def _kind(difference: Difference, pin_set: PinSet | None, lowered: Lowered) -> tuple[str, str]:
    """What sort of difference it is, and what to do about it."""
    if difference.of_trust:
        # Who is let in too many and who is kept out are two things to know.
        name, side = difference.name, "strict" if difference.wanted else "lenient"
        if difference.depth and lowered.model.trust(name) == lowered.policy.trust(name):
            return f"reach-wide-{side}", _WIDE_FIX
        return f"trust-{side}", _TRUST_FIX.get(lowered.target.mechanism, _NO_TRUST_FIX)
    if difference.day != date.min:
        return "expiry", "drop `expires`, or accept that these pins stay until the app is updated"
    if pin_set is not None and not pin_set.enforce:
        return "exempt", "leave the host out, or narrow the set above it"
    return _of_keys(difference, pin_set)


def _of_keys(difference: Difference, pin_set: PinSet | None) -> tuple[str, str]:
    """The same of a difference in which keys or certificates count for the host."""
    if difference.depth and not difference.wanted_demand:
        return "reach-wide", _WIDE_FIX
    if any(clause.leaf_certificates | clause.ca_certificates for clause in difference.wanted_demand):
        return "certificate", _CERTIFICATE_FIX
    if not difference.actual_demand:
        return _unpinned(difference, pin_set)
    if len(difference.actual_demand) > 1 or (pin_set and any(key.role is None for key in pin_set.keys)):
        return f"roles-{difference.depth}", _roles_fix(pin_set)
    return f"keys-{difference.depth}", "give the inner set every key of the set above it, or narrow that one"


def _unpinned(difference: Difference, pin_set: PinSet | None) -> tuple[str, str]:
    """The host is below a name that does not reach it on the platform, or it is left out altogether."""
    if difference.depth and pin_set is not None and pin_set.reach is not Reach.NONE:
        return f"reach-{difference.depth}", _REACH_FIX[difference.depth]
    return f"gap-{difference.depth}", "name the host in a pin-set of its own"


_WIDE_FIX = 'write subdomains = "all", or name the hosts and write "none"'
_TRUST_FIX = {
    Mechanism.OKHTTP.value: "accept it for this target if the target nsc says so for the same app, to which OkHttp leaves "
    "trust, or drop this target"
}
_NO_TRUST_FIX = (
    "accept it for this target, or drop the target: of all targets nsc alone can trust CAs of the app"
)
_CERTIFICATE_FIX = 'pin its key: file = "…" with pin = "key", which a renewed certificate may have as well'
_REACH_FIX = {
    1: 'write subdomains = "none" and name the hosts',
    2: 'write subdomains = "one-label", or accept the difference if no deeper names exist',
}


def _roles_fix(pin_set: PinSet | None) -> str:
    keys = pin_set.keys if pin_set else ()
    unknown = next((key.title for key in keys if key.role is None), "")
    if unknown:
        return f'say whose key `{unknown}` is: role = "leaf" or role = "ca"'
    return "pin only server keys or only CA keys for these hosts"


RULE = Rule("unfaithful-target", Level.ERROR, __doc__, target=check)
