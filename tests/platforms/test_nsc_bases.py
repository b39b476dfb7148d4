"""What a hand-written base says of hosts, and what is left of it in what is written."""

from __future__ import annotations

from pincompiler.platforms.nsc import read
from pincompiler.policy.project import App
from tests.bases import HOSTS, merged


def test_bases_keep_what_they_say() -> None:
    """Of every host, whatever its pins come to; tests/real/test_bases.py asks five Androids."""
    compiled = refused = 0
    for one in merged(16, 400):
        after = read(one.text, App())
        assert after == one.model or one.model.problems, one
        for host in HOSTS:
            here, there = one.before.settings(host), after.settings(host)
            said = (host, one.base.decode(), one.text.decode())
            assert {*here.trusted(24)} == {*there.trusted(24)}, said
            assert here.cleartext is there.cleartext, said
            # What is ended stays ended; to say so is the same as not to demand it.
            assert bool(here.transparency) is bool(there.transparency), said
            assert here.exempt <= (there.exempt or there.transparency is False), said
            assert one.model.settings(host) == there or one.model.problems, said
        if one.is_refused:
            refused += 1
            continue
        compiled += 1
        for host in filter(one.is_held, HOSTS):
            covered = one.policy.covering(host)
            wanted = (one.policy if covered else one.before).demand(host)
            assert after.demand(host) == wanted, (host, one.base.decode(), one.text.decode())
    assert min(compiled, refused) > 80, (compiled, refused)
