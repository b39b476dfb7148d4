"""The words in which code that decides on trust is spoken of: what values are about, and what happens."""

from __future__ import annotations

from enum import Flag, StrEnum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class About(Flag):
    """What a value, or the condition that tests it, rests on."""

    # What the platform passes.
    CHAIN = auto()
    """The certificates of a server, its own first."""
    CERTIFICATE = auto()
    SESSION = auto()
    """A connection whose handshake is done."""
    HANDLER = auto()
    """What decides whether a WebView goes on after an error."""
    ERROR = auto()
    """The error of a WebView."""
    HOST = auto()
    """The name of the host that was asked for."""
    VIEW = auto()
    AUTH_TYPE = auto()
    """The kind of key exchange, as a trust manager is passed it."""
    SOCKET = auto()
    MISPLACED = auto()
    """The first parameter of a static method, which no platform calls."""

    # What is in it.
    NAMES = auto()
    """What whoever makes a certificate may write into it: names, numbers, usages."""
    DATES = auto()
    KEY = auto()
    ENCODING = auto()
    """The bytes of a certificate, or its signature."""
    DIGEST = auto()
    IDENTITY = auto()
    """A hash code."""
    ERROR_KIND = auto()
    """Which error it is."""
    LENGTH = auto()
    """How many items there are of anything."""
    CHAIN_LENGTH = auto()
    """How many certificates there are."""
    ITEM = auto()
    """An item of an array, whichever it is."""

    # What calls answer.
    COMPARED = auto()
    """Whether two things are the same, or one is in the other."""
    SUBSTRING = auto()
    """Whether a text is a part of another."""
    VERIFIED = auto()
    """What another hostname verifier says."""
    OPAQUE = auto()
    """What code says that is not followed, and gets what it could refuse."""
    ANSWER = auto()
    """What code says that is not followed, and gets nothing that it could refuse."""
    EXCEPTION = auto()

    # What else decides.
    DEBUGGABLE = auto()
    DEBUG_BUILD = auto()
    """A flag named DEBUG."""
    ANDROID_VERSION = auto()
    FLAG = auto()
    SETTING = auto()
    """What Android or Java keeps for the app."""
    FIELD = auto()
    """A choice that the class keeps: a number, a text, an enum."""
    CLASS_ID = auto()
    """The number by which R8 keeps the classes apart that it merged."""

    # What kind of condition it is.
    NULL = auto()
    """Whether something is null, or of a class."""
    PRESENCE = auto()
    """Whether something is there that the platform passes, or a part of it."""
    LOOP = auto()
    """A condition that some way comes to again."""

    @property
    def words(self) -> tuple[str, ...]:
        """All of it in alphabetic order, which is the same on every run."""
        return tuple(sorted((one.name or "").lower() for one in self))


NOTHING: Final = About(0)
SUBJECTS: Final = About.CHAIN | About.CERTIFICATE | About.SESSION | About.HANDLER | About.ERROR
"""What decisions should be about."""


def together(some: Iterable[About]) -> About:
    """All that some values are about.  Mostly that is one thing, and to join flags takes its time."""
    found = NOTHING
    for one in some:
        if found is NOTHING:
            found = one
        elif one is not found:
            found |= one
    return found


class EventKind(StrEnum):
    """What may happen on a way through a method."""

    GUARD = "guard"
    """A call that throws unless a chain is trusted."""
    VALIDITY = "validity"
    """A call that throws unless it is the time of a certificate."""
    OPAQUE = "opaque"
    """A call that may do anything with what it is given."""
    RETHROW = "rethrow"
    """A call that throws the exception that it is given, if it is given one."""
    PROCEED = "proceed"
    """A WebView is made to load the page."""
    CANCEL = "cancel"
    """A WebView is made to leave it."""
    KEPT = "kept"
    """Something that decides, or an exception, is put into a field."""
    HANDED = "handed"
    """An object of the app gets what decides on an error."""
    GIVEN = "given"
    """Code that is not followed gets what decides on an error."""
    RAN = "ran"
    """An object of the app is run, and was followed."""
    FAILED = "failed"
    """Code that is not followed has thrown an exception, which is caught."""
    SWALLOWED = "swallowed"
    """A refusal is caught."""
    PARTLY_SWALLOWED = "partly-swallowed"
    """A refusal may be caught, by its class."""
