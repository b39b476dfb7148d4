"""Code that is run here does what a JVM does with the same classes, and ordinary Kotlin pins what its source says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.android.constants.program import Program
from pincompiler.android.dex import Dex
from pincompiler.android.running.image import Image
from pincompiler.android.running.java.library import JavaLibrary
from pincompiler.android.running.machine import Machine
from pincompiler.android.running.numbers import double_bits
from pincompiler.android.running.texts import units
from pincompiler.android.running.values import StoppedError, ThrownError
from pincompiler.shipped import read_app
from tests.dex.generated import source
from tests.real.apps import build_app
from tests.real.install import ANDROID_VERSION
from tests.real.jvm import call, jars, java, workshop
from tests.real.ways_to_pin import WAYS, A, B
from tests.real.ways_to_pin import source as kotlin

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.android.running.values import Value

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.usefixtures("real_tools")]

CLASSES, METHODS, FIRST_SEED = 51, 40, 170_000
GIVEN: Final = (
    # As Java writes them, and as they are passed here.
    ('7, 1L << 33, 2.5, "api.example.com"', (7, 1 << 33, 2.5, "api.example.com")),
    ('-3, -5L, -0.0, "a,b"', (-3, -5, -0.0, "a,b")),
)
RUNNER: Final = """\
import java.nio.charset.StandardCharsets;
public final class Runner {
    public static void main(String[] names) throws Throwable {
        StringBuilder out = new StringBuilder();
        for (String name : names) {
            for (java.lang.reflect.Method method : Class.forName(name).getDeclaredMethods()) {
                if (!method.getName().matches("m\\\\d+")) continue;
                Object[][] given = {GIVEN};
                for (int n = 0; n < given.length; n++) {
                    String said;
                    try {
                        said = "=" + method.invoke(null, given[n]);
                    } catch (java.lang.reflect.InvocationTargetException thrown) {
                        said = "!" + thrown.getCause().getClass().getName();
                    }
                    out.append(name).append(' ').append(method.getName()).append(' ').append(n).append(' ');
                    for (char one : said.toCharArray()) out.append(Integer.toHexString(one)).append('.');
                    out.append('\\n');
                }
            }
        }
        System.out.write(out.toString().getBytes(StandardCharsets.US_ASCII));
        System.out.flush();
    }
}
""".replace("{GIVEN}", "{" + ", ".join(f"{{{text}}}" for text, _ in GIVEN) + "}")


def said_by_the_jvm(folder: Path, names: list[str]) -> dict[tuple[str, str, int], str]:
    answers = {}
    out = call([*java(), "-cp", str(folder), "Runner", *names]).decode("ascii")
    for line in out.splitlines():
        name, method, number, text = line.split(" ")
        answers[name, method, int(number)] = "".join(chr(int(one, 16)) for one in text.split(".")[:-1])
    return answers


def said_here(image: Image, name: str, method: str, given: tuple[int, int, float, str]) -> str:
    number, long, real, text = given
    cls = image.program.class_def(f"L{name};")
    assert cls is not None
    body = next(one.body for one in cls.methods if one.ref.name == method)
    assert body is not None
    machine = Machine(image, JavaLibrary(lambda _number: None))
    try:
        machine.initialise(f"L{name};")
        arguments: list[Value] = [number, long, double_bits(real), units(text)]
        found = machine.run(image.prepared(body), arguments)
    except ThrownError as thrown:
        return "!" + thrown.value.cls[1:-1].replace("/", ".")
    except StoppedError as stopped:
        return f"? {stopped}"
    return f"={found}" if isinstance(found, str) else f"? {found!r} {list(machine.missing)}"


def compiled(folder: Path, seeds: range) -> tuple[list[str], Image]:
    names = [f"G{seed}" for seed in seeds]
    (folder / "src").mkdir()
    (folder / "src" / "Runner.java").write_text(RUNNER, "utf-8")
    for name, seed in zip(names, seeds, strict=True):
        (folder / "src" / f"{name}.java").write_text(source(name, seed, METHODS), "utf-8")
    classes, out = folder / "classes", folder / "dex"
    classes.mkdir()
    out.mkdir()
    sources = [str(one) for one in sorted((folder / "src").iterdir())]
    workshop().do("javac", "-nowarn", os.pathsep, str(classes), *sources)
    workshop().do("d8", str(classes), "", jars(f"android-{ANDROID_VERSION}"), "26", str(out), "release")
    program = Program([Dex(one.read_bytes(), one.name) for one in sorted(out.glob("*.dex"))])
    program.budget.searches = 1 << 40  # all of it is asked about, which is a bound for audits
    return names, Image(program)


def test_methods_made_at_random_give_what_they_give_on_a_jvm(tmp_path: Path) -> None:
    names, image = compiled(tmp_path, range(FIRST_SEED, FIRST_SEED + CLASSES))
    expected = said_by_the_jvm(tmp_path / "classes", names)
    assert len(expected) == CLASSES * METHODS * len(GIVEN)
    found = {
        (name, method, number): said_here(image, name, method, GIVEN[number][1])
        for name, method, number in expected
    }
    wrong = {
        key: (said, expected[key]) for key, said in found.items() if said[0] != "?" and said != expected[key]
    }
    assert not wrong, "\n".join(
        f"{key}\n  here {a[:300]!r}\n  JVM  {b[:300]!r}" for key, (a, b) in list(wrong.items())[:10]
    )
    unknown = [said for said in found.values() if said[0] == "?"]
    assert len(unknown) < len(found) / 50, unknown[:20]


@pytest.mark.parametrize("shrink", ["", "r8", "r8-full"])
def test_every_way_to_pin_is_found_in_every_build(shrink: str, tmp_path: Path) -> None:
    app = read_app(build_app(tmp_path / "app", kotlin=kotlin(), shrink=shrink))
    pinned: dict[str, set[str]] = {}
    for pinner in app.okhttp.pinners:
        for added in pinner.added:
            pinned.setdefault(added.pattern, set()).update(added.pins)
    assert pinned == {f"{name}.example.com": {A, B} for name in WAYS}
