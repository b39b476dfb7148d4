"""Apps for Apple's systems, made of what their files are to have in them."""

from __future__ import annotations

import io
import plistlib
import zipfile
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PINS: Final = ("HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=", "UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=")
"""Those of the keys api-2026 and api-2027."""
OTHER: Final = "KqULR8kjQt3aHcy3dOUOSX11ljLbLDqLhrManXN/gVE="
"""Of a key that nobody knows."""
ROOT: Final = "Payload/Shop.app/"
EXTENSION: Final = "PlugIns/Share.appex"


def info(name: str, **more: Any) -> dict[str, Any]:
    """What every Info.plist of a built app has; further entries replace it, None takes it out."""
    usual = {
        "CFBundleIdentifier": f"com.example.{name.lower()}",
        "CFBundleExecutable": name,
        "CFBundlePackageType": "APPL",
        "CFBundleShortVersionString": "2.1",
        "CFBundleVersion": "42",
        "CFBundleSupportedPlatforms": ["iPhoneOS"],
        "DTPlatformVersion": "18.2",
        "MinimumOSVersion": "15.4",
    }
    return {key: value for key, value in {**usual, **more}.items() if value is not None}


def pinned(*hosts: str, pins: tuple[str, ...] = PINS, wide: bool = False, **switches: Any) -> dict[str, Any]:
    """The entry that pins some hosts by NSPinnedDomains, with further entries beside that."""
    entry = {
        "NSIncludesSubdomains": wide,
        "NSPinnedLeafIdentities": [{"SPKI-SHA256-BASE64": pin} for pin in pins],
    }
    return {"NSAppTransportSecurity": {"NSPinnedDomains": dict.fromkeys(hosts, entry), **switches}}


def trustkit(*hosts: str, **more: Any) -> dict[str, Any]:
    """The entry by which TrustKit pins some hosts."""
    entry = {"TSKPublicKeyHashes": list(PINS), "TSKDisableDefaultReportUri": True, **more}
    return {"TSKConfiguration": {"TSKPinnedDomains": dict.fromkeys(hosts, entry)}}


def files(main: Mapping[str, Any], extension: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """The files of an app, and of an extension in it, by their paths below the app's folder."""
    found = {"Info.plist": plistlib.dumps(dict(main), fmt=plistlib.FMT_BINARY), "Shop": b""}
    if extension is not None:
        found[f"{EXTENSION}/Info.plist"] = plistlib.dumps(dict(extension))
        found[f"{EXTENSION}/Share"] = b""
    return found


def packed(content: Mapping[str, bytes], root: str = ROOT) -> bytes:
    """An archive with an app, by default an IPA."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(root + name, (2026, 1, 1, 0, 0, 0)), data)
    return whole.getvalue()


def ipa(folder: Path, content: Mapping[str, bytes], name: str = "Shop.ipa") -> Path:
    """An IPA in a folder."""
    path = folder / name
    path.write_bytes(packed(content))
    return path


def unpacked(folder: Path, content: Mapping[str, bytes], root: str = "Shop.app/") -> Path:
    """The same as files."""
    for name, data in content.items():
        path = folder / root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder / root.split("/", maxsplit=1)[0]
