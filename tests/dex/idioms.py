"""Smali code of the idioms by which code makes constants, and what each of them makes."""

from __future__ import annotations

from typing import Final

from pincompiler.android.constants.values import (
    ClassLiteral,
    Items,
    Joined,
    Number,
    OneOf,
    ResourceRef,
    Text,
    Unknown,
    Value,
)
from tests.dex.smali import class_file, method

TAKE: Final = "invoke-static {v0}, LSink;->take(Ljava/lang/Object;)V"
ONE: Final = "sha256/AAA="
TWO: Final = "sha256/BBB="
SB: Final = "Ljava/lang/StringBuilder;"

BOTH: Final = Items("array", (Text(ONE), Text(TWO)))
# Method bodies that hand v0 to a sink, and what it then may be.
CASES: Final[dict[str, tuple[str, Value]]] = {
    "string": (f'const-string v0, "{ONE}"', Text(ONE)),
    "jumbo": (f'const-string/jumbo v0, "{ONE}"', Text(ONE)),
    "non_bmp": ('const-string v0, "\\ud83d\\ude00\\u0000\\u00e9"', Text("\U0001f600\0é")),
    "move": (f'const-string v5, "{ONE}"\nmove-object v3, v5\nmove-object/16 v0, v3', Text(ONE)),
    "check_cast": (f'const-string v0, "{ONE}"\ncheck-cast v0, Ljava/lang/CharSequence;', Text(ONE)),
    "class_literal": ("const-class v0, LHelper;", ClassLiteral("LHelper;")),
    "null": ("const/4 v0, 0x0", Number(0)),
    "negative": ("const v0, -0x12345678", Number(-0x12345678)),
    "high": ("const/high16 v0, 0x7f040000", Number(0x7F040000)),
    "arithmetic": ("const/16 v0, 0x41\nxor-int/lit8 v0, v0, 0x3\nadd-int/lit16 v0, v0, 0x100", Number(0x142)),
    "filled_new_array": (
        (
            f'const-string v1, "{ONE}"\nconst-string v2, "{TWO}"\n'
            "filled-new-array {v1, v2}, [Ljava/lang/String;\nmove-result-object v0"
        ),
        BOTH,
    ),
    "aput": (
        (
            "const/4 v1, 0x2\nnew-array v0, v1, [Ljava/lang/String;\nconst/4 v2, 0x0\n"
            f'const-string v3, "{ONE}"\naput-object v3, v0, v2\nconst/4 v2, 0x1\n'
            f'const-string v3, "{TWO}"\naput-object v3, v0, v2'
        ),
        BOTH,
    ),
    "array_data": (
        (
            "const/4 v1, 0x3\nnew-array v0, v1, [C\nfill-array-data v0, :data\ngoto :take\n"
            ":data\n.array-data 2\n0x61 0x62 0x63\n.end array-data\n:take"
        ),
        Items("array", (Number(0x61), Number(0x62), Number(0x63))),
    ),
    "string_of_chars": (
        (
            "const/4 v1, 0x3\nnew-array v2, v1, [C\nfill-array-data v2, :data\n"
            "new-instance v0, Ljava/lang/String;\ninvoke-direct {v0, v2}, Ljava/lang/String;-><init>([C)V\ngoto :take\n"
            ":data\n.array-data 2\n0x61 0x62 0x63\n.end array-data\n:take"
        ),
        Text("abc"),
    ),
    "array_get": (
        (
            f'const-string v1, "{ONE}"\nconst-string v2, "{TWO}"\n'
            "filled-new-array {v1, v2}, [Ljava/lang/String;\nmove-result-object v3\n"
            "const/4 v4, 0x1\naget-object v0, v3, v4"
        ),
        Text(TWO),
    ),
    "string_builder": (
        (
            f"new-instance v1, {SB}\ninvoke-direct {{v1}}, {SB}-><init>()V\n"
            f'const-string v2, "sha256/"\ninvoke-virtual {{v1, v2}}, {SB}->append(Ljava/lang/String;){SB}\n'
            f"move-result-object v3\nconst/16 v2, 0x41\ninvoke-virtual {{v3, v2}}, {SB}->append(C){SB}\n"
            f"const/4 v2, 0x7\ninvoke-virtual {{v1, v2}}, {SB}->append(I){SB}\n"
            f"invoke-virtual {{v1}}, {SB}->toString()Ljava/lang/String;\nmove-result-object v0"
        ),
        Text("sha256/A7"),
    ),
    "concat": (
        (
            'const-string v1, "sha256/"\nconst-string v2, "AAA="\n'
            "invoke-virtual {v1, v2}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;\n"
            "move-result-object v0"
        ),
        Text(ONE),
    ),
    "kotlin_string_plus": (
        (
            'const-string v1, "sha256/"\nconst-string v2, "AAA="\ninvoke-static {v1, v2}, Lkotlin/jvm/internal/'
            "Intrinsics;->stringPlus(Ljava/lang/String;Ljava/lang/Object;)Ljava/lang/String;\nmove-result-object v0"
        ),
        Text(ONE),
    ),
    "format": (
        (
            'const-string v1, "%s/%2$s="\nconst-string v2, "sha256"\nconst-string v3, "AAA"\n'
            "filled-new-array {v2, v3}, [Ljava/lang/Object;\nmove-result-object v2\n"
            "invoke-static {v1, v2}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)"
            "Ljava/lang/String;\nmove-result-object v0"
        ),
        Text(ONE),
    ),
    "as_list": (
        (
            "invoke-static {}, LHelper;->array()[Ljava/lang/String;\nmove-result-object v1\n"
            "invoke-static {v1}, Ljava/util/Arrays;->asList([Ljava/lang/Object;)Ljava/util/List;\nmove-result-object v0"
        ),
        Items("list", (Text(ONE), Text(TWO))),
    ),
    "list_of": (
        (
            f'const-string v1, "{ONE}"\nconst-string v2, "{TWO}"\ninvoke-static {{v1, v2}}, Ljava/util/List;->'
            "of(Ljava/lang/Object;Ljava/lang/Object;)Ljava/util/List;\nmove-result-object v0"
        ),
        Items("list", (Text(ONE), Text(TWO))),
    ),
    "kotlin_list_of": (
        (
            f'const-string v1, "{ONE}"\nconst-string v2, "{TWO}"\n'
            "filled-new-array {v1, v2}, [Ljava/lang/String;\nmove-result-object v1\n"
            "invoke-static {v1}, Lkotlin/collections/CollectionsKt;->listOf([Ljava/lang/Object;)Ljava/util/List;\n"
            "move-result-object v0"
        ),
        Items("list", (Text(ONE), Text(TWO))),
    ),
    "kotlin_set_of_one": (
        (
            f'const-string v1, "{ONE}"\ninvoke-static {{v1}}, Lkotlin/collections/SetsKt;->'
            "setOf(Ljava/lang/Object;)Ljava/util/Set;\nmove-result-object v0"
        ),
        Items("set", (Text(ONE),)),
    ),
    "singleton_list": (
        (
            f'const-string v1, "{ONE}"\ninvoke-static {{v1}}, Ljava/util/Collections;->'
            "singletonList(Ljava/lang/Object;)Ljava/util/List;\nmove-result-object v0"
        ),
        Items("list", (Text(ONE),)),
    ),
    "array_list": (
        (
            "new-instance v0, Ljava/util/ArrayList;\ninvoke-direct {v0}, Ljava/util/ArrayList;-><init>()V\n"
            f'const-string v1, "{ONE}"\ninvoke-interface {{v0, v1}}, Ljava/util/List;->add(Ljava/lang/Object;)Z\n'
            f'const-string v1, "{TWO}"\ninvoke-virtual {{v0, v1}}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z'
        ),
        Items("list", (Text(ONE), Text(TWO))),
    ),
    "iterator": (
        (
            "invoke-static {}, LHelper;->list()Ljava/util/List;\nmove-result-object v1\n"
            "invoke-interface {v1}, Ljava/util/List;->iterator()Ljava/util/Iterator;\nmove-result-object v2\n"
            ":loop\ninvoke-interface {v2}, Ljava/util/Iterator;->hasNext()Z\nmove-result v3\nif-eqz v3, :end\n"
            "invoke-interface {v2}, Ljava/util/Iterator;->next()Ljava/lang/Object;\nmove-result-object v0\n"
            f"check-cast v0, Ljava/lang/String;\n{TAKE}\ngoto :loop\n:end\nreturn-void\n"
        ),
        OneOf((Text(ONE), Text(TWO))),
    ),
    "loop_over_array": (
        (
            "sget-object v1, LHelper;->PINS:[Ljava/lang/String;\narray-length v2, v1\nconst/4 v3, 0x0\n"
            f":loop\nif-ge v3, v2, :end\naget-object v0, v1, v3\n{TAKE}\nadd-int/lit8 v3, v3, 0x1\n"
            "goto :loop\n:end\nreturn-void\n"
        ),
        OneOf((Text(ONE), Text(TWO))),
    ),
    "static_encoded": ("sget-object v0, LHelper;->ENCODED:Ljava/lang/String;", Text(ONE)),
    "static_number": ("sget v0, LHelper;->NUMBER:I", Number(-7)),
    "static_initialiser": ("sget-object v0, LHelper;->PINS:[Ljava/lang/String;", BOTH),
    "static_assigned": (
        "sget-object v0, LHelper;->assigned:Ljava/lang/String;",
        Text(TWO),
    ),
    "instance_field": (
        (
            "new-instance v1, LHelper;\ninvoke-direct {v1}, LHelper;-><init>()V\n"
            "iget-object v0, v1, LHelper;->pin:Ljava/lang/String;"
        ),
        Text(TWO),
    ),
    "helper": ("invoke-static {}, LHelper;->array()[Ljava/lang/String;\nmove-result-object v0", BOTH),
    "helper_with_argument": (
        (
            'const-string v1, "AAA="\ninvoke-static {v1}, LHelper;->prefixed(Ljava/lang/String;)Ljava/lang/String;\n'
            "move-result-object v0"
        ),
        Text(ONE),
    ),
    "helper_recursive": (
        "invoke-static {}, LHelper;->forever()Ljava/lang/String;\nmove-result-object v0",
        Text(ONE),
    ),
    "branches": (
        (
            f"invoke-static {{}}, LSink;->flag()Z\nmove-result v1\nif-eqz v1, :other\n"
            f'const-string v0, "{ONE}"\ngoto :take\n:other\nconst-string v0, "{TWO}"\n:take'
        ),
        OneOf((Text(ONE), Text(TWO))),
    ),
    "switch": (
        (
            "invoke-static {}, LSink;->number()I\nmove-result v1\nconst/4 v0, 0x0\npacked-switch v1, :table\n"
            f'goto :take\n:a\nconst-string v0, "{ONE}"\ngoto :take\n:b\nconst-string v0, "{TWO}"\n:take\n'
            f"{TAKE}\nreturn-void\n:table\n.packed-switch 0x0\n:a\n:b\n.end packed-switch\n"
        ),
        OneOf((Number(0), Text(ONE), Text(TWO))),
    ),
    "handler": (
        (
            f'const-string v0, "{ONE}"\n:from\ninvoke-static {{}}, LSink;->flag()Z\nconst-string v0, "{TWO}"\n'
            "invoke-static {}, LSink;->flag()Z\n:to\n.catch Ljava/lang/Exception; {:from .. :to} :caught\n"
            f"return-void\n:caught\nmove-exception v1\n{TAKE}\nreturn-void\n"
        ),
        OneOf((Text(ONE), Text(TWO))),
    ),
    "resource": (
        (
            "const/4 v1, 0x0\nconst v2, 0x7f040001\ninvoke-virtual {v1, v2}, Landroid/content/Context;->"
            "getString(I)Ljava/lang/String;\nmove-result-object v0"
        ),
        ResourceRef(0x7F040001, "string"),
    ),
    "resource_array": (
        (
            "const/4 v1, 0x0\nconst v2, 0x7f040001\ninvoke-virtual {v1, v2}, Landroid/content/res/Resources;->"
            "getStringArray(I)[Ljava/lang/String;\nmove-result-object v0"
        ),
        ResourceRef(0x7F040001, "array"),
    ),
    "resource_joined": (
        (
            'const-string v0, "sha256/"\nconst/4 v1, 0x0\nconst v2, 0x7f040001\ninvoke-virtual {v1, v2}, '
            "Landroid/content/Context;->getString(I)Ljava/lang/String;\nmove-result-object v1\n"
            "invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;\n"
            "move-result-object v0"
        ),
        Joined((Text("sha256/"), ResourceRef(0x7F040001, "string"))),
    ),
    "array_clone": (
        (
            "sget-object v0, LHelper;->PINS:[Ljava/lang/String;\n"
            "invoke-virtual {v0}, [Ljava/lang/String;->clone()Ljava/lang/Object;\nmove-result-object v0"
        ),
        BOTH,
    ),
    "trim_lower": (
        (
            'const-string v0, " API.Example.COM "\ninvoke-virtual {v0}, Ljava/lang/String;->trim()Ljava/lang/String;\n'
            "move-result-object v0\ninvoke-virtual {v0}, Ljava/lang/String;->toLowerCase()Ljava/lang/String;\n"
            "move-result-object v0"
        ),
        Text("api.example.com"),
    ),
    "split": (
        (
            f'const-string v0, "{ONE},{TWO}"\nconst-string v1, ","\ninvoke-virtual {{v0, v1}}, Ljava/lang/String;->'
            "split(Ljava/lang/String;)[Ljava/lang/String;\nmove-result-object v0"
        ),
        BOTH,
    ),
    "filled_after_it_was_kept": (
        "sget-object v0, LHelper;->filled:Ljava/util/ArrayList;",
        Items("list", (Text(ONE), Text(TWO))),
    ),
    "filled_in_the_constructor": (
        (
            "new-instance v1, LHelper;\ninvoke-direct {v1}, LHelper;-><init>()V\n"
            "iget-object v0, v1, LHelper;->own:Ljava/util/ArrayList;"
        ),
        Items("list", (Text(TWO),)),
    ),
    "float_is_unknown": ("const/4 v1, 0x1\nint-to-float v0, v1", Unknown("it is computed at run time")),
}
HELPER: Final = class_file(
    "LHelper;",
    f'.field public static final ENCODED:Ljava/lang/String; = "{ONE}"\n'
    ".field public static final NUMBER:I = -7\n"
    ".field public static final PINS:[Ljava/lang/String;\n"
    ".field public static assigned:Ljava/lang/String;\n"
    ".field public final pin:Ljava/lang/String;\n"
    ".field public static final filled:Ljava/util/ArrayList;\n"
    ".field public final own:Ljava/util/ArrayList;\n"
    + method(
        "static constructor <clinit>()V",
        f'const-string v1, "{ONE}"\nconst-string v2, "{TWO}"\nfilled-new-array {{v1, v2}}, [Ljava/lang/String;\n'
        "move-result-object v0\nsput-object v0, LHelper;->PINS:[Ljava/lang/String;\n"
        "sput-object v2, LHelper;->assigned:Ljava/lang/String;\n"
        "new-instance v0, Ljava/util/ArrayList;\ninvoke-direct {v0}, Ljava/util/ArrayList;-><init>()V\n"
        "sput-object v0, LHelper;->filled:Ljava/util/ArrayList;\n"
        "invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z\n"
        "sget-object v0, LHelper;->filled:Ljava/util/ArrayList;\n"
        "invoke-virtual {v0, v2}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z\nreturn-void",
    )
    + method(
        "public constructor <init>()V",
        f'invoke-direct {{p0}}, Ljava/lang/Object;-><init>()V\nconst-string v0, "{TWO}"\n'
        "iput-object v0, p0, LHelper;->pin:Ljava/lang/String;\n"
        "new-instance v1, Ljava/util/ArrayList;\ninvoke-direct {v1}, Ljava/util/ArrayList;-><init>()V\n"
        "iput-object v1, p0, LHelper;->own:Ljava/util/ArrayList;\n"
        "iget-object v1, p0, LHelper;->own:Ljava/util/ArrayList;\n"
        "invoke-virtual {v1, v0}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z\nreturn-void",
    )
    + method(
        "public static array()[Ljava/lang/String;",
        "sget-object v0, LHelper;->PINS:[Ljava/lang/String;\nreturn-object v0",
    )
    + method(
        "public static list()Ljava/util/List;",
        "invoke-static {}, LHelper;->array()[Ljava/lang/String;\nmove-result-object v1\n"
        "invoke-static {v1}, Ljava/util/Arrays;->asList([Ljava/lang/Object;)Ljava/util/List;\n"
        "move-result-object v0\nreturn-object v0",
    )
    + method(
        "private static prefixed(Ljava/lang/String;)Ljava/lang/String;",
        'const-string v0, "sha256/"\ninvoke-virtual {v0, p0}, Ljava/lang/String;->concat(Ljava/lang/String;)'
        "Ljava/lang/String;\nmove-result-object v0\nreturn-object v0",
    )
    + method(
        "public static forever()Ljava/lang/String;",
        "invoke-static {}, LSink;->flag()Z\nmove-result v1\nif-eqz v1, :end\n"
        "invoke-static {}, LHelper;->forever()Ljava/lang/String;\n"
        f':end\nconst-string v0, "{ONE}"\nreturn-object v0',
    ),
)
PINNER: Final = "Lokhttp3/CertificatePinner;"
BUILDER: Final = "Lokhttp3/CertificatePinner$Builder;"
CLIENT: Final = "Lokhttp3/OkHttpClient$Builder;"
# A provider makes the pinner, a field keeps it, and a client is given what another method passes on.
APP: Final = class_file(
    "LApp;",
    f".field private final pinner:{PINNER}\n"
    + method(
        "public constructor <init>()V",
        f"invoke-direct {{p0}}, Ljava/lang/Object;-><init>()V\ninvoke-static {{}}, LApp;->make(){PINNER}\n"
        f"move-result-object v0\niput-object v0, p0, LApp;->pinner:{PINNER}\nreturn-void",
    )
    + method(
        f"private static make(){PINNER}",
        f".line 40\nnew-instance v0, {BUILDER}\ninvoke-direct {{v0}}, {BUILDER}-><init>()V\n"
        'const-string v1, "example.com"\nsget-object v2, LHelper;->PINS:[Ljava/lang/String;\n'
        f".line 42\ninvoke-virtual {{v0, v1, v2}}, {BUILDER}->add(Ljava/lang/String;[Ljava/lang/String;){BUILDER}\n"
        f"move-result-object v0\ninvoke-virtual {{v0}}, {BUILDER}->build(){PINNER}\n"
        "move-result-object v0\nreturn-object v0",
    )
    + method(
        "public client()V",
        f"iget-object v0, p0, LApp;->pinner:{PINNER}\ninvoke-static {{v0}}, LApp;->attach({PINNER})V\nreturn-void",
    )
    + method(
        f"private static attach({PINNER})V",
        f"new-instance v0, {CLIENT}\ninvoke-direct {{v0}}, {CLIENT}-><init>()V\n"
        f"invoke-virtual {{v0, p0}}, {CLIENT}->certificatePinner({PINNER}){CLIENT}\nreturn-void",
    )
    + method(
        "public static many()V",
        'invoke-static {}, LSink;->number()I\nmove-result v1\nconst-string v0, "pin 0"\n'
        "packed-switch v1, :table\ngoto :take\n"
        + "".join(f':c{n}\nconst-string v0, "pin {n}"\ngoto :take\n' for n in range(1, 12))
        + f":take\n{TAKE}\nreturn-void\n:table\n.packed-switch 0x1\n"
        + "".join(f":c{n}\n" for n in range(1, 12))
        + ".end packed-switch",
    )
    + method(
        "public static growing()V",
        f'new-instance v1, {SB}\ninvoke-direct {{v1}}, {SB}-><init>()V\nconst-string v2, "x"\n'
        f":loop\ninvoke-virtual {{v1, v2}}, {SB}->append(Ljava/lang/String;){SB}\n"
        f"invoke-virtual {{v1}}, {SB}->toString()Ljava/lang/String;\nmove-result-object v0\n{TAKE}\ngoto :loop",
    ),
)


def cases() -> str:
    text = ""
    for name, (body, _) in CASES.items():
        end = "" if body.endswith("return-void\n") or ":table" in body else f"\n{TAKE}\nreturn-void"
        text += method(f"public static {name}()V", body + end)
    return class_file("LCases;", text)
