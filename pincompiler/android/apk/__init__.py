"""Reading an Android app: its archive, manifest, resources and network security configuration."""

from pincompiler.android.apk.manifest import Component, Manifest
from pincompiler.android.apk.opening import (
    AppFiles,
    SeveralAppsError,
    app_files,
    is_app_file,
    open_package,
    read_package,
)
from pincompiler.android.apk.package import NscVariant, Package, PackageKind
from pincompiler.android.apk.resources import ResourceName, ResourceReference, Resources, Value
from pincompiler.archives.archive import Archive, MemberError
from pincompiler.archives.directory import ArchiveError
from pincompiler.archives.oddities import Anomaly, Unread

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
    "ResourceName",
    "ResourceReference",
    "Resources",
    "SeveralAppsError",
    "Unread",
    "Value",
    "app_files",
    "is_app_file",
    "open_package",
    "read_package",
]
