"""Digests that are out there: releases name the policy they were compiled from, so an old file keeps its digest.

Each digest was printed by pincompiler 0.1.0 and stands here as it was.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pincompiler.source.document import parse, read_document
from pincompiler.source.reader import read_project

SAMPLES = Path(__file__).parent.parent / "samples"

KEYS = """\
version = 1
[keys.a]
spki-sha256 = "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="
role = "leaf"
[keys.b]
spki-sha256 = "g/B9ka/Y+/3ah7eOQnwS0Yq9PuJ00YJzr51NTm5LboM="
[keys.ca]
spki-sha256 = "dRNma0eoTs+T6eUmdL5MnpZ/b1WPHwUOzbJjIy5sIME="
role = "ca"
"""
TWO = '[[pin-set]]\nhosts = ["api.example.com"]\nkeys = ["a", "b"]\n'
PUBLIC = '[[pin-set]]\nhosts = ["example.org"]\nkeys = ["ca"]\n'

POLICIES = {
    "two keys": TWO,
    "one label below": f'{TWO}subdomains = "one-label"\n',
    "any depth below": f'{TWO}subdomains = "all"\n',
    "an end": f"{TWO}expires = 2027-06-01\n",
    "report-only": f'{TWO}enforce = false\nreport-uris = ["https://reports.example.com/pins"]\n',
    "a CA's key": PUBLIC,
    "two sets": TWO + PUBLIC,
    "an exempt host below": TWO.replace("\nkeys", '\nsubdomains = "all"\nkeys')
    + '[[pin-set]]\nhosts = ["open.api.example.com"]\nkeys = []\nenforce = false\n',
    "several hosts, an address and an A-label": TWO.replace(
        '"api', '"192.0.2.1", "xn--bcher-kva.example", "api'
    ),
    "everything at once": TWO.replace("\nkeys", '\nsubdomains = "one-label"\nkeys')
    + 'expires = 2027-06-01\nreport-uris = ["https://r.test/b", "https://r.test/a"]\n'
    + PUBLIC.replace("\nkeys", '\nsubdomains = "all"\nkeys'),
}
DIGESTS = {
    "two keys": "sha256/CpEWKUYGRPWdtKFIHLiOCYK4iQLzUXRok9ZR0PnWGy4=",
    "one label below": "sha256/D1t1nvxMEaWUFoGKfy+7QwjB5zoa+cr3glQD5Mn/P0Q=",
    "any depth below": "sha256/55ktq74WSB95ATaRO2j/PfqX1M/WP+GplTx+QkVZ64s=",
    "an end": "sha256/ySDOpAF9S/RMmbyM4gqNw/fhM1ltwaxcc8eUC9wEa+Q=",
    "report-only": "sha256/pX1C95ZTIbaSyOgAIQ0io6yIz51XbdIThOTvISCaZXY=",
    "a CA's key": "sha256/uW8EAPAuvZpxoE3+9BMkRVUxEqTUN3iwI51cEINAXgQ=",
    "two sets": "sha256/jScm1u0x0BIgufFKzIUgoMlEgPeop6CxS6v1Rna8uG8=",
    "an exempt host below": "sha256/kK1cpmLzdLhOf/HdR3nKCmeIvbPIHXaVFf/Oxuh6VYY=",
    "several hosts, an address and an A-label": "sha256//2LIF5U3w6c/L1HegxkoQ3HYiapvRiG/X0VSM9m2YkI=",
    "everything at once": "sha256/dgQYD9oLzQDGE8yuXBDvbJ5Eg0wkEr0xd6EUIjH9hK0=",
}


@pytest.mark.parametrize("name", POLICIES)
def test_old_policies_keep_their_digests(name: str) -> None:
    reading = read_project(parse(KEYS + POLICIES[name], "pins.toml"), SAMPLES)
    assert {finding.rule for finding in reading.findings} <= {"unused-key"}
    assert reading.of().policy.digest() == DIGESTS[name]


def test_the_sample_keeps_its_digest() -> None:
    reading = read_project(read_document(SAMPLES / "pins.toml"), SAMPLES)
    assert reading.of().policy.digest() == "sha256/UkrF/++Y0dsFFqtGrnm/6HhknamYjRWIjfz5/gBiwoc="


def test_the_digest_in_the_readme() -> None:
    text = """\
version = 1
[keys.api-2026]
file = "certs/api-2026.pem"
[keys.api-2027]
file = "certs/api-2027.csr"
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
"""
    reading = read_project(parse(text, "pins.toml"), SAMPLES)
    assert reading.of().policy.digest() == "sha256/RSo/p51BF9pYh/uGceCMn/YwOJdhRdL6BKCxVa1MxbA="
