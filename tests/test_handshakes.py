"""Real handshakes on loopback: what is learnt of servers good and bad, within bounds of time and memory."""

from __future__ import annotations

import socket
import ssl
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from pincompiler.policy.enforcement import Role
from pincompiler.tls.answers import Declined, Offer, Refused, Served, Unreached
from pincompiler.tls.probing import ProbeOptions, look_at, look_at_all
from pincompiler.tls.trust import trust, validated
from tests import pki, tls_servers
from tests.patience import WAIT_S
from tests.tls_servers import HOST, Server, chain, context, listening, tls, usual

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pincompiler.tls.answers import Answer, Seen
    from pincompiler.tls.trust import TrustedContexts

KINDS = tuple(pki.GENERATORS)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> TrustedContexts:
    """The roots of all the usual chains."""
    file = tmp_path_factory.mktemp("trust") / "roots.pem"
    file.write_bytes(b"".join(pki.pem(usual(kind).root) for kind in KINDS))
    return trust(file, datetime.now(UTC))


def look(
    server: Server, trusted: TrustedContexts, host: str = HOST, timeout: float = WAIT_S, retries: int = 0
) -> Seen:
    ways = ProbeOptions(timeout, retries, connect=("127.0.0.1", None))
    return look_at((host, server.port), ways, trusted)


def answers(seen: Seen) -> dict[Offer, Answer]:
    (visit,) = seen.visits
    return dict(visit.answers)


def refused(seen: Seen) -> Refused:
    """The one answer, which is a refusal: nothing of such a server is believed."""
    (answer,) = answers(seen).values()
    assert isinstance(answer, Refused)
    return answer


# -- good servers ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_is_shown_with_the_pins_that_openssl_computes(
    kind: str, trusted: TrustedContexts
) -> None:
    with tls(context(usual(kind))) as server:
        found = answers(look(server, trusted))
    served = found[Offer.ANY]
    assert isinstance(served, Served)
    assert tuple(key.spki_sha256 for key in served.chain) == usual(kind).pins()
    assert [key.role for key in served.chain] == [Role.LEAF, Role.CA, Role.CA]
    assert {key.algorithm for key in served.chain} == {kind}
    assert served.protocol == "TLS 1.3"
    own, other = (Offer.RSA, Offer.ECDSA) if kind.startswith("RSA") else (Offer.ECDSA, Offer.RSA)
    assert found[own] == Served("TLS 1.2", served.chain)
    assert isinstance(found[other], Declined)
    assert server.connections == [HOST] * 3, "SNI is sent each time"


def test_both_certificates_of_a_server_are_seen(trusted: TrustedContexts) -> None:
    with tls(context(usual("P-256"), usual("RSA-2048"))) as server:
        found = answers(look(server, trusted))
    kinds = {offer: a.chain[0].algorithm for offer, a in found.items() if isinstance(a, Served)}
    assert kinds == {Offer.ANY: "P-256", Offer.RSA: "RSA-2048", Offer.ECDSA: "P-256"}


def test_of_a_server_with_tls_1_2_only_both_certificates_are_seen(trusted: TrustedContexts) -> None:
    made = context(usual("P-256"), usual("RSA-2048"))
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    with tls(made) as server:
        found = answers(look(server, trusted))
    assert {a.protocol for a in found.values() if isinstance(a, Served)} == {"TLS 1.2"}
    assert {a.chain[0].algorithm for a in found.values() if isinstance(a, Served)} == {"P-256", "RSA-2048"}
    assert len(found) == 2, "what is known already is not asked"


def test_tls_1_3_only_declines_the_older_offers(trusted: TrustedContexts) -> None:
    made = context(usual())
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    with tls(made) as server:
        found = answers(look(server, trusted))
    assert isinstance(found[Offer.ANY], Served)
    assert isinstance(found[Offer.RSA], Declined)
    assert isinstance(found[Offer.ECDSA], Declined)


def test_ipv6(trusted: TrustedContexts) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("there is no IPv6 loopback")
    with tls(context(usual()), address="::1") as server:
        seen = look_at((HOST, server.port), ProbeOptions(WAIT_S, connect=("::1", None)), trusted)
    assert seen.visits[0].address == "::1"
    assert isinstance(answers(seen)[Offer.ANY], Served)


def test_every_address_of_a_name_is_asked(trusted: TrustedContexts) -> None:
    with tls(context(usual())) as server:
        resolve = {(HOST, server.port): ("127.0.0.1", "127.0.0.2")}
        seen = look_at((HOST, server.port), ProbeOptions(WAIT_S, retries=0, resolve=resolve), trusted)
    first, second = seen.visits
    assert (first.address, second.address) == ("127.0.0.1", "127.0.0.2")
    assert isinstance(dict(first.answers)[Offer.ANY], Served)
    assert isinstance(dict(second.answers)[Offer.ANY], Unreached), "nobody listens there"


