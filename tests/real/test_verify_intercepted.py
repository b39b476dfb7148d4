"""`verify` and `pin --connect` where a real mitmproxy stands before the server."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from tests import parts, pki
from tests.test_cli import Ran, run
from tests.tls_servers import HOST, usual

from .serving import MITMPROXY, intercepted, mitmdump, served

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A server's chain and key, its CA, and a pins.toml of it."""
    parts.need([] if mitmdump().is_file() else [MITMPROXY])
    one = usual()
    (tmp_path / "server.pem").write_bytes(pki.private(one.key) + b"".join(map(pki.pem, one.served)))
    (tmp_path / "ca.pem").write_bytes(pki.pem(one.root))
    (tmp_path / "leaf.pem").write_bytes(pki.pem(one.leaf))
    (tmp_path / "pins.toml").write_text(
        f'version = 1\n\n[keys.now]\nfile = "leaf.pem"\n\n[keys.next]\nspki-sha256 = "{b64encode(bytes(range(32))).decode()}"\n'
        f'role = "leaf"\n\n[[pin-set]]\nhosts = ["{HOST}"]\nkeys = ["now", "next"]\n\n[target.nsc]\npath = "nsc.xml"\n'
    )
    return tmp_path


def ask(command: tuple[str, ...], port: int, project: Path, ca: Path | str) -> Ran:
    at = f"{HOST}:{port}"
    return run(*command, at, "--resolve", f"{at}:127.0.0.1", "--ca-file", str(ca), cwd=project)


@pytest.mark.slow
def test_a_real_mitmproxy_is_recognised_and_never_pinned(project: Path) -> None:
    verify, pin = ("verify", "-f", "json"), ("pin", "--connect")
    with served(project / "server.pem") as port:
        assert ask(verify, port, project, "ca.pem").code == 0, "the server itself is fine"
        with intercepted(port, project / "ca.pem", project / "mitmproxy") as (proxy, ca):
            untrusted = ask(verify, proxy, project, "ca.pem")
            trusted = ask(verify, proxy, project, ca)
            pinned = [ask(pin, proxy, project, one) for one in ("ca.pem", ca)]
    for ran in (untrusted, trusted):
        assert ran.code == 1
        (host,) = json.loads(ran.stdout)["hosts"]
        assert "intercepted" in {remark["code"] for remark in host["remarks"]}
    # Where its CA is trusted the handshake goes well, and only the pins tell.
    outlook = json.loads(trusted.stdout)["hosts"][0]["chains"][0]["outlook"]
    assert {row["days"][0]["outcome"] for row in outlook} == {"blocks"}
    for ran in pinned:
        assert (ran.code, ran.stdout) == (1, "")
        assert "is intercepted on this network, by mitmproxy" in ran.stderr
