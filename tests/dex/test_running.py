"""Code that is run ends, whatever it is: each bound that it reaches is an end that says which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.android.constants.program import Program
from pincompiler.android.dex import Dex
from pincompiler.android.dex.refs import MethodRef
from pincompiler.android.running.choices import RunEnd, Runs
from pincompiler.android.running.image import Image
from pincompiler.android.running.java import library
from pincompiler.android.running.java.library import JavaLibrary
from pincompiler.android.running.machine import Machine
from pincompiler.android.running.starts import enter
from pincompiler.android.running.values import NULL, StoppedError, ThrownError
from pincompiler.base.bounds import RUN_STEPS, RUNS
from tests.builds import assemble
from tests.dex.smali import class_file, method

if TYPE_CHECKING:
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.values import Value

pytestmark = pytest.mark.usefixtures("builds")

HOSTILE: Final = {
    # By what ends it: a method of class LHostile; that takes and gives nothing.
    "too many instructions": ":again\ngoto :again",
    "calls that are too deep": "invoke-static {}, LHostile;->m1()V\nreturn-void",
    "too many objects": "const/16 v0, 0x7fff\n:again\nnew-array v1, v0, [I\ngoto :again",
    "an array of too many elements": "const v0, 0x7fffffff\nnew-array v1, v0, [I\nreturn-void",
    "a text that is too long": (
        'const-string v0, "x"\n:again\n'
        "invoke-virtual {v0, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;\n"
        "move-result-object v0\ngoto :again"
    ),
    "a list that holds more and more": (
        "new-instance v0, Ljava/util/ArrayList;\ninvoke-direct {v0}, Ljava/util/ArrayList;-><init>()V\n"
        "invoke-virtual {v0, v0}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z\n:again\n"
        "invoke-virtual {v0, v0}, Ljava/util/ArrayList;->addAll(Ljava/util/Collection;)Z\ngoto :again"
    ),
    "a list that holds itself": (
        "new-instance v0, Ljava/util/ArrayList;\ninvoke-direct {v0}, Ljava/util/ArrayList;-><init>()V\n"
        "new-instance v1, Ljava/util/ArrayList;\ninvoke-direct {v1}, Ljava/util/ArrayList;-><init>()V\n"
        "invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z\n"
        "invoke-virtual {v1, v0}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z\n"
        "invoke-virtual {v0}, Ljava/util/ArrayList;->hashCode()I\nreturn-void"
    ),
    "a regular expression": (
        'const-string v0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"\nconst-string v1, "(a+)+"\n'
        "invoke-virtual {v0, v1}, Ljava/lang/String;->matches(Ljava/lang/String;)Z\nreturn-void"
    ),
    "a number that is unknown": (
        'const-string v0, "x"\ninvoke-virtual {v0, v0}, Ljava/lang/String;->charAt(I)C\nreturn-void'
    ),
}
ENDS: Final = {
    "a list that holds more and more": "too many objects",
    "a list that holds itself": "calls that are too deep",
}
"""Where what ends it is called otherwise."""


def ends(dex: bytes, name: str) -> list[RunEnd]:
    image = Image(Program([Dex(dex, "classes.dex")]))
    cls = image.program.class_def("LHostile;")
    assert cls is not None
    body = next(one.body for one in cls.methods if one.ref.name == name)
    assert body is not None
    library = JavaLibrary(lambda _number: None)
    runs = Runs(lambda chosen: Machine(image, library, chosen), lambda m: enter(m, body), RUNS.limit)
    return list(runs)


def hostile() -> bytes:
    methods = [method(f"public static m{number}()V", body) for number, body in enumerate(HOSTILE.values())]
    unknown = "\n".join(f"if-eqz p{number}, :no\n" for number in range(40))
    methods.append(method(f"public static forks({'Z' * 40})V", f"{unknown}:no\nreturn-void", 41))
    return assemble({"Hostile": class_file("LHostile;", "".join(methods))})


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_code_does_it_ends(name: str) -> None:
    (end,) = ends(hostile(), f"m{list(HOSTILE).index(name)}")
    assert ENDS.get(name, name) in end.stopped
    assert end.machine.steps <= RUN_STEPS.limit + 1


def test_ways_through_what_is_unknown_are_bounded() -> None:
    assert len(ends(hostile(), "forks")) <= RUNS.limit


def test_null_where_a_model_does_not_expect_it_is_no_exception_of_the_app(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def model(_machine: Running, args: list[Value], _ref: MethodRef) -> Value:
        return len(args[0])  # type: ignore[arg-type] # what a null has none of

    monkeypatch.setitem(library.STATIC, ("Landroid/os/Some;", "of"), model)
    ref = MethodRef("Landroid/os/Some;", "of", "(Ljava/lang/String;)I")
    machine = Machine(Image(Program([Dex(hostile(), "classes.dex")])), JavaLibrary(lambda _number: None))
    with pytest.raises(StoppedError, match="with what it does not take"):
        machine.library.static(machine, ref, [NULL], "I")
    assert machine.library.static(machine, ref, ["four"], "I") == 4


def test_null_where_its_documentation_refuses_it_is_the_apps_exception() -> None:
    ref = MethodRef("Ljava/net/URI;", "create", "(Ljava/lang/String;)Ljava/net/URI;")
    machine = Machine(Image(Program([Dex(hostile(), "classes.dex")])), JavaLibrary(lambda _number: None))
    with pytest.raises(ThrownError) as thrown:
        machine.library.static(machine, ref, [NULL], "Ljava/net/URI;")
    assert thrown.value.value.cls == "Ljava/lang/NullPointerException;"
