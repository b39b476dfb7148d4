"""Target ``trustkit-swift``: Swift code that starts TrustKit."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.templating import render
from pincompiler.platforms.headers import header_line
from pincompiler.platforms.target import Target
from pincompiler.platforms.trustkit import (
    TRUSTKIT,
    TrustKit,
    TrustKitDomain,
    hashed_by,
    instants,
    lower,
    objections,
    strict_pin,
)
from pincompiler.policy.enforcement import Key

if TYPE_CHECKING:
    from pincompiler.platforms.target import Job
    from pincompiler.policy.project import App

_PART = 20
"""Domains in a function, at most: optimising one takes swiftc time that grows faster than its length."""


def write(model: TrustKit, job: Job) -> bytes:
    """A Swift enum with the configuration and a function that installs it."""
    starts = range(0, len(model.domains), _PART)
    return render(
        "trustkit.swift.j2",
        header=header_line(job.source),
        name=job.output.path.stem,
        digest=job.digest,
        swizzle="true" if model.swizzle else "false",
        parts=[(n // _PART + 1, model.domains[n : n + _PART]) for n in starts],
    )


_DIGEST = lazy_regex(r'let policy = "(sha256/[A-Za-z0-9+/=]+)"')
_SWIZZLE = lazy_regex(r"kTSKSwizzleNetworkDelegates: (true|false)")
_DOMAIN = lazy_regex(r'domains\["([^"]+)"\] = (?:Self\.)?domain\(([\s\S]*?)\n {8}\)')
_PIN = lazy_regex(r'"([A-Za-z0-9+/]{43}=)"')
_ARGUMENT = lazy_regex(r'(enforce|includeSubdomains|expires): (?:"([^"]*)"|(\w+))')
_URIS = lazy_regex(r"reportUris: \[([^\]]*)\]")


def read(data: bytes, app: App, file: str = "Pins.swift") -> TrustKit:
    """The configuration of generated code; it understands what the writer writes, not Swift."""
    text = data.decode("utf-8", "replace")
    digest, swizzle = _DIGEST.search(text), _SWIZZLE.search(text)
    if digest is None or swizzle is None:
        raise InputError(f"{file}: no TrustKit code that pincompiler generated: it has no policy")
    try:
        domains = tuple(_read_domain(found[1], found[2]) for found in _DOMAIN.finditer(text))
    except (KeyError, ValueError) as error:
        raise InputError(f"{file}: was edited: {error}") from error
    return TrustKit(domains, swizzle[1] == "true", digest[1], kinds=hashed_by(app.trustkit))


def _read_domain(name: str, body: str) -> TrustKitDomain:
    arguments = {found[1]: found[2] or found[3] for found in _ARGUMENT.finditer(body)}
    expires = arguments.get("expires", "nil")
    uris = _URIS.search(body)
    pins = (strict_pin(pin) for pin in _PIN.findall(body))
    return TrustKitDomain(
        name,
        arguments["includeSubdomains"] == "true",
        tuple(Key(pin) for pin in pins if pin is not None),
        arguments["enforce"] == "true",
        None if expires == "nil" else date.fromisoformat(expires),
        tuple(re.findall(r'"([^"]*)"', uris[1])) if uris else (),
    )


TRUSTKIT_SWIFT = Target(
    name="trustkit-swift",
    title="TrustKit",
    lower=lower,
    objections=objections,
    write=write,
    read=read,
    instants=instants,
    left_out=TRUSTKIT.left_out,
    uncovered=TRUSTKIT.uncovered,
    options=frozenset({"swizzle"}),
    suffixes=(".swift",),
    of_apple="code",
    reports=True,
)
