"""Code that an audit cannot see: packed, encrypted, loaded at run time, or native.

What the app's own code loads is unknown, and so is what it does about pins.  What libraries load is
their own business: it is reported where it is used, and leaves nothing unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import DexError
from pincompiler.android.dex.strings import reading
from pincompiler.archives.archive import Archive, MemberError, read_archive
from pincompiler.archives.directory import ArchiveError, UnboundedError
from pincompiler.base.bounds import ARCHIVE_ENTRIES, INNER_BYTES
from pincompiler.base.finding import Use
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import java_name
from pincompiler.facts.common import UNIDENTIFIED, Mechanism
from pincompiler.facts.loading import Embedded, Loader, LoadingFacts
from pincompiler.shipped.android.owners import libraries
from pincompiler.shipped.android.reach import reached
from pincompiler.shipped.android.source import CallsOf, Mention, texts_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.android.apk import Manifest
    from pincompiler.android.apk.manifest import Component
    from pincompiler.android.dex import Site
    from pincompiler.shipped.android.source import Source, Want

_IN_CODE: Final = tuple(one for one in Mechanism if one is not Mechanism.NSC)
_LOADERS: Final = (
    *("DexClassLoader", "InMemoryDexClassLoader", "PathClassLoader"),
    *("DelegateLastClassLoader", "BaseDexClassLoader"),
)
_CALLS: Final[dict[Want, str]] = {
    **{CallsOf(f"Ldalvik/system/{name};", "<init>"): name for name in _LOADERS},
    # A DexFile by itself may serve to list the app's own classes.
    CallsOf("Ldalvik/system/DexFile;", "loadDex"): "DexFile.loadDex",
    CallsOf("Ldalvik/system/DexFile;", "loadClass"): "DexFile.loadClass",
}
_BY_NAME: Final[dict[Want, str]] = {
    Mention(reading(name)): f"{name.rpartition('.')[2]}, by its name"
    for name in ("dalvik.system.DexClassLoader", "dalvik.system.InMemoryDexClassLoader")
}
_WHAT: Final = {**_CALLS, **_BY_NAME}
WANTED: tuple[Want, ...] = tuple(_WHAT)

_PLUGIN_HOSTS: Final = frozenset(
    ("RePlugin", "VirtualAPK", "DroidPlugin", "VirtualApp", "Tencent Shadow", "Tinker")
)
"""Libraries that load what the app's maker gives them."""
_DYNAMITE: Final = ("com.google.android.gms.dynamite", "com.google.android.gms.chimera", "DynamiteModule")
"""Strings beside the loader of Play Services, whose classes are often renamed."""
_LIBRARIES: Final = {
    "Qihoo 360 Jiagu": "libjiagu libjgdtc libprotectClass",
    "SecNeo or Bangcle": "libDexHelper libSecShell libsecexe libsecmain libsecpreload",
    "Ijiami": "libexecmain libexecgame",
    "Tencent Legu": "libshella libshellx libtup liblegudb libtosprotection",
    "Baidu Protect": "libbaiduprotect",
    "Alibaba mobile security": "libmobisec libmobisecx libmobisecy libmobisecz libzumadata libpreverify1",
    "NetEase Yidun": "libnesec",
    "NQ Shield": "libnqshield libnqshieldx86",
    "Naga": "libchaosvmp libddog libfdog libedog libvdog",
    "Kiwi Security": "libkwscmm libkwscr libkwslinker",
    "DingXiang": "libx3g",
    "Ruixun": "librsprotect",
    "Haiyunan": "libitsec",
    "PayEgis": "libegis libNSaferOnly",
    "China Mobile": "libcmvmp libmogosec",
    "APKProtect": "libAPKProtect",
    "AppSealing": "libcovault",
    "DexProtector": "libdexprotector libdpboot",
}
"""By packer, the native libraries that it adds, without what follows a mark in their names."""
_FILES: Final = {
    "Qihoo 360 Jiagu": "libjiagu jiagu_data",
    "SecNeo or Bangcle": "secData0 bangcle_classes bangcleplugin",
    "Ijiami": "ijiami ijm_lib",
    "Tencent Legu": "0OO00l111l1l 0OO00oo01l1l tosversion libshella libshellx",
    "Baidu Protect": "baiduprotect baiduprotect1",
    "DexProtector": "classes.dex.dat dp.arm dp.x86 dp.mp3",
    "AppSealing": "appsealing AppSealing",
}
"""By packer, what the names of its assets begin with, up to a mark."""
_MARK: Final = frozenset("-_./")
_SCRIPTS: Final = "libkonyjsvm"
_STUBS: Final = (
    *(("com.stub.StubApp", "Qihoo 360 Jiagu"), ("com.qihoo.util.", "Qihoo 360 Jiagu")),
    *(("com.tianyu.util.", "Qihoo 360 Jiagu"), ("com.secneo.", "SecNeo or Bangcle")),
    *(("com.SecShell.", "SecNeo or Bangcle"), ("com.bangcle.", "SecNeo or Bangcle")),
    *(("com.shell.SuperApplication", "Ijiami"), ("com.shell.NativeApplication", "Ijiami")),
    *(("s.h.e.l.l.", "Ijiami"), ("com.tencent.StubShell.", "Tencent Legu")),
    *(("com.wrapper.proxyapplication.", "Tencent Legu"), ("com.baidu.protect.", "Baidu Protect")),
    *(("com.netease.nis.wrapper.", "NetEase Yidun"), ("com.nqshield.", "NQ Shield")),
    *(("com.ali.mobisecenhance.", "Alibaba mobile security"), ("com.inka.appsealing.", "AppSealing")),
)
"""What packers put in the place of the application class: prefixes of names."""
_LIBRARY: Final = lazy_regex(r"(?:.*[/!])?lib/[^/]+/([^/]+)\.so")
_ASSET: Final = lazy_regex(r"(?:.*[/!])?(assets/|res/raw/)(.+)", re.DOTALL)
_NAMED_CODE: Final = lazy_regex(r".*\.(dex|jar|apk|zip|aar|odex)", re.IGNORECASE | re.DOTALL)
_LIBRARIES_OWN: Final = lazy_regex(
    r".*/(audience_network|gdt_plugin/\w+|gdtadv2|bdxadsdk|__xadsdk__\w+|__pasys_\w+)\.(dex|jar)", re.DOTALL
)
"""Code that advertising SDKs bring along for themselves."""
_DEX: Final = b"dex\n0"
_ARCHIVE: Final = b"PK\x03\x04"
_HEAD: Final = 8
_FEW: Final = 3
"""Components of which most must be missing before that means anything."""


