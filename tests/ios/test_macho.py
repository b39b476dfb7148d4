"""What an image says of itself, in every form that linkers give it; the truth is its source's."""

from __future__ import annotations

import mmap
import struct
from typing import TYPE_CHECKING, Any, Final

import pytest

from pincompiler.base.bounds import LOAD_COMMANDS, OBJC_CLASSES, OBJC_METHODS
from pincompiler.ios.macho import ImagePart, MachO, MachOError, is_macho, read_macho
from tests import builds as golden
from tests.bounding import bounded
from tests.ios import programs
from tests.ios.lief_oracle import compare, differences, read_by_lief

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")

SOURCE: Final = """
@protocol Answering
- (void)answer:(id)question;
@optional
+ (void)neverWritten;
@end
@interface Base : NSObject @end
@implementation Base
- (NSString *)greeting { return @"grüße"; }
@end
@interface Delegate : Base <NSURLSessionDelegate, Answering>
@property NSString *pin;
@end
@implementation Delegate
+ (void)prepare { SecTrustSetAnchorCertificates(0, 0); }
- (void)answer:(id)question { curl_easy_setopt(0, 1, "plain text", "other text"); }
- (NSString *)greeting { return @"r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E="; }
- (void)URLSession:(NSURLSession *)session
    didReceiveChallenge:(NSURLAuthenticationChallenge *)challenge
      completionHandler:(ChallengeAnswer)answer {
  answer(UseCredential, [NSURLCredential credentialForTrust:challenge.protectionSpace.serverTrust]);
}
@end
@interface Delegate (More) - (BOOL)isMore; @end
@implementation Delegate (More)
- (BOOL)isMore { return YES; }
@end
@implementation NSURLRequest (Loose)
+ (BOOL)allowsAnyHTTPSCertificateForHost:(NSString *)host { return YES; }
@end
int main(void) {
  [Delegate prepare];
  return [[Delegate new] isMore] && [NSURLRequest allowsAnyHTTPSCertificateForHost:@"api.example.com"];
}
"""
HANDLER: Final = "URLSession:didReceiveChallenge:completionHandler:"
FORMS: Final[dict[str, dict[str, Any]]] = {
    "chained fixups": {},
    "bind opcodes": {"least": "12.0"},
    "small methods": {"link": ("-objc_relative_method_lists",)},
    "simulator": {"simulator": True},
    "x86_64": {"arch": "x86_64", "simulator": True},
    "framework": {
        "link": ("-dylib", "-install_name", "@rpath/Kit.framework/Kit", "-rpath", "@loader_path/..")
    },
    "extension": {"link": ("-e", "_NSExtensionMain")},
    "fixups of arm64e's linker": {"arch": "arm64e"},
}


def only(data: bytes) -> MachO:
    (image,) = read_macho(data).images
    return image


def program(form: str = "chained fixups") -> bytes:
    return golden.program(SOURCE, **FORMS[form])


@pytest.fixture(params=FORMS)
def data(request: pytest.FixtureRequest) -> bytes:
    return program(request.param)


def test_classes_and_categories_are_those_of_the_source(data: bytes) -> None:
    image = only(data)
    found = {one.title: one for one in (*image.objc.classes, *image.objc.categories)}
    assert {title: (one.superclass, one.protocols) for title, one in found.items()} == {
        "Base": ("NSObject", ()),
        "Delegate": ("Base", ("NSURLSessionDelegate", "Answering")),
        "NSURLRequest(Loose)": ("", ()),
        # The linker adds a category to the class that it knows, or leaves it apart.
        **({"Delegate(More)": ("", ())} if "Delegate(More)" in found else {}),
    }
    said = {
        (one.name, "+" if method.of_class else "-", method.selector)
        for one in found.values()
        for method in one.methods
        if method.selector != ".cxx_destruct"
    }
    assert said == {
        ("Base", "-", "greeting"),
        ("Delegate", "+", "prepare"),
        ("Delegate", "-", "answer:"),
        ("Delegate", "-", "greeting"),
        ("Delegate", "-", "pin"),
        ("Delegate", "-", "setPin:"),
        ("Delegate", "-", HANDLER),
        ("Delegate", "-", "isMore"),
        ("NSURLRequest", "+", "allowsAnyHTTPSCertificateForHost:"),
    }
    assert not image.doubts


def test_a_method_that_is_only_demanded_is_implemented_by_nobody(data: bytes) -> None:
    image = only(data)
    (answering,) = (one for one in image.objc.protocols if one.name == "Answering")
    assert set(answering.selectors) == {"answer:", "neverWritten"}
    assert [one.title for one, _ in image.objc.implementing(["neverWritten", HANDLER])] == ["Delegate"]


