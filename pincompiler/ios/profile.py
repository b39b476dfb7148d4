"""The provisioning profile of a bundle: for whom a build is signed.

``embedded.mobileprovision`` is a CMS message around an XML property list (Apple, TN3125).  Its signature is not checked:
what is asked is how a build was meant, not who made it.  The App Store takes the file out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.errors import InputError
from pincompiler.base.records import dataclass
from pincompiler.platforms import plist

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE: Final = "embedded.mobileprovision"
_BEGIN, _END = b"<?xml", b"</plist>"


@dataclass(frozen=True, slots=True)
class SigningProfile:
    """What of it matters."""

    debuggable: bool = False
    """get-task-allow: a debugger may be attached."""
    devices: bool = False
    """Whether it names the devices it is for: a development or ad hoc build."""
    everywhere: bool = False
    """ProvisionsAllDevices: an enterprise's build."""

    def joined(self, other: SigningProfile) -> SigningProfile:
        """What either says."""
        return SigningProfile(
            self.debuggable or other.debuggable,
            self.devices or other.devices,
            self.everywhere or other.everywhere,
        )

    def words(self) -> Iterator[str]:
        """What it says of the build, as ends of a sentence."""
        if self.debuggable:
            yield "lets a debugger be attached (get-task-allow)"
        if self.devices:
            yield "is for named devices (ProvisionedDevices)"
        if self.everywhere:
            yield "is an enterprise's own (ProvisionsAllDevices)"


def of_entitlements(data: bytes) -> SigningProfile:
    """What the entitlements in a program's signature say; nothing if they cannot be read, or there are none."""
    try:
        return SigningProfile(bool(data) and plist.load(data, "").get("get-task-allow") is True)
    except InputError:
        return SigningProfile()


def read_profile(data: bytes, what: str) -> SigningProfile:
    """The profile in a file.  InputError if there is none that can be read."""
    start = data.find(_BEGIN)
    end = data.find(_END, start)
    if start < 0 or end < 0:
        raise InputError(f"{what}: has no property list in it")
    values = plist.load(data[start : end + len(_END)], what)
    rights = values.get("Entitlements")
    return SigningProfile(
        isinstance(rights, dict) and rights.get("get-task-allow") is True,
        isinstance(values.get("ProvisionedDevices"), list),
        values.get("ProvisionsAllDevices") is True,
    )
