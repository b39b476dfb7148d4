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
NULLS: Final = tuple(
    # What Java gives or throws where an argument is null; ``text``, ``list`` and ``map`` hold something.
    """
text.equals(null); text.equalsIgnoreCase(null); text.compareTo(null); text.contains(null); text.concat(null); text.split(null)
text.startsWith(null); text.endsWith(null); text.indexOf((String) null); text.replace("a", null); text.replaceAll("a", null)
text.matches(null); text.getBytes((java.nio.charset.Charset) null).length; text.toLowerCase((Locale) null); text.replaceFirst("a", null)
text.contentEquals((CharSequence) null); text.regionMatches(0, null, 0, 1); text.regionMatches(true, 0, null, 0, 1)
String.valueOf((Object) null); String.valueOf((char[]) null); String.join(null, "a", "b"); String.join("-", null, "b")
String.join("-", (Iterable<String>) null); String.format(null, 1); String.format((Locale) null, "%d", 1); String.format("%s", (Object) null)
String.copyValueOf(null); new String((char[]) null); new String((byte[]) null); new String((String) null)
new StringBuilder((String) null); new StringBuilder().append((String) null); new StringBuilder().append((char[]) null)
new StringBuilder("a").insert(0, (String) null); new StringBuilder("a").append((Object) null); new StringBuilder("a").replace(0, 1, null)
new StringBuilder("a").indexOf(null); Integer.valueOf(1).equals(null); Integer.valueOf(1).compareTo(null); Integer.parseInt(null)
Integer.valueOf((String) null); Long.parseLong(null); Boolean.parseBoolean(null); Boolean.valueOf((String) null); Double.parseDouble(null)
list.contains(null); list.indexOf(null); list.remove(null); list.add(null); list.addAll(null); list.removeAll(null); list.containsAll(null)
list.retainAll(null); list.removeIf(null); list.toArray((Object[]) null); list.equals(null); new ArrayList<String>((Collection<String>) null)
new HashSet<String>((Collection<String>) null); new HashMap<String, String>((Map<String, String>) null); new ArrayDeque<String>(list).offer(null)
new TreeSet<String>(list).contains(null); new TreeMap<String, String>(map).get(null); new java.util.concurrent.ConcurrentHashMap<String, String>(map).get(null)
new java.util.concurrent.ConcurrentHashMap<String, String>().put("a", null); new Hashtable<String, String>().put("a", null)
map.get(null); map.put(null, "a"); map.put("a", null); map.containsKey(null); map.containsValue(null); map.remove(null); map.getOrDefault(null, "x")
map.computeIfAbsent("z", null); map.computeIfAbsent(null, key -> "made"); map.merge("k", "more", null); map.merge("k", null, (a, b) -> a + b)
map.compute(null, (key, old) -> key + "-" + old); map.computeIfPresent("k", null); each(map); put(map); each(list); walk(list); sorted(list)
Arrays.asList((Object[]) null); Arrays.asList("a", null); Arrays.equals((byte[]) null, (byte[]) null); Arrays.equals(new byte[1], null)
Arrays.toString((int[]) null); Arrays.hashCode((int[]) null); Arrays.copyOf((int[]) null, 2).length; Arrays.copyOfRange((int[]) null, 0, 1).length
Arrays.stream((Object[]) null).count(); Collections.unmodifiableList(null); Collections.unmodifiableMap(null); Collections.singletonList(null)
Collections.singleton(null); Collections.max((Collection<String>) null); Collections.addAll(null, "a"); Collections.addAll(list, (String) null)
Collections.disjoint(list, null); Collections.nCopies(2, null); Collections.frequency(list, null)
Objects.equals(null, null); Objects.equals("a", null); Objects.requireNonNull(null); Objects.requireNonNull(null, "said"); Objects.hash(null, "a")
Objects.toString(null)
Objects.toString(null, "other"); Objects.hashCode(null); Objects.isNull(null)
Optional.of(null); Optional.ofNullable(null).isPresent(); Optional.of("a").orElse(null); Optional.empty().orElse(null); Optional.of("a").map(null)
Optional.of("a").filter(null); Optional.ofNullable((String) null).map(String::trim).isPresent()
java.util.regex.Pattern.compile(null); java.util.regex.Pattern.compile("a").matcher(null); java.util.regex.Pattern.quote(null)
java.util.regex.Pattern.matches("a", null); java.util.regex.Pattern.compile("a").matcher("ab").replaceAll((String) null)
Base64.getDecoder().decode((String) null).length; Base64.getEncoder().encodeToString(null); Base64.getEncoder().encode((byte[]) null).length
java.security.MessageDigest.isEqual(null, null); java.security.MessageDigest.isEqual(new byte[1], null); digest().digest(null).length; update(digest())
java.nio.ByteBuffer.wrap(null); java.net.URI.create(null); new java.net.URI(null); new java.net.URL((String) null); new StringTokenizer(null)
new java.math.BigInteger((String) null); new java.io.ByteArrayInputStream(null).read(); Class.forName(null); Thread.State.valueOf(null)
Thread.State.NEW.compareTo(null); Thread.State.NEW.equals(null); String.class.isInstance(null); String.class.cast(null); new Exception((String) null).getMessage()
new Exception((Throwable) null).getMessage(); new Exception("a", null).getCause(); new Exception("a").initCause(null).getMessage()
Stream.of("a").map(null).count(); Stream.of("a", null).filter(Objects::nonNull).count(); Stream.concat(null, Stream.of("a")); Stream.of("a").anyMatch(null)
Comparator.<String>naturalOrder().thenComparing((Comparator<String>) null); Comparator.comparing((java.util.function.Function<String, String>) null)
new java.util.concurrent.atomic.AtomicReference<String>(null).get(); new java.util.concurrent.atomic.AtomicReference<String>("a").getAndSet(null)
System.identityHashCode(null); "a" + null; null instanceof String; (String) null; java.net.IDN.toASCII(null); java.nio.charset.Charset.forName(null)
""".strip()
    .replace("\n", "; ")
    .split("; ")
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


NULLS_HEAD: Final = """\
import java.util.*;
import java.util.stream.*;
public final class Nulls {
    static java.security.MessageDigest digest() throws Exception { return java.security.MessageDigest.getInstance("SHA-256"); }
    static String update(java.security.MessageDigest to) { to.update((byte[]) null); return "updated"; }
    static String each(Map<String, String> map) { map.forEach(null); return "each"; }
    static String put(Map<String, String> map) { map.putAll(null); return "put"; }
    static String each(List<String> list) { list.forEach(null); return "each"; }
    static String walk(List<String> list) { list.iterator().forEachRemaining(null); return "walked"; }
    static String sorted(List<String> list) { list.sort(null); Collections.sort(list, null); return "" + list; }
"""


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


def compiled(folder: Path, texts: dict[str, str]) -> Image:
    (folder / "src").mkdir()
    for name, text in {"Runner": RUNNER, **texts}.items():
        (folder / "src" / f"{name}.java").write_text(text, "utf-8")
    classes, out = folder / "classes", folder / "dex"
    classes.mkdir()
    out.mkdir()
    sources = [str(one) for one in sorted((folder / "src").iterdir())]
    workshop().do("javac", "-nowarn", os.pathsep, str(classes), *sources)
    workshop().do("d8", str(classes), "", jars(f"android-{ANDROID_VERSION}"), "26", str(out), "release")
    program = Program([Dex(one.read_bytes(), one.name) for one in sorted(out.glob("*.dex"))])
    program.budget.searches = 1 << 40  # all of it is asked about, which is a bound for audits
    return Image(program)


def test_methods_made_at_random_give_what_they_give_on_a_jvm(tmp_path: Path) -> None:
    seeds = range(FIRST_SEED, FIRST_SEED + CLASSES)
    texts = {f"G{seed}": source(f"G{seed}", seed, METHODS) for seed in seeds}
    image = compiled(tmp_path, texts)
    expected = said_by_the_jvm(tmp_path / "classes", list(texts))
    assert len(expected) == CLASSES * METHODS * len(GIVEN)
    unknown = compared(image, expected)
    assert len(unknown) < len(expected) / 50, unknown[:20]


def compared(image: Image, expected: dict[tuple[str, str, int], str]) -> list[str]:
    """What is unknown here, of what a JVM said; the rest is the same."""
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
    return [said for said in found.values() if said[0] == "?"]


def test_null_is_what_it_is_on_a_jvm(tmp_path: Path) -> None:
    methods = "".join(
        f"static String m{number}(int a0, long b0, double c0, String text) throws Exception {{\n"
        'List<String> list = new ArrayList<>(Arrays.asList("one", "two"));\n'
        f'Map<String, String> map = new HashMap<>(Collections.singletonMap("k", "v"));\nreturn "" + ({one}); }}\n'
        for number, one in enumerate(NULLS)
    )
    image = compiled(tmp_path, {"Nulls": f"{NULLS_HEAD}{methods}}}\n"})
    expected = said_by_the_jvm(tmp_path / "classes", ["Nulls"])
    assert len(expected) == len(NULLS) * len(GIVEN)
    assert len(compared(image, expected)) < len(expected) / 20, compared(image, expected)


@pytest.mark.parametrize("shrink", ["", "r8", "r8-full"])
def test_every_way_to_pin_is_found_in_every_build(shrink: str, tmp_path: Path) -> None:
    app = read_app(build_app(tmp_path / "app", kotlin=kotlin(), shrink=shrink))
    pinned: dict[str, set[str]] = {}
    for pinner in app.okhttp.pinners:
        for added in pinner.added:
            pinned.setdefault(added.pattern, set()).update(added.pins)
    assert pinned == {f"{name}.example.com": {A, B} for name in WAYS}
