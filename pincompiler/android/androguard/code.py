"""What androguard's analysis makes of a DEX file, as plain numbers and texts.

Runs in the worker's process.  Where things are used comes from the cross-references of androguard's
``Analysis``; which id an instruction names, from its disassembler.  The analysis passes some
instructions over, and these alone are taken from the disassembler too:

* ``const-class`` and ``new-instance`` of a class within itself, and of arrays of primitives;
* calls of methods of arrays, ``[Lx;->clone()``; brackets taken off, it counts them for ``x``, or not at all;
* reads and writes of fields that this DEX file does not define, such as the framework's;
* all of ``check-cast``, ``instance-of`` and the making of arrays.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from androguard.core import dex as androguard_dex
from androguard.core.analysis.analysis import Analysis
from androguard.core.dex import DEX, LinearSweepAlgorithm
from androguard.core.dex.dex_types import TypeMapItem

from pincompiler.android.dex import opcodes

if TYPE_CHECKING:
    from io import BufferedReader

_TYPES = opcodes.CONST_CLASS | opcodes.NEW_INSTANCE
_OTHER_TYPES = frozenset(
    (opcodes.CHECK_CAST, opcodes.INSTANCE_OF, opcodes.NEW_ARRAY, *opcodes.FILLED_NEW_ARRAYS)
)
_FIELDS = opcodes.INSTANCE_GETS | opcodes.INSTANCE_PUTS | opcodes.STATIC_GETS | opcodes.STATIC_PUTS
_REFERRING = opcodes.CONST_STRING | _TYPES | _OTHER_TYPES | _FIELDS | opcodes.INVOKES


def read_dex(data: bytes) -> dict[str, Any]:
    """The tables of a DEX file, the members of its classes, and all instructions that refer to an id.

    ``bodies`` are methods with code, each as class index, method id, access flags and code offset;
    ``sites`` are four numbers each: number of the body, offset in code units, opcode, id.
    """
    androguard_dex.read_null_terminated_string = _terminated
    dex = DEX(_with_checksum(data))
    _bound(dex, len(data))
    lost = _cut_short(dex)
    analysis = Analysis()
    analysis.add(dex)
    analysis.create_xref()
    bodies = [
        (index, method)
        for index, cls in enumerate(dex.get_classes())
        for method in cls.get_methods()
        if method.get_code() is not None
    ]
    return {
        "version": dex.version,
        **_tables(dex),
        "members": [_members(cls) for cls in dex.get_classes()],
        "supers": [[cls.get_superclassname(), *cls.get_interfaces()] for cls in dex.get_classes()],
        "bodies": [[index, *_method(method)] for index, method in bodies],
        "sites": _sites(dex, analysis, bodies),
        "lost": lost,
    }


def _terminated(file: BufferedReader) -> bytes:
    """What androguard's function of this use does, which never ends where the file ends before the string."""
    pieces = []
    while piece := file.read(128):
        text, mark, rest = piece.partition(b"\0")
        pieces.append(text)
        if mark:
            file.seek(-len(rest), 1)
            return b"".join(pieces)
    raise ValueError("a string does not end")


def _with_checksum(data: bytes) -> bytes:
    """The file with the checksum that androguard insists on: a wrong one says nothing of the contents."""
    return data[:8] + zlib.adler32(data[12:]).to_bytes(4, "little") + data[12:]


def _bound(dex: Any, size: int) -> None:
    """Refuse strings, members and code laid over each other, which would make a small file endless."""
    texts = dex.map_list.get_item_type(TypeMapItem.STRING_ID_ITEM) or []
    strings = sum(len(dex.CM.get_string_by_offset(text.string_data_off).data) for text in texts)
    methods = [method for cls in dex.get_classes() for method in cls.get_methods()]
    fields = sum(len(cls.get_fields()) for cls in dex.get_classes())
    units = sum(code.get_length() for method in methods if (code := method.get_code()) is not None)
    if strings > size or 2 * (len(methods) + fields) > size or units > size:
        raise ValueError("its strings, members or methods claim more than the file can hold")


def _cut_short(dex: Any) -> list[str]:
    """Methods that cannot be disassembled to their end: they keep what comes before, or all would fail."""
    lost = []
    for cls in dex.get_classes():
        for method in cls.get_methods():
            code = method.get_code()
            if code is None:
                if method.get_code_off():
                    lost.append(_name(method))
                continue
            instructions: list[Any] = []
            try:
                instructions.extend(code.get_bc().get_instructions())
            except Exception:  # noqa: BLE001 - InvalidInstruction, struct.error and others
                code.get_bc().set_instructions(_readable(dex, code.get_bc()))
                lost.append(_name(method))
    return lost


