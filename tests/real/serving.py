"""Servers on this machine's loopback: one that speaks TLS with a given chain, and a real mitmproxy before it.

mitmproxy comes from PyPI into an environment of its own below ``.tools/``, every package pinned by version and checksum
in ``mitmproxy.txt``.
"""

from __future__ import annotations

import http.server
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from tests.patience import WAIT_S
from tests.real.fetching import run
from tests.real.install import tools_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

MITMPROXY: Final = "mitmproxy-11.0.2"


def mitmdump() -> Path:
    """The program, in an environment of its own."""
    return tools_directory() / MITMPROXY / "bin" / "mitmdump"


def lacking() -> list[str]:
    """mitmproxy, if it is missing."""
    return [] if mitmdump().is_file() else [MITMPROXY]


def fetch() -> None:
    """Make the environment; :class:`FetchError` if pip cannot."""
    place = tools_directory() / MITMPROXY
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        half = Path(scratch, "whole")
        run([sys.executable, "-m", "venv", str(half)], f"making an environment for {MITMPROXY}")
        pip = [
            str(half / "bin" / "python"),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--no-deps",
        ]
        wanted = ["--require-hashes", "-r", str(Path(__file__).with_name("mitmproxy.txt"))]
        run([*pip, *wanted], f"installing {MITMPROXY}")
        shutil.rmtree(place, ignore_errors=True)
        half.rename(place)


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
    options = (f"confdir={folder}", f"ssl_verify_upstream_trusted_ca={root}", "keep_host_header=true")
    # By its interpreter: the program's first line names that by a path which a moved cache does not keep.
    command = [
        str(mitmdump().with_name("python")),
        "-u",
        str(mitmdump()),
        "--mode",
        f"reverse:https://127.0.0.1:{upstream}/",
    ]
    command += ["--listen-host", "127.0.0.1", "--listen-port", "0"]
    for option in (*options, "connection_strategy=lazy", "ssl_insecure=true"):
        command += ["--set", option]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as proxy:
        watch = threading.Timer(WAIT_S, proxy.kill)
        watch.start()
        try:
            assert proxy.stdout is not None
            port = _announced(proxy.stdout)
            # Whatever else it says must not fill the pipe.
            threading.Thread(target=proxy.stdout.read, daemon=True).start()
            yield port, folder / "mitmproxy-ca-cert.pem"
        finally:
            watch.cancel()
            proxy.terminate()


def _announced(said: IO[str]) -> int:
    """The port that the system chose for mitmproxy, as soon as it listens."""
    lines = []
    for line in said:
        lines.append(line)
        found = re.search(r"listening at 127\.0\.0\.1:(\d+)", line)
        if found is not None:
            return int(found[1])
    raise AssertionError(f"mitmproxy ended: {''.join(lines)}")
