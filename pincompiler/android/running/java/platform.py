"""Encodings, digests, addresses, and the little of Android that gives constants."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode, urlsafe_b64encode
from binascii import Error
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.contents import items
from pincompiler.android.running.java.nulls import NO_OBJECT
from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import LANG, UTIL, any_of, byte_array, bytes_of, on, strict
from pincompiler.android.running.texts import bounded
from pincompiler.android.running.values import NULL, STRING, NotKnown, StoppedError, Value, Wrapped

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_BASE64: Final = "Landroid/util/Base64;"
_ENCODER: Final = f"{UTIL}Base64$Encoder;"
_DECODER: Final = f"{UTIL}Base64$Decoder;"
_DIGEST: Final = "Ljava/security/MessageDigest;"
_BUFFER: Final = "Ljava/nio/ByteBuffer;"
_ADDRESSES: Final = ("Ljava/net/URI;", "Ljava/net/URL;", "Landroid/net/Uri;")
_UNMODELLED_FLAGS: Final = ~(1 | 2 | 8)
"""Of ``android.util.Base64``: without padding, without line breaks, and for URLs."""


# -- Base64 ------------------------------------------------------------------------------------------


def _data(m: Running, value: Value) -> bytes:
    data = value.encode("latin-1", "replace") if isinstance(value, str) else bytes_of(value)
    if isinstance(value, int):
        m.throw(NO_OBJECT)
    if data is None:
        raise StoppedError("bytes that are unknown")
    return data


def _decoded(m: Running, data: bytes, *, safe: bool) -> Value:
    letters = data.translate(bytes.maketrans(b"-_", b"+/")) if safe else data
    stripped = letters.rstrip(b"=")
    try:
        found = b64decode(stripped + b"=" * (-len(stripped) % 4), validate=True)
    except Error:
        m.throw(f"{LANG}IllegalArgumentException;", "bad base-64")
    return byte_array(m, found)


def _encoded(data: bytes, *, safe: bool, padded: bool) -> str:
    text = (urlsafe_b64encode if safe else b64encode)(data).decode()
    return text if padded else text.rstrip("=")


def _android_decode(m: Running, args: list[Value], ref: MethodRef) -> Value:
    flags = args[-1]
    if not isinstance(flags, int) or len(args) > 2:
        return any_of(ref)
    return _decoded(m, b"".join(_data(m, args[0]).split()), safe=bool(flags & 8))


def _android_encode(m: Running, args: list[Value], ref: MethodRef) -> Value:
    data, flags = _data(m, args[0]), args[-1]
    if not isinstance(flags, int) or flags & _UNMODELLED_FLAGS or len(args) > 2:
        return any_of(ref)
    text = _encoded(data, safe=bool(flags & 8), padded=not flags & 1)
    if not flags & 2:
        text = "".join(f"{text[at : at + 76]}\n" for at in range(0, len(text), 76))
    return byte_array(m, text.encode()) if ref.name == "encode" else text


def _coder(cls: str, *, safe: bool) -> Model:
    return lambda _m, _a, _r: Wrapped(cls, (safe, True))


def _java_encode(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if not isinstance(args[0], Wrapped) or len(args) > 2:
        return any_of(ref)
    safe, padded = args[0].value
    text = _encoded(_data(m, args[1]), safe=safe, padded=padded)
    return text if ref.name == "encodeToString" else byte_array(m, text.encode())


def _java_decode(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if not isinstance(args[0], Wrapped) or len(args) > 2:
        return any_of(ref)
    return _decoded(m, _data(m, args[1]), safe=args[0].value[0])


def _without_padding(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    return Wrapped(_ENCODER, (args[0].value[0], False)) if isinstance(args[0], Wrapped) else any_of(ref)


# -- digests -----------------------------------------------------------------------------------------


def _digest(m: Running, args: list[Value], ref: MethodRef) -> Value:
    name = str(args[0]).lower().replace("-", "")
    if name not in {"sha256", "sha1", "sha512", "md5", "sha"}:
        if isinstance(args[0], str):
            m.throw("Ljava/security/NoSuchAlgorithmException;", args[0])
        return any_of(ref)
    return Wrapped(_DIGEST, [name.replace("sha", "sha1") if name == "sha" else name, b""])


def _update(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    of, given = args[0], args[1:]
    if not isinstance(of, Wrapped):
        raise StoppedError("a digest that is none")
    data = None
    if len(given) == 1:
        data = bytes([given[0] & 255]) if isinstance(given[0], int) else bytes_of(given[0])
    elif len(given) == 3:
        whole, start, count = bytes_of(given[0]), given[1], given[2]
        if whole is not None and isinstance(start, int) and isinstance(count, int):
            data = whole[start : start + count]
    of.value[1] = None if data is None or of.value[1] is None else of.value[1] + data
    m.charge(len(data or b""))
    return NULL


def _finish(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    if not isinstance(of, Wrapped):
        raise StoppedError("a digest that is none")
    if len(args) == 2:
        _update(m, args, ref)
    name, data = of.value
    of.value[1] = b""
    if data is None or len(args) > 2:
        return any_of(ref, "a digest of what is unknown")
    return byte_array(m, hashlib.new(name, data, usedforsecurity=False).digest())


def _wrapped(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``ByteBuffer.wrap`` of a whole array, as far as it is compared with another one."""
    data = bytes_of(args[0]) if len(args) == 1 else None
    return any_of(ref) if data is None else Wrapped(_BUFFER, data)