def test_more_addresses_than_are_asked_are_told(trusted: TrustedContexts) -> None:
    with tls(context(usual())) as server:
        resolve = {(HOST, server.port): tuple(f"127.0.0.{n}" for n in range(1, 42))}
        seen = look_at((HOST, server.port), ProbeOptions(WAIT_S, retries=0, resolve=resolve), trusted)
    assert (len(seen.visits), seen.problem) == (32, "has 41 addresses, of which 32 were asked")


def test_many_hosts_are_asked_at_once_within_bounds_and_told_in_order(trusted: TrustedContexts) -> None:
    hosts = tuple(f"{n}.example.com" for n in range(24))
    many = chain(names=hosts)
    made = context(many)
    with tls(made) as server:
        ways = ProbeOptions(WAIT_S, jobs=4, connect=("127.0.0.1", None))
        asked = [(host, server.port) for host in hosts]
        found = list(look_at_all(asked, ways, trusted))
    assert tuple(seen.host for seen in found) == hosts
    assert all(isinstance(answers(seen)[Offer.ANY], Served) for seen in found)
    # A server notices the end of a connection a little late.
    assert 1 < server.most_at_once <= 8


# -- chains that no client takes -------------------------------------------------------------------


def test_another_hosts_certificate(trusted: TrustedContexts) -> None:
    with tls(context(usual())) as server:
        found = refused(look(server, trusted, "www.example.com"))
    assert found.code == "wrong-host"
    assert found.problem == "shows a certificate for api.example.com, and not for www.example.com"


def test_an_expired_certificate(trusted: TrustedContexts) -> None:
    with tls(context(chain(ends=timedelta(hours=-1)))) as server:
        assert refused(look(server, trusted)).code == "expired"


def test_a_certificate_of_the_future(trusted: TrustedContexts) -> None:
    with tls(context(chain(starts=timedelta(hours=1)))) as server:
        assert refused(look(server, trusted)).code == "not-yet-valid"


def test_a_certificate_for_clients(trusted: TrustedContexts) -> None:
    with tls(context(chain(purpose=ExtendedKeyUsageOID.CLIENT_AUTH))) as server:
        assert refused(look(server, trusted)).code == "wrong-purpose"


def test_a_self_signed_certificate(trusted: TrustedContexts) -> None:
    key = usual().key
    alone = tls_servers.signed(HOST, key, HOST, key, names=[HOST])
    with tls(context(usual(), served=[alone])) as server:
        assert refused(look(server, trusted)).code == "self-signed"


def test_a_root_that_is_sent_and_unknown(tmp_path: Path) -> None:
    (tmp_path / "other.pem").write_bytes(pki.pem(usual("P-384").root))
    other = trust(tmp_path / "other.pem", datetime.now(UTC))
    one = usual("P-256")
    with tls(context(one, served=(*one.served, one.root))) as server:
        assert refused(look(server, other)).code == "untrusted"


def test_a_missing_intermediate(trusted: TrustedContexts) -> None:
    with tls(context(usual(), served=[usual().leaf])) as server:
        found = refused(look(server, trusted))
    assert found.code == "incomplete-chain"
    assert "serve the intermediate certificates" in found.fix


def test_a_key_that_is_too_small(trusted: TrustedContexts) -> None:
    """NIST SP 800-57: RSA of 1024 bits is worth 80, and OpenSSL's clients ask for 112 at least."""
    above, key = usual(), rsa.generate_private_key(65537, 1024)  # noqa: S505
    weak = tls_servers.signed(
        HOST, key, f"{tls_servers.CA_NAME} Issuing", pki.private_key("P-256", 72), names=[HOST]
    )
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers("DEFAULT:@SECLEVEL=0")
    with tls(context(tls_servers.Chain(key, weak, above.intermediate, above.root), made=made)) as server:
        assert refused(look(server, trusted)).code == "weak-key"


def test_a_leaf_as_issuer(trusted: TrustedContexts) -> None:
    above = usual()
    key = pki.private_key(number=99)
    forged = tls_servers.signed("www.example.com", key, HOST, above.key, names=["www.example.com"])
    fake = tls_servers.Chain(key, forged, above.leaf, above.root)
    with tls(context(fake, served=(forged, *above.served))) as server:
        assert refused(look(server, trusted, "www.example.com")).code == "invalid-ca"


def test_the_system_store_does_not_know_a_private_ca() -> None:
    with tls(context(usual())) as server:
        assert refused(look(server, trust(None, datetime.now(UTC)))).code == "incomplete-chain"


