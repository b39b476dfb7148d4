"""Sockets of ``android.net.SSLCertificateSocketFactory``, whose overloads differ: it compares names that it is given.

From AOSP: ``createSocket(String, int)``, ``createSocket(String, int, InetAddress, int)`` and ``createSocket(Socket,
String, int, boolean)`` call ``verifyHostname``; the others say in their documentation that they do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pincompiler.workflows.audit import audit, audit_options
from tests.builds import build_app

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")

NET = """
import java.net.*;
import android.net.SSLCertificateSocketFactory;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;

public final class Main extends android.app.Activity {{
    private static final int PORT = 8883;
    {0}
}}
"""
TALK = "socket.getOutputStream().write(7);"
OPEN = f"""
    void byAddress(InetAddress address) throws Exception {{
        SSLCertificateSocketFactory factory = (SSLCertificateSocketFactory) SSLCertificateSocketFactory.getDefault(900);
        Socket socket = factory.createSocket(address, PORT); {TALK}
    }}
    void fromHere(InetAddress address, InetAddress here) throws Exception {{
        Socket socket = new SSLCertificateSocketFactory(900).createSocket(address, PORT, here, 0); {TALK}
    }}
    void later(SocketAddress address) throws Exception {{
        Socket socket = new SSLCertificateSocketFactory(900).createSocket();
        socket.connect(address); {TALK}
    }}
    void asAnother(InetAddress address) throws Exception {{
        SocketFactory factory = SSLCertificateSocketFactory.getDefault(900);
        Socket socket = factory.createSocket(address, PORT); {TALK}
    }}
"""
SOUND = f"""
    void byName(String host) throws Exception {{
        SSLCertificateSocketFactory factory = (SSLCertificateSocketFactory) SSLCertificateSocketFactory.getDefault(900);
        Socket socket = factory.createSocket(host, PORT); {TALK}
    }}
    void fromHere(String host, InetAddress here) throws Exception {{
        Socket socket = new SSLCertificateSocketFactory(900).createSocket(host, PORT, here, 0); {TALK}
    }}
    void above(Socket plain, String host) throws Exception {{
        SSLSocketFactory factory = new SSLCertificateSocketFactory(900);
        Socket socket = factory.createSocket(plain, host, PORT, true); {TALK}
    }}
    void asAnother(String host) throws Exception {{
        SocketFactory factory = SSLCertificateSocketFactory.getDefault(900);
        Socket socket = factory.createSocket(host, PORT); {TALK}
    }}
"""
RULES = "-keepclassmembers class com.example.app.Main { *; }\n"


@pytest.mark.parametrize("shrink", ["", "r8-full"])
@pytest.mark.parametrize(
    ("body", "unverified"),
    [(OPEN, ["asAnother", "byAddress", "fromHere", "later"]), (SOUND, [])],
    ids=["without a name", "with one"],
)
def test_sockets(body: str, unverified: list[str], shrink: str, tmp_path: Path, today: date) -> None:
    apk = build_app(
        tmp_path / "app", java={"Main.java": NET.format(body)}, libraries=(), shrink=shrink, rules=RULES
    )
    found = [
        one
        for one in audit(apk, audit_options(today, None, ())).findings
        if one.rule == "unverified-tls-socket"
    ]
    methods = [one.location.symbol.partition("->")[2].partition("(")[0] for one in found if one.location]
    assert sorted(methods) == unverified