def _readable(dex: Any, code: Any) -> list[Any]:
    """The instructions before the first that cannot be read."""
    instructions = []
    try:
        for one in LinearSweepAlgorithm.get_instructions(dex.CM, code.size, code.insn, 0):
            instructions.append(one)  # noqa: PERF402 - those before the error are wanted
    except Exception:  # noqa: BLE001, S110 - see above
        pass
    return instructions


def _name(method: Any) -> str:
    descriptor = method.get_descriptor().replace(" ", "")
    return f"{method.get_class_name()}->{method.get_name()}{descriptor}"


def _tables(dex: Any) -> dict[str, list[Any]]:
    """The tables of ids, flat; a string is the offset, length and bytes of its data."""

    def items(kind: TypeMapItem, inner: str) -> list[Any]:
        table = dex.map_list.get_item_type(kind)
        return getattr(table, inner) if table is not None else []

    texts = dex.map_list.get_item_type(TypeMapItem.STRING_ID_ITEM) or []
    data = [dex.CM.get_string_by_offset(text.string_data_off) for text in texts]
    return {
        "strings": [[text.offset, text.utf16_size, text.data.decode("latin-1")] for text in data],
        "types": [one.descriptor_idx for one in items(TypeMapItem.TYPE_ID_ITEM, "type")],
        "protos": [
            number
            for one in items(TypeMapItem.PROTO_ID_ITEM, "proto")
            for number in (one.shorty_idx, one.return_type_idx, one.parameters_off)
        ],
        "fields": [
            number
            for one in items(TypeMapItem.FIELD_ID_ITEM, "field_id_items")
            for number in (one.class_idx, one.type_idx, one.name_idx)
        ],
        "methods": [
            number
            for one in items(TypeMapItem.METHOD_ID_ITEM, "method_id_items")
            for number in (one.class_idx, one.proto_idx, one.name_idx)
        ],
        "classes": [number for one in dex.get_classes() for number in _class(one)],
    }


def _class(cls: Any) -> tuple[int, ...]:
    return (
        cls.class_idx,
        cls.access_flags,
        cls.superclass_idx,
        cls.interfaces_off,
        cls.source_file_idx,
        cls.annotations_off,
        cls.class_data_off,
        cls.static_values_off,
    )


def _members(cls: Any) -> list[list[list[int]]]:
    """Static fields, instance fields and methods of a class."""
    data = cls.get_class_data()
    if data is None:
        return [[], [], []]
    fields = (data.get_static_fields(), data.get_instance_fields())
    return [
        *([[one.get_field_idx(), one.get_access_flags()] for one in some] for some in fields),
        [_method(one) for one in data.get_methods()],
    ]


def _method(method: Any) -> list[int]:
    return [method.get_method_idx(), method.get_access_flags(), method.get_code_off()]


def _sites(dex: Any, analysis: Any, bodies: list[tuple[int, Any]]) -> list[int]:
    known = _references(analysis)
    sites = []
    for number, (_, method) in enumerate(bodies):
        offsets, own = known.get(id(method), set()), method.get_class_name()
        for offset, one in method.get_instructions_idx():
            opcode = one.get_op_value()
            if opcode in _REFERRING:
                ref = one.get_ref_kind()
                if offset in offsets or _passed_over(dex, opcode, ref, own):
                    sites += [number, offset // 2, opcode, ref]
    return sites


def _references(analysis: Any) -> dict[int, set[int]]:
    """The offsets, in bytes, of all cross-references from each method."""
    found: dict[int, set[int]] = {}
    for method in analysis.get_methods():
        found.setdefault(id(method.get_method()), set()).update(
            *({offset for *_, offset in references} for references in (
                method.get_xref_to(),
                method.get_xref_read(),
                method.get_xref_write(),
                method.get_xref_new_instance(),
                method.get_xref_const_class(),
            ))
        )  # fmt: skip
    for text in analysis.get_strings():
        for _, method, offset in text.get_xref_from(with_offset=True):
            found.setdefault(id(method.get_method()), set()).add(offset)
    return found


def _passed_over(dex: Any, opcode: int, ref: int, own: str) -> bool:
    """Whether the analysis never has a reference for such an instruction."""
    if opcode in _TYPES:
        kind = dex.CM.get_type(ref).lstrip("[")
        return kind == own or not kind.startswith("L")
    if opcode in opcodes.INVOKES:
        return str(dex.CM.get_method(ref)[0]).startswith("[")
    if opcode in _FIELDS:
        cls, descriptor, name = dex.CM.get_field(ref)
        return dex.get_encoded_field_descriptor(cls, name, descriptor) is None
    return opcode in _OTHER_TYPES
