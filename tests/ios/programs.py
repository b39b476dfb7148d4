"""Programs for iOS, compiled from Objective-C by Debian's clang and linked by its ld64.lld: no Mac, no Xcode.

What lld writes has load commands, fixups, function starts, a signature of no one and Objective-C metadata as Xcode's
have.  The libraries that programs are linked to exist as lists of what they have.  Compiling takes 0.1 s.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests import parts
from tests.kept import digest, kept

if TYPE_CHECKING:
    from collections.abc import Sequence

CLANG, LLD = "clang-19", "ld64.lld-19"
SDK: Final = Path(__file__).parent / "sdk"
FILE: Final = "Program"
_TARGETS: Final = "[ arm64-ios, arm64e-ios, arm64-ios-simulator, x86_64-ios-simulator, armv7-ios ]"
_FOUNDATION: Final = (
    "NSObject NSString NSNumber NSData NSArray NSDictionary NSSet NSBundle NSURL NSURLSession NSURLCredential"
    " NSURLSessionConfiguration NSURLRequest"
)
_FOUNDATION_SYMBOLS: Final = (
    "NSURLAuthenticationMethodServerTrust __CFConstantStringClassReference __kCFBooleanTrue __kCFBooleanFalse CFEqual"
    " NSExtensionMain"
)
_SECURITY: Final = (
    "SecTrustEvaluate SecTrustEvaluateWithError SecTrustEvaluateAsyncWithError SecTrustGetTrustResult SecTrustCopyKey"
    " SecTrustCopyCertificateChain SecTrustGetCertificateAtIndex SecTrustCopyExceptions SecTrustSetExceptions"
    " SecTrustSetAnchorCertificates SecTrustSetPolicies SecPolicyCreateSSL SecPolicyCreateBasicX509"
    " SecCertificateCopyData SecCertificateCreateWithData SecCertificateCopyKey SecKeyCopyExternalRepresentation"
    " sec_protocol_options_set_verify_block sec_trust_copy_ref"
)
_SYSTEM: Final = (
    "dyld_stub_binder _NSConcreteGlobalBlock _NSConcreteStackBlock _Block_object_assign _Block_object_dispose memcmp"
    " memset bzero strcmp __stack_chk_fail __stack_chk_guard CC_SHA256 dispatch_async dispatch_get_global_queue"
)
_OBJC: Final = (
    "objc_msgSend objc_msgSendSuper2 objc_retain objc_release objc_storeStrong objc_retainAutoreleasedReturnValue"
    " objc_unsafeClaimAutoreleasedReturnValue objc_claimAutoreleasedReturnValue objc_autoreleaseReturnValue"
    " objc_retainAutoreleaseReturnValue objc_retainAutorelease objc_alloc objc_alloc_init objc_opt_new objc_opt_class"
    " objc_opt_self _objc_empty_cache objc_retainBlock objc_setProperty_atomic objc_getProperty objc_enumerationMutation"
    " objc_setProperty_nonatomic_copy objc_autoreleasePoolPush objc_autoreleasePoolPop"
)
LIBRARIES: Final = {
    "/System/Library/Frameworks/Foundation.framework/Foundation": (
        _FOUNDATION_SYMBOLS,
        _FOUNDATION,
    ),
    "/System/Library/Frameworks/Security.framework/Security": (_SECURITY, ""),
    "/System/Library/Frameworks/Network.framework/Network": ("nw_tls_copy_sec_protocol_options", ""),
    "/usr/lib/libSystem.B.dylib": (_SYSTEM, ""),
    "/usr/lib/libobjc.A.dylib": (_OBJC, ""),
    "@rpath/libcurl.framework/libcurl": ("curl_easy_setopt", ""),
    "@rpath/TrustKit.framework/TrustKit": (
        "kTSKSwizzleNetworkDelegates kTSKPinnedDomains kTSKPublicKeyHashes",
        "TrustKit",
    ),
    "@rpath/AFNetworking.framework/AFNetworking": ("", "AFSecurityPolicy AFHTTPSessionManager"),
}
"""By install name: symbols without the underscore that C has for all, and classes."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """How one slice is compiled."""

    source: str
    """Objective-C, after ``#import <Foundation/Foundation.h>``."""
    arch: str = "arm64"
    least: str = "14.0"
    """The oldest iOS: before 13.4 pointers are bound by opcodes, from then on by chained fixups."""
    simulator: bool = False
    optimize: str = "-O1"
    compile: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    """More options for lld: ``("-dylib", "-install_name", "@rpath/A.framework/A")``."""

    def key(self) -> str:
        """What its bytes depend on, but for the tools."""
        header = (SDK / "Foundation" / "Foundation.h").read_bytes()
        given = [str(getattr(self, name)) for name in self.__slots__]
        return digest(given, header, {name: list(one) for name, one in LIBRARIES.items()}, _FLAGS)


