"""Servers on this machine's loopback: one that speaks TLS with a given chain, and a real mitmproxy before it.

``python tests/real/serving.py`` installs mitmproxy from PyPI into an environment of its own below ``.tools/``, every
package pinned by version and checksum in ``mitmproxy.txt``.
"""

from __future__ import annotations

import http.server
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.real.install import tools_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

MITMPROXY: Final = "mitmproxy-11.0.2"
PATIENCE_S: Final = 60


def mitmdump() -> Path:
    """The program, in an environment of its own."""
    return tools_directory() / MITMPROXY / "bin" / "mitmdump"


def install() -> None:
    """Make the environment, unless it is there; CalledProcessError if pip cannot."""
    place = tools_directory() / MITMPROXY
    if mitmdump().is_file():
        return
    # Removed if it is not whole.
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        wanted = str(Path(__file__).with_name("mitmproxy.txt"))
        pip = [
            str(place / "bin" / "python"),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--quiet",
        ]
        subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", wanted], check=True)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Not on the terminal."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what is being tested."""


@contextmanager
def served(pem: Path) -> Iterator[int]:
    """The port of a server with the key and the certificates of a file, which answers 200 to everything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with _Server(("127.0.0.1", 0), _Page) as server:
        # The handshake is the business of the connection's own thread, and not of the one that accepts.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def intercepted(upstream: int, root: Path, folder: Path) -> Iterator[tuple[int, Path]]:
    """The port of a mitmproxy before a server on another, and the certificate of its CA."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = (f"confdir={folder}", f"ssl_verify_upstream_trusted_ca={root}", "keep_host_header=true")
    # By its interpreter: the program's first line names that by a path which a moved cache does not keep.
    command = [
        str(mitmdump().with_name("python")),
        str(mitmdump()),
        "-q",
        "--mode",
        f"reverse:https://127.0.0.1:{upstream}/",
    ]
    command += ["--listen-host", "127.0.0.1", "--listen-port", str(port)]
    for option in (*options, "connection_strategy=lazy", "ssl_insecure=true"):
        command += ["--set", option]
    with subprocess.Popen(command, stdout=sys.stderr) as proxy:
        try:
            _wait(port, proxy)
            yield port, folder / "mitmproxy-ca-cert.pem"
        finally:
            proxy.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        assert process.poll() is None, "mitmproxy ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("mitmproxy does not listen")


if __name__ == "__main__":
    install()
