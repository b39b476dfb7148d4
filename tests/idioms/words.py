"""What a language has for the generator: how pins arrive, how they are compared, and where the check is.

Texts are templates.  ``#T`` is the type of a pin as it is written down, ``#ONE`` and ``#TWO`` are two pins, ``#BOTH``
both in one text, ``#LEFT`` and ``#RIGHT`` the halves of the first, ``#NAME`` the host; ``#PINS`` is the list of pins
where a method needs it, ``#CERT`` the certificate, ``#HASH`` the SHA-256 of its key, ``#HAVE`` that in the encoding
of the pins, and ``#CHECK`` the statement that compares and refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Encoding(StrEnum):
    """How a pin is written down."""

    BASE64 = "base64"
    PREFIXED = "sha256/base64"
    HEX = "hex"
    COLONS = "hex with colons"
    BYTES = "bytes"
    KEY = "whole key in hex"
    CERTIFICATE = "certificate"


HASHES = frozenset({Encoding.BASE64, Encoding.PREFIXED, Encoding.HEX, Encoding.COLONS})
"""Texts of a hash."""
DECODED = frozenset({Encoding.BASE64, Encoding.HEX})
"""Those that have a decoder in the templates."""


class State(StrEnum):
    """What the check of an app is worth."""

    SOUND = "sound"
    FLAG = "only under a flag"
    LOGGED = "mismatch only logged"
    IGNORED = "result dropped"
    SWALLOWED = "refusal caught"
    EMPTY = "no pins in the set"
    DETACHED = "made, and given to nothing"
    ABSENT = "no check"
    DECOY = "no check, and a hash of something else"


UNPINNED = frozenset({State.EMPTY, State.ABSENT, State.DECOY})
"""Apps without a pin: to find one there is to invent it."""
CHECKED = (State.FLAG, State.LOGGED, State.IGNORED, State.SWALLOWED, State.EMPTY)
"""How a check can be worthless that is made by hand."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How pins get to where they are compared."""

    pins: str
    """The list of them."""
    members: str = ""
    beside: str = ""
    """Declarations outside the class."""
    parameter: str = ""
    """Of the constructor: type and name in Java, all of it in Kotlin."""
    given: str = ""
    """What the constructor gets."""
    text: bool = False
    """Whether it is for texts only."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the check is."""

    chain: str
    """The certificates, as a list."""
    refuse: str
    """The statement that refuses."""
    members: str
    """With ``#CHECK`` in them."""
    states: tuple[State, ...] = CHECKED


@dataclass(frozen=True, slots=True)
class Language:
    """All of a language."""

    name: str
    suffix: str
    bytes_type: str
    bytes_literal: tuple[str, str]
    arrivals: Mapping[str, Arrival]
    none: Arrival
    """An empty set of pins."""
    comparisons: Mapping[str, tuple[frozenset[Encoding], str]]
    """By name the encodings it is for, and the body of ``matches``."""
    shapes: Mapping[str, tuple[str, str, str]]
    """Where ``matches`` stands: members, what is beside the class, and the call."""
    reaches: Mapping[str, str]
    """Which certificates of the chain are asked: the body of ``trusted``."""
    have: Mapping[Encoding, str]
    sites: Mapping[str, Site]
    hosts: Mapping[str, tuple[str, str]]
    """OkHttp's: declarations, and the expression."""
    addings: Mapping[str, str]
    """OkHttp's: how pins are given to a builder."""
    prefixed: Mapping[Encoding, str]
    """OkHttp's: the list of pins as it wants them."""
    checks: Mapping[State, str]
    """With ``#CHAIN`` and ``#REFUSE``."""
    okhttp: Mapping[State, str]
    """The members that make and use a client."""
    frame: str
    """The file of the class."""
    helpers: Mapping[str, str]
    """Small methods for ``#HELPERS``, by the text that calls them, each before those that it calls."""
    main: str
    """The activity."""
    decoy: str
    empty: str
    """What an empty set is let through by."""