_FLAGS: Final = ["-fobjc-arc", "-fblocks", "-nostdinc", "-w", "-Wno-everything"]


def lacking() -> list[str]:
    """The programs that are missing."""
    return [one for one in (CLANG, LLD) if shutil.which(one) is None]


@cache
def version() -> str:
    """Which clang this is, or that there is none: another one makes other bytes."""
    if lacking():
        return "no clang"
    said = subprocess.run([CLANG, "--version"], capture_output=True, text=True, check=True)
    return " ".join(said.stdout.partition("\n")[0].split()[:4])


def compiled(one: Compiled) -> bytes:
    """Compile and link it, unless that is kept."""
    parts.need(lacking())
    return (
        kept(f"macho-{digest(one.key(), version())}", lambda place: _compile(one, place)) / FILE
    ).read_bytes()


def _compile(one: Compiled, place: Path) -> None:
    (place / "a.m").write_text(f"#import <Foundation/Foundation.h>\n{one.source}\n", "utf-8")
    target = f"{one.arch}-apple-ios{one.least}" + ("-simulator" if one.simulator else "")
    _run(
        place,
        *(CLANG, "-target", target, f"-fobjc-runtime=ios-{one.least}", *_FLAGS, one.optimize, *one.compile),
        *("-I", str(SDK), "-c", "a.m", "-o", "a.o"),
    )
    platform = "ios-simulator" if one.simulator else "ios"
    link(place, ("-platform_version", platform, one.least, "17.0", *one.link), one.arch)


def link(place: Path, options: Sequence[str], arch: str = "arm64") -> None:
    """Link ``a.o`` in a folder to all libraries."""
    for number, (name, (symbols, classes)) in enumerate(LIBRARIES.items()):
        (place / f"{number}.tbd").write_text(_listed(name, symbols.split(), classes.split()), "utf-8")
    _run(
        place,
        *(LLD, "-arch", arch, "-dead_strip_dylibs", *options, "-o", FILE, "a.o"),
        *(f"{number}.tbd" for number in range(len(LIBRARIES))),
    )


def _listed(name: str, symbols: Sequence[str], classes: Sequence[str]) -> str:
    """A library as linkers are told of it."""
    listed = ", ".join(one if one.startswith("dyld_") else f"_{one}" for one in symbols)
    return (
        f"--- !tapi-tbd\ntbd-version: 4\ntargets: {_TARGETS}\ninstall-name: '{name}'\nexports:\n"
        f"  - targets: {_TARGETS}\n    symbols: [ {listed} ]\n    objc-classes: [ {', '.join(classes)} ]\n...\n"
    )


def _run(place: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# -- what is done to them afterwards -----------------------------------------------------------------


def commands(data: bytes) -> list[tuple[int, int, int]]:
    """Kind, offset and size of each load command of a 64-bit image."""
    count, at, found = struct.unpack_from("<I", data, 16)[0], 32, []
    for _ in range(count):
        kind, size = struct.unpack_from("<II", data, at)
        found.append((kind, at, size))
        at += size
    return found


def encrypted(data: bytes) -> bytes:
    """As the App Store ships it: what its load command names is scrambled, and ``cryptid`` is 1."""
    out = bytearray(data)
    for kind, at, _ in commands(data):
        if kind == 0x2C:
            offset, size = struct.unpack_from("<II", data, at + 8)
            struct.pack_into("<I", out, at + 16, 1)
            for place in range(offset, offset + size):
                out[place] = (out[place] * 167 + place * 13 + 91) & 255
    return bytes(out)


def stripped(data: bytes) -> bytes:
    """Without symbols and indirect symbols: what runs does not need them."""
    out = bytearray(data)
    for kind, at, _ in commands(data):
        if kind == 0x02:
            struct.pack_into("<I", out, at + 12, 0)
        elif kind == 0x0B:
            struct.pack_into("<18I", out, at + 8, *(0,) * 18)
    return bytes(out)


_CPUS: Final = {"arm64": (0x0100000C, 0), "arm64e": (0x0100000C, 0x80000002), "x86_64": (0x01000007, 3)}


def fat(slices: dict[str, bytes]) -> bytes:
    """A fat file of some images, by processor."""
    out = bytearray(struct.pack(">II", 0xCAFEBABE, len(slices)))
    offset = 0x4000
    bodies = []
    for cpu, data in slices.items():
        out += struct.pack(">IIIII", *_CPUS[cpu], offset, len(data), 14)
        bodies.append((offset, data))
        offset += -(-len(data) // 0x4000) * 0x4000
    whole = bytearray(offset)
    whole[: len(out)] = out
    for start, data in bodies:
        whole[start : start + len(data)] = data
    return bytes(whole)
