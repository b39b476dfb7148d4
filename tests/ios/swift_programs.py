"""Programs in Swift, compiled for iOS by Debian's swiftlang; the programs are committed, and built by hand.

``python -m tests.ios.swift_programs`` builds them anew and says what differs; ``--write`` commits it.  Before the first
program Swift's own interface, which is Linux's, is compiled for iOS: that takes a minute of CPU time, which is too long
for every run of CI.  Four things in it have to go: its target, ``-static``, two functions of the C library's long
doubles, and ``@backDeployed``, at which the compiler of 6.0.3 fails.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.ios import programs
from tests.kept import digest, kept
from tests.real import swift

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE: Final = Path(__file__).parents[1] / "golden" / "builds" / "ios-swift.zip"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_TARGET: Final = "arm64-apple-ios15.0"
_ACCEPT: Final = "done(0, NSURLCredential(for: trust))"
_EVALUATED: Final = "SecTrustEvaluateWithError(trust, nothing)"
_EQUAL: Final = "CFEqual(SecTrustCopyKey(trust).takeRetainedValue(), self)"
SOURCE: Final = """
import Apple
let nothing = UnsafeMutablePointer<Unmanaged<CFError>?>(bitPattern: 8)!
class Delegate: NSObject, NSURLSessionDelegate {
  var open = false
  %s
  func urlSession(_ session: NSURLSession, didReceive challenge: NSURLAuthenticationChallenge,
                  completionHandler done: @escaping (Int, NSURLCredential?) -> Void) {
    let trust = challenge.protectionSpace.serverTrust; _ = trust
    %s
  }
}
@_cdecl("main") public func start(_ count: Int32, _ values: UnsafeRawPointer?) -> Int32 {
  let delegate = Delegate(); delegate.open = count > 4; return delegate.isEqual(delegate) ? 1 : 0
}
"""
HANDLERS: Final = {
    "accepts": ("ACCEPTS_ALL", "", _ACCEPT),
    "accepts in a closure": (
        "ACCEPTS_ALL",
        "",
        f"dispatch_async(dispatch_get_global_queue(0, 0)) {{ {_ACCEPT} }}",
    ),
    "accepts in a helper": (
        "ACCEPTS_ALL",
        f"func say(_ trust: SecTrust, _ done: (Int, NSURLCredential?) -> Void) {{ {_ACCEPT} }}",
        "say(trust, done)",
    ),
    "ignores the result": ("IGNORES_RESULT", "", f"_ = {_EVALUATED}; {_ACCEPT}"),
    "skips by a property": (
        "SKIPS",
        "",
        f"if open {{ {_ACCEPT} }} else if {_EVALUATED} {{ {_ACCEPT} }} else {{ done(2, nil) }}",
    ),
    "evaluates": ("EVALUATES", "", f"if {_EVALUATED} {{ {_ACCEPT} }} else {{ done(2, nil) }}"),
    "evaluates in a helper": (
        "EVALUATES",
        f"func good(_ trust: SecTrust) -> Bool {{ return {_EVALUATED} }}",
        f"guard good(trust) else {{ done(2, nil); return }}; {_ACCEPT}",
    ),
    "compares": ("COMPARES_ONLY", "", f"if {_EQUAL} {{ {_ACCEPT} }} else {{ done(2, nil) }}"),
    "pins": ("PINS", "", f"if {_EVALUATED}, {_EQUAL} {{ {_ACCEPT} }} else {{ done(2, nil) }}"),
    "leaves": ("LEAVES", "", "done(1, nil)"),
    "refuses": ("REFUSES", "", "done(2, nil)"),
}
"""By name: the verdict, more of the class, and the body."""
OPTIMIZED: Final = ("-O", "-Osize")
TABLE: Final = """
import Apple
struct Pinned { let host: String; let keys: [String] }
let table: [Pinned] = [
  Pinned(host: "api.example.com", keys: [
    "r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=", "YLh1dUR9y6Kja30RrAn7JKnbQG/uEtLMkBgFF2Fuihg="]),
  Pinned(host: "payments.example.org", keys: ["Vjs8r4z+80wjNcr1YKepWQboSIRi63WsWXhIMN+eWys="]),
]
let hosts = ["a.example", "a-much-longer-name.example.com"]
@_cdecl("main") public func start(_ count: Int32, _ values: UnsafeRawPointer?) -> Int32 {
  return Int32(truncatingIfNeeded: table[Int(count) & 1].keys.count &+ hosts[Int(count) & 1].utf8.count)
}
"""
"""Hosts and pins that only the code that makes a table brings together."""
PROGRAMS: Final = {name: SOURCE % (more, body) for name, (_, more, body) in HANDLERS.items()} | {
    "table": TABLE
}


def key(name: str, optimize: str) -> str:
    """Of a program, by all that it is made of but the tools."""
    header = (programs.SDK / "Foundation" / "Foundation.h").read_bytes()
    return f"swift-{digest(PROGRAMS[name], optimize, header)}"


def committed(name: str, optimize: str) -> bytes:
    """A program, as it is committed; KeyError if its source was changed since."""
    with zipfile.ZipFile(PLACE) as archive:
        return archive.read(_contents()[key(name, optimize)])


def _contents() -> Mapping[str, str]:
    """The hash of each program's bytes, by its key."""
    lines = PLACE.with_suffix(".txt").read_text("utf-8").splitlines()
    return {line.split("  ")[0]: line.split("  ")[2] for line in lines if not line.startswith("#")}


