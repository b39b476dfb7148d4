"""The Network Security Configuration as text: laid out, explicit, and quiet under Android lint."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.base.finding import Snippet
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.platforms.headers import header_line
from pincompiler.platforms.nsc.elements import write_anchors, write_domains, write_pins, write_reporting
from pincompiler.platforms.nsc.merging import insert
from pincompiler.platforms.nsc.model import NAMESPACE, Settings
from pincompiler.platforms.nsc.reader import parse_xml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from lxml.etree import _Element as Element

    from pincompiler.platforms.nsc.model import Certificates, DomainConfig, Nsc
    from pincompiler.platforms.target import Job
    from pincompiler.policy.project import Output

_LINE = lazy_regex(".{1,64}")


def write(model: Nsc, job: Job) -> bytes:
    """The XML, merged into the base if there is one."""
    from lxml import etree

    base = parse_xml(job.base, "the base") if job.base else None
    names = {**(base.nsmap if base is not None else {}), "pincompiler": NAMESPACE}
    root = etree.Element(
        "network-security-config", dict(base.attrib) if base is not None else {}, nsmap=names
    )
    root.set(f"{{{NAMESPACE}}}policy", job.digest)
    if base is not None:
        root.text = base.text
        root.extend(list(base))
    first = len(root)
    if model.overrides is not None:
        _write_overrides(root, model.overrides, job.output)
    if base is not None:
        insert(root, model)
    for config in model.configs if base is None else ():
        _write_config(root, config, stated_anchors(config, Settings(), model.target_sdk))
    _indent(root, first)
    declaration = f'<?xml version="1.0" encoding="utf-8"?>\n<!-- {header_line(job.source)} -->\n'
    body: bytes = etree.tostring(root, encoding="utf-8")
    return declaration.encode() + body + b"\n"


def excerpt(model: Nsc, host: str) -> Snippet | None:
    """The domain-config of a host, and of no other; None if the model has none."""
    from lxml import etree

    for config in model.configs:
        domains = tuple(domain for domain in config.domains if domain.name == host)
        if domains:
            root = etree.Element("network-security-config")
            own = stated_anchors(config, Settings(), model.target_sdk)
            _write_config(root, replace(config, domains=domains), own)
            etree.indent(root[0], "    ")
            return Snippet("xml", etree.tostring(root[0], encoding="unicode"))
    return None


def stated_anchors(
    config: DomainConfig, around: Settings, target_sdk: int
) -> tuple[Certificates, ...] | None:
    """What a config has to say of whom it trusts; None if what it inherits means the same."""
    if config.settings.trust(target_sdk) == around.trust(target_sdk):
        return None
    return config.settings.trusted(target_sdk)


def resource(name: str) -> str:
    """The name of the resource for an anchor of pins.toml: no two anchors have the same."""
    return f"pins_{name.replace('-', '_')}"


def beside(model: Nsc, output: Output) -> Mapping[PurePosixPath, bytes]:
    """The certificates that the configuration refers to, as PEM in the ``raw`` folder beside its own.

    For a debuggable build also what keeps the configuration itself.
    """
    raw = beside_in(output)
    named = [one for config in model.configs for one in config.settings.trust(model.target_sdk).anchors]
    named += [anchor for one in model.overrides or () for anchor in one.anchors or ()]
    files = {raw / f"{resource(one.name)}.pem": pem(one.der) for one in named}
    if model.overrides is not None:
        # Found by its name at run time: a shrinker would take it for unused.
        keep = f'<resources xmlns:tools="http://schemas.android.com/tools" tools:keep="@xml/{output.path.stem}" />\n'
        files[raw / f"{_keep(output)}.xml"] = keep.encode()
    return files


def beside_in(output: Output) -> PurePosixPath:
    """The folder for what the manifest merger of Android takes for raw resources."""
    folder = output.path.parent
    return (folder.parent if folder.name.partition("-")[0] == "xml" else folder) / "raw"


def pem(der: bytes) -> bytes:
    """A certificate in the textual encoding of RFC 7468 section 5."""
    lines = _LINE.findall(b64encode(der).decode("ascii"))
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", "")).encode()


def _write_config(root: Element, config: DomainConfig, anchors: tuple[Certificates, ...] | None) -> None:
    from lxml.etree import SubElement

    element = SubElement(root, "domain-config")
    write_domains(element, config.domains)
    if anchors is not None:
        write_anchors(element, anchors)
    if config.keys:
        write_pins(element, config)
    if config.reporting:
        write_reporting(element, config.reporting)


def _write_overrides(root: Element, anchors: tuple[Certificates, ...], output: Output) -> None:
    from lxml.etree import Comment, SubElement

    root.append(Comment(f" For debuggable builds alone. Kept by raw/{_keep(output)}.xml. "))
    trusted = SubElement(SubElement(root, "debug-overrides"), "trust-anchors")
    for one in anchors:
        overrides = "true" if one.overrides_pins else "false"
        SubElement(trusted, "certificates", {"src": one.source, "overridePins": overrides})


def _keep(output: Output) -> str:
    return f"{output.path.stem}_keep"


def _indent(root: Element, first: int) -> None:
    """Lay out the children from ``first``; those before, the base's, keep their own layout."""
    from lxml.etree import indent

    if not first:
        indent(root, "    ")
        return
    if first == len(root):
        return
    root[first - 1].tail = "\n\n    "
    for child in root[first:]:
        indent(child, "    ", level=1)
        child.tail = "\n    "
    root[-1].tail = "\n"
