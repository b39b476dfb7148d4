"""The memory of an image before dyld changes it: from addresses to bytes."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from pincompiler.ios.macho.format import MachOError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pincompiler.ios.macho.commands import Encryption, MachOSegment
    from pincompiler.ios.macho.format import ByteView


class EncryptedError(MachOError):
    """An address is one of those that the App Store has encrypted."""


class ImageMemory:
    """Which bytes of the file lie at an address; nothing is copied."""

    def __init__(
        self, view: ByteView, segments: Sequence[MachOSegment], encryption: Sequence[Encryption]
    ) -> None:
        self.view = view
        spans = sorted(
            (one.address, one.address + min(one.memory, one.size), one.offset - one.address)
            for one in segments
            if one.size and one.memory
        )
        self._starts = [start for start, _, _ in spans]
        self._spans = spans
        encrypted = [one for one in encryption if one.system]
        self._encrypted = range(
            min((one.offset for one in encrypted), default=0),
            max((one.offset + one.size for one in encrypted), default=0),
        )
        self.base = next((one.address for one in segments if one.name == "__TEXT"), 0)
        """Where the image's header lies: what dyld calls its preferred load address."""

    def offset(self, address: int) -> int:
        """Where in the image the byte of an address lies; :class:`MachOError` if nowhere, or encrypted."""
        at = bisect_right(self._starts, address) - 1
        if at < 0 or address >= self._spans[at][1]:
            raise MachOError(f"nothing lies at {address:#x}")
        found = address + self._spans[at][2]
        if found in self._encrypted:
            raise EncryptedError(f"what lies at {address:#x} is encrypted")
        return found

    def has(self, address: int) -> bool:
        """Whether a readable byte of the file lies at an address."""
        try:
            self.offset(address)
        except MachOError:
            return False
        return True

    def u32(self, address: int) -> int:
        """A number of four bytes."""
        return self.view.u32(self.offset(address))

    def i32(self, address: int) -> int:
        """A number of four bytes with a sign."""
        return self.view.i32(self.offset(address))

    def u64(self, address: int) -> int:
        """A number of eight bytes."""
        return self.view.u64(self.offset(address))

    def text(self, address: int) -> bytes:
        """The bytes up to the next zero."""
        return self.view.text(self.offset(address))

    def copy(self, address: int, size: int) -> bytes:
        """Some bytes."""
        return self.view.copy(self.offset(address), size)

    def take(self, size: int) -> None:
        """Count bytes that may be read again and again; :class:`MachOError` if there were too many."""
        self.view.take(size)

    def counted(self, address: int, size: int) -> bytes:
        """Some bytes of a text."""
        return self.view.counted(self.offset(address), size)
