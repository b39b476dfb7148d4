"""Whether a certificate is for a host: RFC 9525, as apps' platforms apply it.

pyOpenSSL validates paths and leaves the name to its user.  Only subjectAltName counts, never the subject;
``*`` stands for exactly one whole label, the first, and never reaches to a name directly below the root.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from pincompiler.keys.decoding import decoding
from pincompiler.policy.hosts import is_ip_address

if TYPE_CHECKING:
    from cryptography import x509


def names_in(certificate: x509.Certificate) -> tuple[str, ...]:
    """The DNS names and addresses that a certificate is for; ValueError if its extensions are damaged."""
    from cryptography import x509

    try:
        with decoding():
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    dns = names.get_values_for_type(x509.DNSName)
    return (*dns, *(str(address) for address in names.get_values_for_type(x509.IPAddress)))


def is_for(names: tuple[str, ...], host: str) -> bool:
    """Whether one of the names is the host's; ``host`` is a lower-case A-label or an address."""
    if is_ip_address(host):
        return str(ip_address(host)) in names
    return any(_same(name.lower(), host.removesuffix(".")) for name in names)


def _same(name: str, host: str) -> bool:
    first, _, rest = name.partition(".")
    if first != "*":
        return name == host
    return "." in rest and host.partition(".")[2] == rest and host[0] != "."
