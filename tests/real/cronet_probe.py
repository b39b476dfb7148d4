"""Asks Cronet's C interface: ``cronet_probe.py QUESTIONS ANSWERS``, both JSON; see ``cronet.py``."""

from __future__ import annotations

import ctypes as c
import json
import queue
import sys
import threading
from pathlib import Path
from typing import Any

_P, _TEXT = c.c_void_p, c.c_char_p
_PINNED = b"ERR_SSL_PINNED_KEY_NOT_IN_CERT_CHAIN"
_FAR = 20


class _Cronet:
    """The library, with a thread that runs what it wants run."""

    def __init__(self, library: str) -> None:
        self._library = c.CDLL(library)
        self._work: queue.Queue[int] = queue.Queue()
        self._ended = threading.Event()
        self._answer = ""
        threading.Thread(target=self._run, daemon=True).start()
        self._keep = [
            c.CFUNCTYPE(None, _P, _P)(lambda _, task: self._work.put(task)),
            c.CFUNCTYPE(None, _P, _P, _P, _TEXT)(
                lambda _, request, __, ___: self._end(request, "redirected")
            ),
            c.CFUNCTYPE(None, _P, _P, _P)(lambda _, request, __: self._end(request, "accepted")),
            c.CFUNCTYPE(None, _P, _P, _P, _P, c.c_uint64)(lambda *_: None),
            c.CFUNCTYPE(None, _P, _P, _P)(lambda *_: self._ended.set()),
            c.CFUNCTYPE(None, _P, _P, _P, _P)(self._failed),
            c.CFUNCTYPE(None, _P, _P, _P)(lambda *_: self._ended.set()),
        ]
        self._executor = self.call("Executor_CreateWith", self._keep[0], result=_P)
        self._callback = self.call("UrlRequestCallback_CreateWith", *self._keep[1:], result=_P)

    def call(self, name: str, *arguments: Any, result: Any = c.c_int) -> Any:
        """A function of the library; pointers and numbers as ctypes takes them."""
        function = getattr(self._library, f"Cronet_{name}")
        function.restype = result
        return function(*(c.c_void_p(one) if type(one) is int else one for one in arguments))

    def engine(self, pins: list[tuple[str, list[str], bool, int]]) -> tuple[int, int]:
        """One that holds these pins, and the result of its start: 0 if that went well."""
        engine = self.call("Engine_Create", result=_P)
        options = {"HostResolverRules": {"host_resolver_rules": "MAP * 127.0.0.1"}}
        parameters = self.call("EngineParams_Create", result=_P)
        self.call("EngineParams_experimental_options_set", parameters, json.dumps(options).encode())
        for name in ("enable_quic", "enable_check_result"):
            self.call(f"EngineParams_{name}_set", parameters, c.c_bool(False))
        bypass = "enable_public_key_pinning_bypass_for_local_trust_anchors"
        self.call(f"EngineParams_{bypass}_set", parameters, c.c_bool(False))
        for host, hashes, subdomains, expires in pins:
            entry = self.call("PublicKeyPins_Create", result=_P)
            self.call("PublicKeyPins_host_set", entry, host.encode())
            for one in hashes:
                self.call("PublicKeyPins_pins_sha256_add", entry, one.encode())
            self.call("PublicKeyPins_include_subdomains_set", entry, c.c_bool(subdomains))
            self.call("PublicKeyPins_expiration_date_set", entry, c.c_int64(expires))
            self.call("EngineParams_public_key_pins_add", parameters, entry)
        return engine, self.call("Engine_StartWithParams", engine, parameters)

    def get(self, engine: int, url: str) -> str:
        """What becomes of a request."""
        self._ended.clear()
        self._answer = "no answer"
        request = self.call("UrlRequest_Create", result=_P)
        parameters = self.call("UrlRequestParams_Create", result=_P)
        url_bytes = url.encode()
        given = (request, engine, url_bytes, parameters, self._callback, self._executor)
        if failed := self.call("UrlRequest_InitWithParams", *given):
            return f"no request: {failed}"
        self.call("UrlRequest_Start", request)
        self._ended.wait(_FAR)
        return self._answer

    def _run(self) -> None:
        while True:
            task = self._work.get()
            self.call("Runnable_Run", task)
            self.call("Runnable_Destroy", task)

    def _end(self, request: int, answer: str) -> None:
        self._answer = answer
        self.call("UrlRequest_Cancel", request)

    def _failed(self, _: int, __: int, ___: int, error: int) -> None:
        said = self.call("Error_message_get", error, result=_TEXT) or b""
        self._answer = "refused" if _PINNED in said else said.decode()
        self._ended.set()


def main(given: Path, told: Path) -> None:
    """Write the answers to the questions."""
    asked = json.loads(given.read_text())
    cronet = _Cronet(asked["library"])
    answers = []
    for question in asked["questions"]:
        engine, failed = cronet.engine(question["pins"])
        urls = [f"https://{host}:{asked['port']}/" for host in question["hosts"]]
        answers.append([f"no engine: {failed}" if failed else cronet.get(engine, url) for url in urls])
        if not failed:
            cronet.call("Engine_Shutdown", engine)
    told.write_text(json.dumps(answers))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