def collect(source: Source) -> LoadingFacts:
    """The facts, and the doubts that they raise."""
    loaders = tuple(_loaders(source))
    owns = [one for one in loaders if one.code.owner.first_party or one.code.owner.name in _PLUGIN_HOSTS]
    uses = reached(source, (one.code.used for one in owns))
    for loader in owns:
        if uses[loader.code.used].use is not Use.PRESENT:  # what nothing refers to loads nothing
            source.doubt(_place(loader), f"loads code at run time, with {loader.what}", *_IN_CODE)
    embedded = tuple(_embedded(source, thorough=bool(loaders)))
    for file in embedded:
        # An APK may be there to be installed; what is no APK can only be loaded.
        if loaders or not file.where.member.lower().endswith(".apk"):
            source.doubt(file.where.member, f"is {file.what} that the app may load at run time", *_IN_CODE)
    packer = _packer(source)
    if packer:
        source.doubt("packer", f"the code is packed by {packer}: what runs is not what was read")
    else:
        _missing_classes(source)
    _not_loaded(source)
    return LoadingFacts(
        codes=tuple(one.code for one in loaders), loaders=loaders, embedded=embedded, packer=packer
    )


# Loaders.


def _loaders(source: Source) -> Iterator[Loader]:
    """Each method that makes a class loader for files or memory; not those that libraries need themselves."""
    known = {owner.name for owner in libraries().values()} - _PLUGIN_HOSTS
    seen = set()
    for want, what in _WHAT.items():
        for site in source.sites(want):
            if site.method in seen or source.owner_of(site.method.class_name).name in known:
                continue
            seen.add(site.method)
            if not _is_dynamite(source, site):
                yield Loader(source.code(site.method, site.offset), what)


def _is_dynamite(source: Source, site: Site) -> bool:
    """Whether it is the loader of Play Services under a name that R8 gave it, known by its strings."""
    if source.owner_of(site.method.class_name) is not UNIDENTIFIED:
        return False
    cls = source.program.class_def(site.method.class_name)
    try:
        texts = texts_in(cls) if cls else frozenset()
    except DexError:
        return False
    return any(mark in text for text in texts for mark in _DYNAMITE)


def _place(loader: Loader) -> str:
    """The method, as its source would name it."""
    return java_name(loader.code.location.symbol.partition("(")[0])


# Files with code in them.