def test_the_code_of_a_method_is_a_function(data: bytes) -> None:
    image = only(data)
    ((_, method),) = image.objc.implementing([HANDLER])
    assert method.address in image.functions
    span = image.function(method.address + 8)
    assert span is not None
    assert span[0] == method.address < span[1]


def test_imports_name_their_libraries(data: bytes) -> None:
    imports = only(data).imports
    expected = {
        "_SecTrustSetAnchorCertificates": "/System/Library/Frameworks/Security.framework/Security",
        "_OBJC_CLASS_$_NSURLCredential": "/System/Library/Frameworks/Foundation.framework/Foundation",
        "_curl_easy_setopt": "@rpath/libcurl.framework/libcurl",
        "_objc_msgSend": "/usr/lib/libobjc.A.dylib",
    }
    assert {name: imports[name].library for name in expected} == expected
    assert "_SecTrustEvaluateWithError" not in imports


def test_references_name_selectors_and_classes(data: bytes) -> None:
    objc = only(data).objc
    assert {"credentialForTrust:", "serverTrust", "protectionSpace"} <= set(objc.selector_refs.values())
    assert {"Delegate", "NSURLCredential", "NSURLRequest"} <= set(objc.class_refs.values())


def test_texts_are_those_of_the_source(data: bytes) -> None:
    image = only(data)
    assert set(image.constant_strings.values()) == {
        "grüße",
        "r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=",
        "api.example.com",
    }
    found = {text for _, text in image.c_strings()}
    assert {b"plain text", b"other text", b"api.example.com"} <= found
    for address, text in image.c_strings():
        assert image.memory.text(address) == text


@pytest.mark.parametrize("form", FORMS)
def test_the_header_says_what_it_was_built_for(form: str) -> None:
    image = only(program(form))
    (target,) = image.commands.targets
    given = FORMS[form]
    assert target.platform == ("ios-simulator" if given.get("simulator") else "ios")
    assert (target.least, target.sdk) == (given.get("least", "14.0"), "17.0")
    assert image.commands.kind == ("library" if form == "framework" else "executable")
    assert len(bytes.fromhex(image.commands.uuid)) == 16
    assert image.commands.install_name == ("@rpath/Kit.framework/Kit" if form == "framework" else "")
    assert image.commands.rpaths == (["@loader_path/.."] if form == "framework" else [])


def test_what_is_stripped_is_found_all_the_same(data: bytes) -> None:
    whole, bare = only(data), only(programs.stripped(data))
    assert [one.title for one, _ in bare.objc.implementing([HANDLER])] == ["Delegate"]
    assert bare.functions == whole.functions
    assert bare.symbols.at(whole.functions[0]) == ""
    assert "_objc_msgSend" in bare.imports
    assert not bare.doubts


def test_symbols_name_what_is_defined() -> None:
    image = only(program())
    ((_, method),) = image.objc.implementing([HANDLER])
    assert image.symbols.at(method.address) == f"-[Delegate {HANDLER}]"
    assert image.symbols.at(method.address + 4) == ""


@pytest.mark.parametrize("form", FORMS)
def test_programs_are_read_as_lief_reads_them(form: str) -> None:
    data, cpu = program(form), "x86_64" if form == "x86_64" else "arm64"
    for one in (data, programs.encrypted(data), programs.stripped(data), programs.fat({cpu: data})):
        assert not compare(one)


def test_a_difference_from_lief_would_be_seen() -> None:
    """One program as we read it, others as LIEF does."""
    (image,) = read_macho(programs.encrypted(program())).images
    found = {
        text.split(" ", 2)[1].rstrip(":")
        for form in ("framework", "extension")
        for text in differences(image, *read_by_lief(program(form)))
    }
    assert found == {"sections", "rpaths", "encryption", "functions", "imports", "uuid"}


# -- files -------------------------------------------------------------------------------------------


def test_each_slice_is_a_program() -> None:
    open_, sound = program(), golden.program("int main(void) { return 0; }")
    file = read_macho(programs.fat({"arm64": sound, "arm64e": open_}))
    assert [one.cpu for one in file.slices] == ["arm64", "arm64e"]
    assert [len(image.objc.classes) for image in file.images] == [0, 2]
    assert not file.doubts


def test_a_file_may_be_mapped(tmp_path: Path) -> None:
    path = tmp_path / "Program"
    path.write_bytes(programs.fat({"arm64": program()}))
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        (image,) = read_macho(mapped).images
        assert [one.name for one in image.objc.classes] == ["Base", "Delegate"]
        assert len(image.functions) > 5


