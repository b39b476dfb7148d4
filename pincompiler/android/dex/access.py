"""Access flags of classes, fields and methods.

Source: https://source.android.com/docs/core/runtime/dex-format#access-flags.
"""

from __future__ import annotations

from typing import Final

ACC_PRIVATE: Final = 0x2
ACC_STATIC: Final = 0x8
ACC_FINAL: Final = 0x10
ACC_BRIDGE: Final = 0x40
"""Of a method that compilers make to call another by other types."""
ACC_INTERFACE: Final = 0x200
ACC_ABSTRACT: Final = 0x400
ACC_SYNTHETIC: Final = 0x1000
"""Of what compilers make, and no source has."""
ACC_ENUM: Final = 0x4000
"""Of an enum, and of the fields that have its constants."""