def _embedded(source: Source, *, thorough: bool) -> Iterator[Embedded]:
    """Assets that hold code: by their names, or by their first bytes where something may load them."""
    left = INNER_BYTES.limit
    for member, archive, entry in source.package.entries():
        found = _asset(member)
        if found is None or _LIBRARIES_OWN.fullmatch(member):
            continue
        if not thorough and not _NAMED_CODE.fullmatch(member):
            continue
        try:
            what, size = _code_in(archive, entry, left)
        except (MemberError, UnboundedError) as error:
            source.doubt(member, f"may hold code, and cannot be read: {error.why}", *_IN_CODE)
        except ArchiveError:  # what begins as an archive and is none
            continue
        else:
            left -= size
            if what:
                yield Embedded(source.member(member), what)


def _code_in(archive: Archive, entry: str, limit: int) -> tuple[str, int]:
    """What code an entry holds, empty for none, and how much was unpacked to see that."""
    head = archive.head(entry, _HEAD)
    if head.startswith(_DEX):
        return "a DEX file", 0
    if not head.startswith(_ARCHIVE):
        return "", 0
    inner, size = _inside(archive, entry, limit)
    if "classes.dex" in inner:
        return "an archive with classes.dex", size
    if inner.is_cut:
        raise UnboundedError(entry, f"it has more than {ARCHIVE_ENTRIES}")
    return "", size


def _inside(archive: Archive, entry: str, limit: int) -> tuple[Archive, int]:
    """An archive within an archive, in place if it is stored as it is, and how much was unpacked for it."""
    window = archive.window(entry)
    if window is not None:
        return Archive(window, entry), 0
    data = archive.read(entry, limit)
    return read_archive(data), len(data)


# Packers.


def _packer(source: Source) -> str:
    """The packer that left its stub, its libraries or its files; empty for none that is known."""
    for manifest in source.package.manifests:
        for prefix, name in _STUBS:
            if manifest.application.startswith(prefix) or manifest.component_factory.startswith(prefix):
                return name
    for member in source.package.members():
        library = _LIBRARY.fullmatch(member) if member.endswith(".so") else None
        asset = _asset(member)
        found = _known(_LIBRARIES, library[1]) if library else _known(_FILES, asset[2]) if asset else ""
        if found:
            return found
        if library and library[1] == _SCRIPTS:
            source.doubt(member, "runs the scripts that the app consists of, which are encrypted", *_IN_CODE)
    return ""


def _asset(member: str) -> re.Match[str] | None:
    """The folder and the name of a file that is among the assets; most of an app's files are not."""
    return _ASSET.fullmatch(member) if "assets/" in member or "res/raw/" in member else None


def _known(table: Mapping[str, str], name: str) -> str:
    """The packer one of whose names this is, or begins with before a mark."""
    for packer, names in table.items():
        for one in names.split():
            if name.startswith(one) and (len(name) == len(one) or name[len(one)] in _MARK):
                return packer
    return ""


def _missing_classes(source: Source) -> None:
    """An application class, or most components, that no DEX file has: they are packed, or in a split."""
    manifest, defined = source.package.manifest, source.program.class_def
    if any(unknown.what == "splits" for unknown in source.package.unknowns):
        return
    if _is_app_class(manifest.application) and defined(_descriptor(manifest.application)) is None:
        source.doubt(manifest.application, "is the application class, and no DEX file has it")
        return
    names = sorted({one.name for one in _started(manifest)})
    missing = [name for name in names if defined(_descriptor(name)) is None]
    no_code = not source.program.files
    if missing and (no_code or (len(missing) >= _FEW and 2 * len(missing) > len(names))):
        why = f"no DEX file has {len(missing)} of {len(names)} components, such as {missing[0]}"
        source.doubt("components", why)


def _started(manifest: Manifest) -> Iterator[Component]:
    """The components that have a class of their own, which is to be in the app."""
    for one in manifest.components:
        if one.kind != "activity-alias" and _is_app_class(one.name):
            yield one


def _is_app_class(name: str) -> bool:
    return bool(name) and not name.startswith(("android.app.", "android.content.", "@"))


def _descriptor(name: str) -> str:
    return f"L{name.replace('.', '/')};"


def _not_loaded(source: Source) -> None:
    """DEX files that lie where Android looks for them, and are left out for a gap in their numbers."""
    for part in source.package.parts:
        loaded = part.loaded()
        for _, entry in part.dex():
            if entry not in loaded:
                why = (
                    "Android does not load it, for a number before it is missing; the app may do so by itself"
                )
                source.doubt(part.shown(entry), why, *_IN_CODE)