@pytest.mark.parametrize(
    ("head", "macho"),
    [
        (b"\xcf\xfa\xed\xfe\x0c\0\0\x01", True),
        (b"\xce\xfa\xed\xfe\x0c\0\0\0", True),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", True),
        (b"\xca\xfe\xba\xbf\0\0\0\x02", True),
        (b"\xfe\xed\xfa\xce\0\0\0\x12", True),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", False),  # a class of Java 8
        (b"\xca\xfe\xba\xbe\0\x03\0\x2d", False),  # of Java 1.1
        (b"PK\x03\x04\0\0\0\0", False),
        (b"\xcf\xfa\xed\xfe", False),
    ],
)
def test_a_file_is_known_by_its_beginning(head: bytes, *, macho: bool) -> None:
    assert is_macho(head) is macho


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04" * 20, b"\xcf\xfa\xed\xfe\x0c\0\0\x01"])
def test_what_is_no_macho_is_refused(data: bytes) -> None:
    with pytest.raises(MachOError):
        read_macho(data)


def test_a_slice_that_cannot_be_read_says_why() -> None:
    big = b"\xfe\xed\xfa\xce\0\0\0\x12" + bytes(100)
    file = read_macho(programs.fat({"arm64": program(), "x86_64": big, "arm64e": b"!<arch>\n" + bytes(60)}))
    assert [bool(one.image) for one in file.slices] == [True, False, False]
    assert "little-endian" in file.slices[1].why
    assert "static library" in file.slices[2].why


def test_slices_beyond_the_file_and_over_each_other_are_doubts() -> None:
    data = bytearray(programs.fat({"arm64": program(), "x86_64": program("x86_64")}))
    struct.pack_into(">I", data, 8 + 20 + 8, 0x4000)
    assert read_macho(bytes(data)).doubts == ("slice 2 of 2 overlaps what is before it",)
    struct.pack_into(">I", data, 8 + 20 + 8, 0xFFFF0000)
    file = read_macho(bytes(data))
    assert len(file.images) == 1
    assert "slice 2 of 2" in file.doubts[0]


# -- what cannot be seen -----------------------------------------------------------------------------


def test_an_encrypted_image_shows_its_imports_and_no_code() -> None:
    image = only(programs.encrypted(program()))
    assert image.encrypted
    assert "_SecTrustSetAnchorCertificates" in image.imports
    assert not image.objc.classes
    assert not list(image.c_strings())
    doubts = {one.part: one for one in image.doubts}
    assert "encrypted" in doubts[ImagePart.CLASSES].why
    assert "encrypted" in doubts[ImagePart.STRINGS].why
    assert not only(program()).encrypted


def test_a_damaged_class_costs_itself() -> None:
    data = bytearray(program("bind opcodes"))
    image = only(bytes(data))
    base = next(one for one in image.objc.classes if one.name == "Base")
    struct.pack_into("<Q", data, image.memory.offset(base.address + 32), 0x1)
    hurt = only(bytes(data))
    assert [one.name for one in hurt.objc.classes] == []  # Delegate's superclass has no name any more
    assert hurt.doubts[0].part is ImagePart.CLASSES
    assert hurt.doubts[0].times == 2
    assert "_curl_easy_setopt" in hurt.imports


def test_damaged_fixups_cost_the_imports() -> None:
    data = bytearray(program())
    (place,) = [at for kind, at, _ in programs.commands(bytes(data)) if kind == 0x80000034]
    offset = struct.unpack_from("<I", data, place + 8)[0]
    struct.pack_into("<I", data, offset + 8, 0x7FFFFFFF)
    hurt = only(bytes(data))
    assert "_objc_msgSend" in hurt.imports  # of the symbol table
    assert [one.part for one in hurt.doubts] == [ImagePart.IMPORTS]


@pytest.mark.parametrize("form", ["chained fixups", "bind opcodes"])
def test_a_library_of_nobody_is_any(form: str) -> None:
    data = bytearray(programs.stripped(program(form)))
    for kind, at, _ in programs.commands(bytes(data)):
        if kind == 0x0C:
            struct.pack_into("<I", data, at, 0x7A)  # a command that nobody knows
    image = only(bytes(data))
    assert not image.commands.libraries
    assert image.imports["_objc_msgSend"].library == "any"


def test_bounds_are_doubts() -> None:
    data = program()
    with bounded(OBJC_CLASSES, 1):
        image = only(data)
        assert len(image.objc.classes) == 1
        assert str(image.doubts[0]) == f"Objective-C classes: there are more than {OBJC_CLASSES}"
    with bounded(OBJC_METHODS, 4 - len(data) // 4):
        image = only(data)
        assert [one.name for one in image.objc.classes] == ["Base"]
        assert "more than" in image.doubts[0].why
    with bounded(LOAD_COMMANDS, 2):
        image = only(data)
        assert [one.part for one in image.doubts] == [ImagePart.COMMANDS]
