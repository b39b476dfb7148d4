"""Reading an Android app: its archive, manifest, resources and network security configuration."""

from pincompiler.apk.archive import Archive, MemberError
from pincompiler.apk.directory import ArchiveError
from pincompiler.apk.manifest import Component, Manifest
from pincompiler.apk.oddities import Anomaly, Unknown
from pincompiler.apk.opening import AppFiles, SeveralAppsError, open_package, read_package
from pincompiler.apk.package import NscVariant, Package, PackageKind
from pincompiler.apk.resources import Reference, ResourceName, Resources, Value

__all__ = [
    "Anomaly",
    "AppFiles",
    "Archive",
    "ArchiveError",
    "Component",
    "Manifest",
    "MemberError",
    "NscVariant",
    "Package",
    "PackageKind",
    "Reference",
    "ResourceName",
    "Resources",
    "SeveralAppsError",
    "Unknown",
    "Value",
    "open_package",
    "read_package",
]
