"""Builds the app that the README audits: ``python -m tests.real.make_sample_app`` writes samples/audit/.

It was "released" a key rotation ago and by somebody in a hurry: one of the two pins is missing, and a
debugging aid that accepts any host was left in.  The libraries are not carried along, to keep it small.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.real.apps import build_app

ROOT = Path(__file__).parents[2]
NSC = """\
<network-security-config>
    <domain-config cleartextTrafficPermitted="false">
        <domain includeSubdomains="false">api.example.com</domain>
        <pin-set>
            <pin digest="SHA-256">OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c=</pin>
        </pin-set>
    </domain-config>
</network-security-config>
"""
JAVA = """\
import javax.net.ssl.HttpsURLConnection;
public final class Upload {
    HttpsURLConnection open(java.net.URL url) throws java.io.IOException {
        HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
        connection.setHostnameVerifier((host, session) -> true); // TODO before the release
        return connection;
    }
}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        built = build_app(Path(folder) / "shop", java=JAVA, nsc=NSC, version=("4.1", "41"), carried=False)
        target = ROOT / "samples" / "audit" / "shop.apk"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(built, target)
        sys.stdout.write(f"wrote {target.relative_to(ROOT)}: {target.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