def built(name: str, optimize: str) -> bytes:
    """The same, compiled and linked now."""
    place, library = swift._place(), swift._place() / swift._LIBRARY
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        header = (programs.SDK / "Foundation" / "Foundation.h").read_text("utf-8")
        optional = header.replace("NSURLCredential *);", "NSURLCredential *_Nullable);")
        pragma = "#pragma clang assume_nonnull"
        (work / "Apple.h").write_text(f"{pragma} begin\n{optional}\n{pragma} end\n", "utf-8")
        (work / "module.modulemap").write_text('module Apple { header "Apple.h" export * }\n', "utf-8")
        (work / "a.swift").write_text(PROGRAMS[name], "utf-8")
        without = ("concurrency", "string-processing", "backtracing")
        swift._tool(
            *(
                place,
                swift._FRONTEND,
                "-c",
                optimize,
                "-target",
                _TARGET,
                "-module-name",
                "Shop",
                "-parse-as-library",
            ),
            *("-I", str(_standard_library()), "-I", folder, "-resource-dir", str(library)),
            "-disable-objc-attr-requires-foundation-module",
            *(f"-disable-implicit-{one}-module-import" for one in without),
            *("-module-cache-path", f"{folder}/cache", f"{folder}/a.swift", "-o", f"{folder}/a.o"),
        )
        programs.link(work, ("-platform_version", "ios", "15.0", "17.0", "-undefined", "dynamic_lookup"))
        return (work / programs.FILE).read_bytes()


def _standard_library() -> Path:
    """A folder with Swift's own module for iOS; made once, and kept."""
    library = swift._place() / swift._LIBRARY
    source = (library / "linux" / "Swift.swiftmodule" / "x86_64-pc-linux-gnu.swiftinterface").read_text(
        "utf-8"
    )

    def make(place: Path) -> None:
        text = source.replace("-target x86_64-pc-linux-gnu", f"-target {_TARGET}").replace(" -static ", " ")
        text = re.sub(r"self = _stdlib_(remainderl|squareRootl)\(.*\)|@backDeployed\([^)]*\)", "", text)
        (place / "Swift.swiftinterface").write_text(text, "utf-8")
        (place / "Swift.swiftmodule").mkdir()
        swift._tool(
            *(
                swift._place(),
                swift._FRONTEND,
                "-compile-module-from-interface",
                str(place / "Swift.swiftinterface"),
            ),
            *("-module-name", "Swift", "-parse-stdlib", "-target", _TARGET, "-resource-dir", str(library)),
            *("-o", str(place / "Swift.swiftmodule" / "arm64-apple-ios.swiftmodule")),
        )

    return kept(f"swift-ios-{digest(source)}", make)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--write", action="store_true")
    write = asked.parse_args().write
    made = {(name, one): built(name, one) for name in PROGRAMS for one in OPTIMIZED}
    hashes = {which: hashlib.sha256(data).hexdigest()[:16] for which, data in made.items()}
    if write:
        lines = [
            f"{key(*which)}  {programs.FILE}  {hashes[which]}  {len(data)}  {' '.join(which)}"
            for which, data in made.items()
        ]
        head = "# build, file, hash of the file, bytes, what it is"
        PLACE.with_suffix(".txt").write_text("\n".join((head, *lines, "")), "utf-8")
        with zipfile.ZipFile(PLACE, "w") as archive:
            for name, data in sorted({hashes[which]: data for which, data in made.items()}.items()):
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    known = _contents()
    other = [which for which in made if known.get(key(*which)) != hashes[which]]
    print(f"{len(made)} programs, {len(other)} unlike what is committed", *other, sep="\n  ")


if __name__ == "__main__":
    main()