def _is_equal(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    one, other = (None if isinstance(value, int) else bytes_of(value) for value in args)
    if any(isinstance(value, int) for value in args):
        return int(args[0] == args[1])
    return any_of(ref) if one is None or other is None else int(one == other)


# -- addresses ---------------------------------------------------------------------------------------


def _parsed(m: Running, args: list[Value], ref: MethodRef) -> Value:
    text = args[0]
    if not isinstance(text, str):
        return any_of(ref)
    return Wrapped(ref.class_name, (text, _parts(m, text, ref.class_name)))


def _parts(m: Running, text: str, cls: str) -> SplitResult:
    error = "Ljava/net/MalformedURLException;" if cls.endswith("/URL;") else "Ljava/net/URISyntaxException;"
    try:
        found = urlsplit(text)
        _ = found.port
    except ValueError:
        m.throw(error, text)
    if cls.endswith("/URL;") and not found.scheme:
        m.throw(error, f"no protocol: {text}")
    return found


def new_address(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new URL(…)`` and ``new URI(…)`` of one text; of several parts it is unknown."""
    made = args[0]
    if isinstance(made, Wrapped):
        known = parameters(ref.descriptor) == (STRING,) and isinstance(args[1], str)
        text = str(args[1])
        made.value = (text, _parts(m, text, made.cls)) if known else None
    return NULL


def _address_part(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    if not isinstance(of, Wrapped) or of.value is None:
        return any_of(ref)
    text, parts = of.value
    if ref.name in {"toString", "toASCIIString", "toExternalForm"}:
        return str(text)
    if ref.name in {"getHost", "getAuthority"}:
        host = parts.netloc if ref.name == "getAuthority" else parts.netloc.rpartition("@")[2]
        if ref.name == "getHost" and not host.startswith("["):
            host = host.partition(":")[0]
        return host or ("" if of.cls.endswith("/URL;") else NULL)
    if ref.name == "getPort":
        return -1 if parts.port is None else int(parts.port)
    if ref.name in {"getScheme", "getProtocol"}:
        return parts.scheme or NULL
    return parts.path or ("" if ref.name == "getPath" else NULL)


def new_stream(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    """``new ByteArrayInputStream(…)`` of a whole array; of a part it is unknown."""
    if isinstance(args[0], Wrapped):
        args[0].value = bytes_of(args[1]) if len(args) == 2 else None
    return NULL


# -- Android -----------------------------------------------------------------------------------------


def _is_empty(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return int(args[0] == NULL or args[0] == "")


def _joined(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = items(m, args[1])
    texts = None if some is None else [text_of(m, one) for one in some]
    glue = text_of(m, args[0])
    if texts is None or not all(isinstance(one, str) for one in (glue, *texts)):
        return any_of(ref)
    return bounded(str(glue).join(map(str, texts)))


def _to_ascii(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    text = args[0]
    return text if isinstance(text, str) and text.isascii() else any_of(ref)


def _charset(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    return (
        any_of(ref) if isinstance(args[0], NotKnown) else Wrapped("Ljava/nio/charset/Charset;", str(args[0]))
    )


_ADDRESS: Final[dict[str, Model]] = dict.fromkeys(
    (
        *("toString", "toASCIIString", "toExternalForm", "getHost", "getAuthority", "getPort"),
        *("getScheme", "getProtocol", "getPath"),
    ),
    _address_part,
)
VIRTUAL: Final = {
    **strict(
        on(
            _ENCODER,
            {**dict.fromkeys(("encode", "encodeToString"), _java_encode), "withoutPadding": _without_padding},
        )
    ),
    **strict(on(_DECODER, {"decode": _java_decode})),
    **on(_DIGEST, {"update": _update, "digest": _finish}),
    **{key: model for cls in _ADDRESSES for key, model in strict(on(cls, _ADDRESS)).items()},
}
STATIC: Final = {
    **strict(
        on(
            _BASE64,
            {"decode": _android_decode, **dict.fromkeys(("encode", "encodeToString"), _android_encode)},
        )
    ),
    **on(
        f"{UTIL}Base64;",
        {
            "getEncoder": _coder(_ENCODER, safe=False),
            "getUrlEncoder": _coder(_ENCODER, safe=True),
            "getDecoder": _coder(_DECODER, safe=False),
            "getUrlDecoder": _coder(_DECODER, safe=True),
        },
    ),
    (_DIGEST, "getInstance"): _digest,
    (_DIGEST, "isEqual"): _is_equal,
    (_BUFFER, "wrap"): _wrapped,
    ("Ljava/net/URI;", "create"): _parsed,
    ("Landroid/net/Uri;", "parse"): _parsed,
    **strict(
        on(
            "Landroid/text/TextUtils;",
            {
                "isEmpty": _is_empty,
                "join": _joined,
                "equals": lambda _m, a, _r: int(a[0] == a[1]),
            },
        )
    ),
    **strict(on("Ljava/nio/charset/Charset;", {"forName": _charset})),
    **strict(on("Ljava/net/IDN;", {"toASCII": _to_ascii})),
}
ADDRESSES: Final = ("Ljava/net/URI;", "Ljava/net/URL;")
STREAM: Final = "Ljava/io/ByteArrayInputStream;"
