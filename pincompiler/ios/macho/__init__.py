"""Reading Mach-O files: :func:`read_macho` gives the programs of one, each an index that reads what it is asked."""

from pincompiler.ios.macho.container import FatSlice, MachOFile, is_macho, read_macho
from pincompiler.ios.macho.format import ImageDoubt, ImagePart, MachOError
from pincompiler.ios.macho.image import MachO
from pincompiler.ios.macho.objc import ObjcClass, ObjcMethod
from pincompiler.ios.macho.pointers import Import

__all__ = [
    "FatSlice",
    "ImageDoubt",
    "ImagePart",
    "Import",
    "MachO",
    "MachOError",
    "MachOFile",
    "ObjcClass",
    "ObjcMethod",
    "is_macho",
    "read_macho",
]
