"""Android apps that bring CAs along: a network security configuration, and what is in ``res/raw``."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from tests.apk.forge import REFERENCE, Attr, Node, Res, android, arsc, axml, config, manifest, uses_nsc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_RAW = 0x7F020000
MIN_SDK = 0x0101020C


def trusting(
    host: str,
    sources: Sequence[str | int],
    pins: Sequence[str] = (),
    *,
    overriding: Sequence[str | int] = (),
    wide: bool = True,
) -> Node:
    """A domain-config with ``trust-anchors``: names of stores, and numbers of resources in ``raw``."""
    written = [
        Node(
            "certificates",
            [
                Attr("src", one) if isinstance(one, str) else Attr("src", _RAW + one, kind=REFERENCE),
                *([Attr("overridePins", True)] if one in overriding else []),
            ],
        )
        for one in sources
    ]
    listed = [Node("pin", [Attr("digest", "SHA-256")], [one]) for one in pins]
    return Node(
        "domain-config",
        [],
        [
            Node("domain", [Attr("includeSubdomains", wide)], [host]),
            Node("trust-anchors", [], written),
            *([Node("pin-set", [], listed)] if listed else []),
        ],
    )


def app(
    path: Path,
    *configs: Node,
    raw: Mapping[str, bytes],
    least: int = 24,
    newer: Sequence[Node] | None = None,
    more: Mapping[str, bytes] | None = None,
) -> Path:
    """An app without code; ``newer`` is another configuration, for Android 9 and later, ``least`` the first API level."""
    files = {f"res/raw/{name}.pem": content for name, content in raw.items()}
    variants = [Res("res/n.xml"), *([Res("res/n28.xml", config(sdk=28))] if newer is not None else [])]
    table = {"xml": {"n": variants}, "raw": {name: [Res(f"res/raw/{name}.pem")] for name in raw}}
    uses = Node(
        "uses-sdk", [android("minSdkVersion", MIN_SDK, least), android("targetSdkVersion", 0x01010270, 34)]
    )
    files |= {
        "AndroidManifest.xml": manifest(uses_nsc(), children=[uses]),
        "resources.arsc": arsc({kind: entries for kind, entries in table.items() if entries}),
        "res/n.xml": axml(Node("network-security-config", [], list(configs))),
        **(
            {"res/n28.xml": axml(Node("network-security-config", [], list(newer)))}
            if newer is not None
            else {}
        ),
        **(more or {}),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path
