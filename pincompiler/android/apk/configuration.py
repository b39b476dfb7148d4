"""Which devices a resource is for, as the name of its folder says it: ``land-v28``."""

from __future__ import annotations

from pincompiler.base.records import dataclass

_MNC_ZERO = 0xFFFF
_DENSITIES = {
    120: "ldpi",
    160: "mdpi",
    213: "tvdpi",
    240: "hdpi",
    320: "xhdpi",
    480: "xxhdpi",
    640: "xxxhdpi",
    0xFFFE: "anydpi",
    0xFFFF: "nodpi",
}
_DIRECTION = ("", "ldltr", "ldrtl")
_SIZE = ("", "small", "normal", "large", "xlarge")
_LONG = ("", "long", "notlong")
_ROUND = ("", "round", "notround")
_GAMUT = ("", "widecg", "nowidecg")
_RANGE = ("", "highdr", "lowdr")
_ORIENTATION = ("", "port", "land", "square")
_UI = ("", "", "desk", "car", "television", "appliance", "watch", "vrheadset")
_NIGHT = ("", "night", "notnight")
_TOUCH = ("", "notouch", "stylus", "finger")
_KEYS_HIDDEN = ("", "keysexposed", "keyshidden", "keyssoft")
_KEYBOARD = ("", "nokeys", "qwerty", "12key")
_NAVIGATION_HIDDEN = ("", "navexposed", "navhidden")
_NAVIGATION = ("", "nonav", "dpad", "trackball", "wheel")
_TURNED = (0, 2, 1, 0)
"""``ResTable_config`` says no before yes, the protobuf form yes before no: this is the latter."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The axes of AOSP's ``ResTable_config``, numbered as in aapt2's Configuration.proto; 0 is any."""

    mcc: int = 0
    mnc: int = 0
    locale: tuple[str, ...] = ()
    """Language, script, region and variant, those that are there."""
    direction: int = 0
    smallest_width: int = 0
    width_dp: int = 0
    height_dp: int = 0
    size: int = 0
    long: int = 0
    round: int = 0
    gamut: int = 0
    range: int = 0
    orientation: int = 0
    ui: int = 0
    night: int = 0
    density: int = 0
    touch: int = 0
    keys_hidden: int = 0
    keyboard: int = 0
    navigation_hidden: int = 0
    navigation: int = 0
    width: int = 0
    height: int = 0
    sdk: int = 0

    def qualifier(self) -> str:
        """The folder's name after ``values-``, in the order that aapt2 prescribes."""
        parts = (
            f"mcc{self.mcc}" if self.mcc else "",
            f"mnc{self.mnc % _MNC_ZERO:02d}" if self.mnc else "",
            _locale(self.locale),
            _word(_DIRECTION, self.direction),
            f"sw{self.smallest_width}dp" if self.smallest_width else "",
            f"w{self.width_dp}dp" if self.width_dp else "",
            f"h{self.height_dp}dp" if self.height_dp else "",
            _word(_SIZE, self.size),
            _word(_LONG, self.long),
            _word(_ROUND, self.round),
            _word(_GAMUT, self.gamut),
            _word(_RANGE, self.range),
            _word(_ORIENTATION, self.orientation),
            _word(_UI, self.ui),
            _word(_NIGHT, self.night),
            (_DENSITIES.get(self.density) or f"{self.density}dpi") if self.density else "",
            _word(_TOUCH, self.touch),
            _word(_KEYS_HIDDEN, self.keys_hidden),
            _word(_KEYBOARD, self.keyboard),
            _word(_NAVIGATION_HIDDEN, self.navigation_hidden),
            _word(_NAVIGATION, self.navigation),
            f"{self.width}x{self.height}" if self.width or self.height else "",
            f"v{self.sdk}" if self.sdk else "",
        )
        return "-".join(part for part in parts if part)


def binary_configuration(raw: bytes) -> Configuration:
    """The configuration in a ``ResTable_config``, the first 4 bytes of which are its size.

    What an older, shorter one does not have is 0, as Android takes it.
    """
    data = raw[:64].ljust(64, b"\0")
    layout, ui, layout2, colour, flags = data[28], data[29], data[48], data[49], data[18]
    return Configuration(
        mcc=_u16(data, 4),
        mnc=_u16(data, 6),
        locale=_binary_locale(data),
        direction=layout >> 6,
        smallest_width=_u16(data, 30),
        width_dp=_u16(data, 32),
        height_dp=_u16(data, 34),
        size=layout & 0xF,
        long=_TURNED[layout >> 4 & 3],
        round=_TURNED[layout2 & 3],
        gamut=_TURNED[colour & 3],
        range=_TURNED[colour >> 2 & 3],
        orientation=data[12],
        ui=ui & 0xF,
        night=_TURNED[ui >> 4 & 3],
        density=_u16(data, 14),
        touch=data[13],
        keys_hidden=flags & 3,
        keyboard=data[16],
        navigation_hidden=flags >> 2 & 3,
        navigation=data[17],
        width=_u16(data, 20),
        height=_u16(data, 22),
        sdk=_u16(data, 24),
    )


def _u16(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8


def _word(words: tuple[str, ...], number: int) -> str:
    """A word for a number; one that Android did not know of yet still differs from others."""
    return words[number] if number < len(words) else f"x{number}"


def _locale(parts: tuple[str, ...]) -> str:
    """``de``, ``de-rAT``, or ``b+sr+Latn`` where the old form has no room."""
    if len(parts) < 2:
        return "".join(parts)
    if len(parts) == 2 and len(parts[1]) in (2, 3) and len(parts[0]) in (2, 3):
        return f"{parts[0]}-r{parts[1]}"
    return "b+" + "+".join(parts)


def _binary_locale(data: bytes) -> tuple[str, ...]:
    script = "" if data[52] else _letters(data[36:40])
    parts = (_packed(data[8:10], ord("a")), script, _packed(data[10:12], ord("0")), _letters(data[40:48]))
    return tuple(part for part in parts if part)


def _packed(raw: bytes, base: int) -> str:
    """Two letters as they are, or three of five bits each below a mark in the highest bit."""
    if not raw[0] & 0x80:
        return _letters(raw)
    first = raw[1] & 0x1F
    second = raw[1] >> 5 | (raw[0] & 0x03) << 3
    third = raw[0] >> 2 & 0x1F
    return _letters(bytes(base + code for code in (first, second, third)))


def _letters(raw: bytes) -> str:
    return "".join(chr(code) if 0x30 <= code < 0x7F else "_" for code in raw.rstrip(b"\0"))
