"""`make bench`: five hundred hosts on loopback verified in one run, beside the bare handshakes.

Each host has an address, a port and a certificate of its own.  The bare handshakes are those that `verify`
makes, as many at a time, by the standard library, validated and thrown away; both are whole processes that
start anew.  Wall time has the servers' part of each handshake on both sides, and is the least of some runs taken
in turn, since other work on the machine only ever adds to it; CPU time is the client's alone, and the median.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests import pki, tls_servers

if TYPE_CHECKING:
    import ssl

HOSTS = 500
JOBS = 16
RUNS = 5
BAR = 2.0
BARE = """
import contextlib, socket, ssl, sys
from concurrent.futures import ThreadPoolExecutor
ca, jobs, *targets = sys.argv[1:]
def context(suites):
    made = ssl.create_default_context(cafile=ca)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if suites:
        made.maximum_version = ssl.TLSVersion.TLSv1_2
        made.set_ciphers(suites)
    return made
contexts = [context(suites) for suites in ("", "aRSA", "aECDSA")]
def ask(target):
    host, port, address = target.split(":")
    done = 0
    for made in contexts:
        with socket.create_connection((address, int(port)), 10) as plain, contextlib.suppress(ssl.SSLError):
            with made.wrap_socket(plain, server_hostname=host):
                done += 1
    return done
with ThreadPoolExecutor(int(jobs)) as pool:
    assert set(pool.map(ask, targets)) == {2}
"""


def serve(contexts: list[ssl.SSLContext]) -> list[socket.socket]:
    """Listen for every host, and shake hands in threads until the process ends."""
    waiting = selectors.DefaultSelector()
    listeners = []
    for number, made in enumerate(contexts):
        listener = socket.create_server((f"127.1.{number // 250}.{number % 250 + 1}", 0), backlog=64)
        waiting.register(listener, selectors.EVENT_READ, made)
        listeners.append(listener)

    def one(connection: socket.socket, made: ssl.SSLContext) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            with made.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1)

    def run() -> None:
        with ThreadPoolExecutor(2 * JOBS) as pool:
            while True:
                for key, _ in waiting.select():
                    connection, _ = key.fileobj.accept()  # type: ignore[union-attr]
                    pool.submit(one, connection, key.data)

    threading.Thread(target=run, daemon=True).start()
    return listeners


def prepared(folder: Path) -> list[ssl.SSLContext]:
    """A chain for each host, their root and a pins.toml of them all."""
    root_key, key = pki.private_key(number=71), pki.private_key(number=73)
    root = tls_servers.signed("Root", root_key, "Root", root_key, ca=True)
    middle_key = pki.private_key(number=72)
    middle = tls_servers.signed("Issuing", middle_key, "Root", root_key, ca=True)
    spare = b64encode(hashlib.sha256(b"spare").digest()).decode()
    text = [f'version = 1\n\n[keys.spare]\nspki-sha256 = "{spare}"\nrole = "leaf"\n']
    contexts = []
    for number in range(HOSTS):
        key = pki.GENERATORS["P-256"]()
        host = f"h{number}.example.com"
        leaf = tls_servers.signed(host, key, "Issuing", middle_key, names=[host])
        contexts.append(tls_servers.context(tls_servers.Chain(key, leaf, middle, root)))
        file = f"h{number}.pem"
        (folder / file).write_bytes(pki.pem(leaf))
        text.append(
            f'[keys.h{number}]\nfile = "{file}"\n\n[[pin-set]]\nhosts = ["{host}"]\nkeys = ["h{number}", "spare"]\n'
        )
    text.append(
        '[target.nsc]\npath = "a.xml"\n[target.okhttp-java]\npath = "P.java"\npackage = "a"\n[target.ats]\npath = "I.plist"\n'
    )
    (folder / "pins.toml").write_text("\n".join(text))
    (folder / "ca.pem").write_bytes(pki.pem(root))
    return contexts


@dataclass(frozen=True)
class Took:
    """Seconds of a whole process."""

    wall: float
    cpu: float


def timed(arguments: list[str], folder: Path) -> Took:
    """What a Python process takes that has to end well."""
    cpu, wall = cpu_of_children(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, check=False, text=True
    )
    wall = time.perf_counter() - wall
    if done.returncode:
        sys.exit(f"python {' '.join(arguments[:4])} failed: {done.stdout[-500:]}{done.stderr[-500:]}")
    return Took(wall, cpu_of_children() - cpu)


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listeners = serve(prepared(folder))
        places = [listener.getsockname() for listener in listeners]
        targets = [f"h{n}.example.com:{port}:{address}" for n, (address, port) in enumerate(places)]
        hosts = [target.rpartition(":")[0] for target in targets]
        resolve = [word for target in targets for word in ("--resolve", target)]
        ours = [
            "-m",
            "pincompiler",
            "verify",
            "-f",
            "json",
            "--ca-file",
            "ca.pem",
            "--jobs",
            str(JOBS),
            *resolve,
        ]
        pairs = [
            (
                timed(["-c", BARE, "ca.pem", str(JOBS), *targets], folder),
                timed([*ours, "pins.toml", *hosts], folder),
            )
            for _ in range(RUNS)
        ]
    print(f"{HOSTS} hosts, {3 * HOSTS:,} handshakes, {JOBS} hosts at a time     wall    client's CPU")
    best = [
        (min(run.wall for run in runs), statistics.median(run.cpu for run in runs))
        for runs in zip(*pairs, strict=True)
    ]
    for what, (wall, cpu) in zip(("bare handshakes", "verify"), best, strict=True):
        print(f"{what:<48} {wall:7.2f} s {cpu:11.2f} s")
    print()
    ratios = [ours / bare for bare, ours in zip(*best, strict=True)]
    for ratio, kind in zip(ratios, ("wall", "CPU"), strict=True):
        print(
            f"{'ok  ' if ratio <= BAR else 'OVER'} {ratio:6.1f} of at most {BAR:>3}   verify / bare handshakes, {kind} time"
        )
    if max(ratios) > BAR:
        sys.exit("a bar was missed")


if __name__ == "__main__":
    main()