def test_dates_are_judged_by_the_instant_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(pki.pem(usual().root))
    later = trust(tmp_path / "root.pem", datetime.now(UTC) + timedelta(days=61))
    with tls(context(usual())) as server:
        assert refused(look(server, later)).code == "expired"
    assert isinstance(validated(later, usual().served, HOST), Refused)


# -- servers that misbehave ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("serve", "timeout", "problem"),
    [
        # These two never end by themselves.
        (tls_servers.stall, 0.5, "did not finish within 0.5 s"),
        (tls_servers.drip, 0.5, "did not finish within 0.5 s"),
        (tls_servers.reset, WAIT_S, "cannot be reached: connection reset by peer"),
        (tls_servers.hang_up, WAIT_S, "closed the connection during the handshake"),
    ],
)
def test_servers_that_do_not_answer(
    serve: Callable[[socket.socket], None], timeout: float, problem: str, trusted: TrustedContexts
) -> None:
    with listening(serve) as server:
        (answer,) = answers(look(server, trusted, timeout=timeout)).values()
    assert isinstance(answer, Unreached)
    assert answer.problem == problem


@pytest.mark.parametrize(
    ("serve", "code"),
    [
        (tls_servers.flood, "no-tls"),
        (tls_servers.flood_of_warnings, "too-large"),
        (tls_servers.http, "no-tls"),
    ],
)
def test_servers_that_answer_nonsense(
    serve: Callable[[socket.socket], None], code: str, trusted: TrustedContexts
) -> None:
    with listening(serve) as server:
        tracemalloc.start()
        try:
            found = refused(look(server, trusted))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert found.code == code
    assert most < 8_000_000


def test_ten_megabytes_of_certificates_are_not_taken(trusted: TrustedContexts) -> None:
    one = usual()
    fat = tls_servers.signed("fat", one.key, "fat", one.key, ca=True, padding=1_000_000)
    with tls(context(one, served=[one.leaf, *[fat] * 10])) as server:
        tracemalloc.start()
        try:
            found = refused(look(server, trusted))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert found.code == "too-large"
    assert most < 8_000_000


def test_nobody_listens(trusted: TrustedContexts) -> None:
    # Bound, so that nobody else is given the port.
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        seen = look_at((HOST, port), ProbeOptions(WAIT_S, retries=0, connect=("127.0.0.1", None)), trusted)
    (answer,) = answers(seen).values()
    assert answer == Unreached("cannot be reached: connection refused")


def test_a_server_that_fails_once_is_asked_again(trusted: TrustedContexts) -> None:
    made = context(usual())
    calls = 0

    def serve(connection: socket.socket) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            tls_servers.reset(connection)
            return
        with made.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)

    with listening(serve) as server:
        found = answers(look(server, trusted, retries=1))
    assert isinstance(found[Offer.ANY], Served)


def test_hanging_up_on_an_older_offer_is_declining_it(trusted: TrustedContexts) -> None:
    made = context(usual())
    calls = 0

    def serve(connection: socket.socket) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            tls_servers.hang_up(connection)
            return
        with made.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)

    with listening(serve) as server:
        found = answers(look(server, trusted))
    assert isinstance(found[Offer.RSA], Declined)


HEADERS = st.sampled_from(
    (b"", b"\x16\x03\x03\x00\x40", b"\x16\x03\x03\x00\x06\x02\x00\x00\x02\x03\x03", b"\x15\x03\x03\x00\x02")
)


@settings(max_examples=60)
@given(HEADERS, st.binary(max_size=200))
def test_whatever_a_server_says_is_an_answer(trusted: TrustedContexts, header: bytes, noise: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(header + noise)

    with listening(serve) as server:
        (answer,) = answers(look(server, trusted)).values()
    assert isinstance(answer, Refused | Unreached)


# -- chains from a file ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_chain_from_a_file_is_validated_as_a_served_one(kind: str, trusted: TrustedContexts) -> None:
    found = validated(trusted, usual(kind).served, HOST)
    assert isinstance(found, Served)
    assert tuple(key.spki_sha256 for key in found.chain) == usual(kind).pins()


@pytest.mark.parametrize(
    ("made", "host", "code"),
    [
        (lambda: usual().served, "www.example.com", "wrong-host"),
        (lambda: (usual().leaf,), HOST, "incomplete-chain"),
        (lambda: chain(ends=timedelta(hours=-1)).served, HOST, "expired"),
        (lambda: chain(purpose=ExtendedKeyUsageOID.CLIENT_AUTH).served, HOST, "wrong-purpose"),
    ],
)
def test_a_bad_chain_from_a_file(
    made: Callable[[], tuple[object, ...]], host: str, code: str, trusted: TrustedContexts
) -> None:
    found = validated(trusted, made(), host)  # type: ignore[arg-type]
    assert isinstance(found, Refused)
    assert found.code == code
