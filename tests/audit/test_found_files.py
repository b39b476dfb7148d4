"""Files as people have them, by the table ``found_files.toml``: what `check` finds in each is what the makers' sources say."""

from __future__ import annotations

import json
import plistlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pincompiler.base.errors import InputError
from pincompiler.base.finding import Level
from pincompiler.workflows.read_configuration import check_file
from tests.strategies import TODAY

PINS = {
    "A": "HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
    "B": "UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=",
    "C": "sxJOnxwlx4lSEirKS3uhon4ruFPDs6H/qeISuYtdcvs=",
}
FILES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("found_files.toml").read_text("utf-8"))[
    "file"
]


def filled(text: str) -> str:
    for name, pin in PINS.items():
        text = text.replace(f"{{{name}}}", pin)
    return text


def identities(value: Any) -> Any:
    """With dictionaries where the table abbreviates them."""
    if isinstance(value, dict):
        return {key: identities(item) for key, item in value.items()}
    if isinstance(value, list):
        return [identities(item) for item in value]
    if isinstance(value, str) and value.startswith("="):
        return {"SPKI-SHA256-BASE64": PINS.get(value[1:], value[1:])}
    return value


def written(file: dict[str, Any], folder: Path) -> Path:
    if "nsc" in file:
        path = folder / "nsc.xml"
        path.write_text(f"<network-security-config>{filled(file['nsc'])}</network-security-config>", "utf-8")
        return path
    kind = next(one for one in ("ats", "kit", "plist") if one in file)
    value = identities(json.loads(filled(file[kind])))
    around = {
        "ats": {"NSAppTransportSecurity": {"NSPinnedDomains": value}},
        "kit": {"TSKConfiguration": {"TSKPinnedDomains": value}},
        "plist": value,
    }
    path = folder / "Info.plist"
    path.write_bytes(plistlib.dumps(around[kind]))
    return path


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["name"])
def test_what_is_found(file: dict[str, Any], tmp_path: Path) -> None:
    path = written(file, tmp_path)
    if file.get("nothing"):
        with pytest.raises(InputError, match="NSPinnedDomains"):
            check_file(path, TODAY, 30)
        return
    findings, doubts = check_file(path, TODAY, 30)
    # What is refused in builds for debugging alone is a note.
    assert file.get("noted", False) <= bool(findings)
    said = sorted({one.rule for one in findings if one.level is not Level.NOTE})
    assert (said, bool(doubts)) == (file["found"], file.get("unknown", False)), (findings, doubts)


def test_there_are_a_hundred_and_more() -> None:
    assert len({file["name"] for file in FILES}) == len(FILES) > 100
