"""What androguard reads of an APK: its DEX files, its manifest and its network security configurations.

Runs in the worker's process.  Values are texts as androguard writes them; of one that is a
resource, all that it may be.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from androguard.core.apk import APK
from androguard.core.axml import AXMLPrinter

from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFERENCE = lazy_regex(r"@(?:android:)?([0-9A-Fa-f]{8})")
_FACTS = {
    "version-name": ("", "versionName"),
    "version-code": ("", "versionCode"),
    "version-code-major": ("", "versionCodeMajor"),
    "min-sdk": ("uses-sdk", "minSdkVersion"),
    "target-sdk": ("uses-sdk", "targetSdkVersion"),
    "debuggable": ("application", "debuggable"),
    "test-only": ("application", "testOnly"),
    "cleartext": ("application", "usesCleartextTraffic"),
    "application": ("application", "name"),
    "component-factory": ("application", "appComponentFactory"),
}
"""Where each fact stands: the element below the root, and the attribute."""
_COMPONENTS = ("activity", "activity-alias", "service", "receiver", "provider")


def read_apk(data: bytes) -> dict[str, Any]:
    """The names and checksums of DEX files, the facts of the manifest, the path and tree of each NSC."""
    # Its own look at the manifest fails for an API level that is a name.
    apk = APK(data, raw=True, skip_analysis=True)
    root = _printed(apk, "AndroidManifest.xml")
    if root is None:
        return {"error": "it finds no manifest"}
    app = root.find("application")
    nsc = None if app is None else apk.get_value_from_tag(app, "networkSecurityConfig")
    found = _REFERENCE.fullmatch(nsc or "")
    identifier = int(found[1], 16) if found else 0
    return {
        "dex": {name: sha256(apk.get_file(name)).hexdigest() for name in apk.get_dex_names()},
        "package": root.get("package", ""),
        "split": root.get("split", ""),
        "facts": {name: _values(apk, root, *place) for name, place in _FACTS.items()},
        "components": [
            [kind, value]
            for kind in _COMPONENTS
            for one in root.findall(f"application/{kind}")
            for value in _resolved(apk, apk.get_value_from_tag(one, "name"))
        ],
        "nsc": identifier,
        "files": dict(_files(apk, root.get("package", ""), identifier)) if identifier else {},
    }


def _values(apk: Any, root: Any, way: str, attribute: str) -> list[str]:
    """What an attribute may be; of several such elements, each that has it, the last that counts last."""
    elements = root.findall(way)[: None if way == "uses-sdk" else 1] if way else [root]
    stated = [value for one in elements if (value := apk.get_value_from_tag(one, attribute)) is not None]
    return _resolved(apk, stated[-1]) if stated else []


def _resolved(apk: Any, value: str | None) -> list[str]:
    """The value itself, or all values of the resource that it names, if it is in this APK."""
    if value is None:
        return []
    found = _REFERENCE.fullmatch(value)
    named = _configured(apk, int(found[1], 16)) if found else []
    return [text for text in named if isinstance(text, str)] or [value]


def _configured(apk: Any, identifier: int) -> list[Any]:
    resources = apk.get_android_resources()
    if resources is None or not identifier:
        return []
    return [value for _, value in resources.get_resolved_res_configs(identifier)]


def _files(apk: Any, package: str, identifier: int) -> Iterator[tuple[str, Any]]:
    """Each file of the NSC and of its debug twin; without a tree if it is not there or no XML."""
    resources = apk.get_android_resources()
    if resources is None:
        return
    kind, name, _ = resources.get_id(package, identifier)
    twin = resources.get_res_id_by_key(package, kind, f"{name}_debug") if name else None
    for one in (identifier, twin):
        for path in _configured(apk, one or 0):
            if isinstance(path, str):
                yield path, _document(apk, path)


def _document(apk: Any, path: str) -> Any:
    root = _printed(apk, path)
    return None if root is None else _tree(root)


def _printed(apk: Any, path: str) -> Any:
    """The root of a binary XML file; None if it is not there or is none."""
    if path not in apk.get_files():
        return None
    printer = AXMLPrinter(apk.get_file(path))
    return printer.get_xml_obj() if printer.is_valid() else None


def _tree(element: Any) -> list[Any]:
    """An element as its name, attributes, text and children."""
    texts = [element.text or "", *(child.tail or "" for child in element)]
    return [
        str(element.tag),
        {str(name): str(value) for name, value in element.attrib.items()},
        "".join(texts),
        [_tree(child) for child in element if isinstance(child.tag, str)],
    ]
