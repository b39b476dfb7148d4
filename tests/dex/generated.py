"""Java methods made at random, by a seed: what they give is asked of a JVM, and of the code that is run here."""

from __future__ import annotations

from random import Random
from typing import Final

NUMBERS: Final = {
    "int": ("0", "1", "-1", "7", "31", "255", "-128", "65536", "2147483647", "-2147483648", "0x5bd1e995"),
    "long": (
        "0L",
        "1L",
        "-1L",
        "1L << 40",
        "9223372036854775807L",
        "-9223372036854775808L",
        "0x9e3779b97f4a7c15L",
    ),
    "double": ("0.0", "-0.0", "1.5", "-2.25", "1e10", "1e-5", "123456.789", "Double.NaN", "1.0 / 0"),
    "float": ("0f", "1.5f", "-0.1f", "3.4e38f", "1e-3f", "16777217f"),
}
TEXTS: Final = (
    '""',
    '"a"',
    '"api.example.com"',
    '"sha256/AAAA="',
    '"a,b,,c,"',
    '" Trim me "',
    '"ÄÖß€"',
    '"\\ud83d\\ude00x"',
    '"42"',
)
HELPERS: Final = """\
    interface Shape { int area(); default String name() { return "shape" + area(); } }
    static class Square implements Shape {
        final int side; Square(int side) { this.side = side; }
        public int area() { return side * side; }
        @Override public boolean equals(Object o) { return o instanceof Square && ((Square) o).side == side; }
        @Override public int hashCode() { return 31 * side + 7; }
        @Override public String toString() { return "Square(" + side + ")"; }
    }
    static class Cube extends Square {
        Cube(int side) { super(side); }
        @Override public int area() { return 6 * super.area(); }
        @Override public String name() { return "cube:" + Shape.super_name(this); }
    }
    enum Level { LOW("l", 1), MIDDLE("m", 5) { @Override int twice() { return 11; } }, HIGH("h", 9);
        final String key; final int weight;
        Level(String key, int weight) { this.key = key; this.weight = weight; }
        int twice() { return weight * 2; } }
    static final Map<String, Integer> TABLE = new LinkedHashMap<>();
    static int counter;
    static { for (int i = 0; i < 5; i++) TABLE.put("k" + i, i * i); }
    static class Failure extends RuntimeException { final int code; Failure(int code) { super("code " + code); this.code = code; } }
    static int next() { return ++counter; }
    static int sum(int... all) { int s = 0; for (int one : all) s += one; return s; }
    static <T> List<String> mapped(List<T> in, Function<T, String> by) { List<String> out = new ArrayList<>(); for (T one : in) out.add(by.apply(one)); return out; }
    static String lazily(boolean really, Supplier<String> text) { return really ? text.get() : "not"; }
    static int checked(int n) { if (n % 3 == 0) throw new Failure(n); return n; }
""".replace('"cube:" + Shape.super_name(this)', '"cube:" + area()')


class Method:
    """One method while it is written."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.variables: dict[str, list[str]] = {
            "int": ["a"],
            "long": ["b"],
            "double": ["c"],
            "float": [],
            "String": ["s"],
            "boolean": [],
            "int[]": [],
            "List<String>": [],
            "Map<String, Integer>": [],
        }
        self.count = 0
        self.indent = 2

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def fresh(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def one(self, *choices: str) -> str:
        return self.random.choice(choices)

    # Expressions.

    def known(self, kind: str) -> str:
        """A variable or a constant."""
        names = self.variables[kind]
        if names and self.random.random() < 0.7:
            return self.random.choice(names)
        if kind in NUMBERS:
            return f"({kind}) ({self.random.choice(NUMBERS[kind])})"
        return {
            "String": self.random.choice(TEXTS),
            "boolean": self.one("true", "false"),
            "int[]": f"new int[] {{{self.known('int')}, 3, {self.known('int')}}}",
            "List<String>": f'new ArrayList<>(Arrays.asList({self.known("String")}, "z", {self.known("String")}))',
            "Map<String, Integer>": "new HashMap<>(TABLE)",
        }[kind]

    def expression(self, kind: str, depth: int = 3) -> str:
        if depth == 0 or self.random.random() < 0.15:
            return self.known(kind)
        make = {
            "int": self.int_,
            "long": self.long_,
            "double": self.real,
            "float": self.real,
            "String": self.text,
            "boolean": self.truth,
            "int[]": self.array,
            "List<String>": self.list_,
            "Map<String, Integer>": self.map_,
        }[kind]
        return make(kind, depth - 1)

    def int_(self, _kind: str, depth: int) -> str:

        def e(kind: str = "int") -> str:
            return self.expression(kind, depth)

        return self.random.choice(
            (
                lambda: f"({e()} {self.one('+', '-', '*', '&', '|', '^', '<<', '>>', '>>>')} {e()})",
                lambda: f"({e()} {self.one('/', '%')} {self.one(f'({e()} | 1)', '7', '-3', e())})",
                lambda: f"(int) {e(self.one('long', 'double', 'float'))}",
                lambda: f"((int) {self.one('(byte)', '(short)', '(char)')} ({e()}))",
                lambda: f"({e('boolean')} ? {e()} : {e()})",
                lambda: f"{e('String')}.{self.one('length()', 'hashCode()')}",
                lambda: (
                    f"{e('String')}.{self.one('indexOf', 'lastIndexOf')}({self.one(e('String'), chr(39) + 'a' + chr(39))})"
                ),
                lambda: f"{e('String')}.compareTo({e('String')})",
                lambda: f"Math.{self.one('max', 'min')}({e()}, {e()})",
                lambda: f"Integer.{self.one('bitCount', 'numberOfLeadingZeros', 'reverse', 'signum')}({e()})",
                lambda: f"sum({e()}, {e()}, next())",
                lambda: f"{e('int[]')}.length",
                lambda: f"{e('List<String>')}.size()",
                lambda: f"{e('List<String>')}.hashCode()",
                lambda: f"((int) {e('Map<String, Integer>')}.getOrDefault({e('String')}, {e()}))",
                lambda: f"new {self.one('Square', 'Cube')}({e()} & 15).area()",
                lambda: f"Level.values()[({e()} & 1)].{self.one('weight', 'ordinal()', 'twice()')}",
                lambda: f"Integer.parseInt({self.one('String.valueOf(' + e() + ')', e('String'))})",
                lambda: f"({e()} {self.one('<<', '>>>')} {self.one('1', '31', '33')})",
                lambda: f"Arrays.hashCode({e('int[]')})",
                lambda: f"Objects.hash({e('String')}, {e()})",
                lambda: f"checked({e()})",
                lambda: f"Long.compare({e('long')}, {e('long')})",
                lambda: f"Double.compare({e('double')}, {e('double')})",
                lambda: f"((int) {e('String')}.charAt({self.one('0', e())}))",
            )
        )()

    def long_(self, _kind: str, depth: int) -> str:

        def e(kind: str = "long") -> str:
            return self.expression(kind, depth)

        return self.random.choice(
            (
                lambda: f"({e()} {self.one('+', '-', '*', '&', '|', '^')} {e()})",
                lambda: f"({e()} {self.one('<<', '>>', '>>>')} {e('int')})",
                lambda: f"({e()} {self.one('/', '%')} ({e()} | 1L))",
                lambda: f"(long) {e(self.one('int', 'double', 'float'))}",
                lambda: f"Long.{self.one('rotateLeft', 'rotateRight')}({e()}, {e('int')})",
                lambda: f"Math.{self.one('max', 'min')}({e()}, {e()})",
                lambda: f"({e('boolean')} ? {e()} : {e('int')})",
                lambda: f"Math.floorMod({e()}, ({e()} | 1L))",
            )
        )()

    def real(self, kind: str, depth: int) -> str:

        def e(kind: str = kind) -> str:
            return self.expression(kind, depth)

        return self.random.choice(
            (
                lambda: f"({e()} {self.one('+', '-', '*', '/')} {e()})",
                lambda: f"({kind}) ({e()} % {e()})",
                lambda: f"({kind}) {e(self.one('int', 'long', 'double', 'float'))}",
                lambda: f"({e('boolean')} ? {e()} : {e()})",
                lambda: f"Math.{self.one('max', 'min')}({e()}, {e()})",
                lambda: f"(- {e()})",
                lambda: f"Math.abs({e()})",
            )
        )()

    def text(self, _kind: str, depth: int) -> str:

        def e(kind: str = "String") -> str:
            return self.expression(kind, depth)

        kinds = (
            "int",
            "long",
            "String",
            "boolean",
        )  # a JVM before 19 writes some reals with a digit too many
        return self.random.choice(
            (
                lambda: f"({e()} + {e(self.one(*kinds))})",
                lambda: f"({e()} + (char) {e('int')})",
                lambda: f"{e()}.{self.one('trim', 'toUpperCase', 'toLowerCase', 'intern')}()",
                lambda: f"{e()}.substring({self.one('0', '1', e('int'))})",
                lambda: f"{e()}.replace({e()}, {e()})",
                lambda: f"{e()}.replace('a', 'ä')",
                lambda: f"{e()}.concat({e()})",
                lambda: f"String.valueOf({e(self.one(*kinds))})",
                lambda: f"Long.toString(Double.doubleToLongBits({e(self.one('double', 'float'))}))",
                lambda: f"Integer.toString(Float.floatToIntBits({e('float')}))",
                lambda: f"String.join({self.one(chr(34) + ',' + chr(34), e())}, {e('List<String>')})",
                lambda: f"({e('boolean')} ? {e()} : {e()})",
                lambda: (
                    f"new StringBuilder({e()}).append({e(self.one(*kinds))}).{self.one('reverse()', 'append(1)', 'insert(0, 9L)')}.toString()"
                ),
                lambda: f"Arrays.toString({e('int[]')})",
                lambda: f"{e('List<String>')}.toString()",
                lambda: f"{e('List<String>')}.get({self.one('0', '1', e('int'))})",
                lambda: f"{e('Map<String, Integer>')}.toString()",
                lambda: (
                    f"new {self.one('Square', 'Cube')}({e('int')} & 15).{self.one('name()', 'toString()')}"
                ),
                lambda: (
                    f"Level.valueOf({self.one(chr(34) + 'LOW' + chr(34), chr(34) + 'HIGH' + chr(34), e())}).{self.one('key', 'name()', 'toString()')}"
                ),
                lambda: f"lazily({e('boolean')}, () -> {self.text_of_parameters()})",
                lambda: f"Integer.{self.one('toHexString', 'toBinaryString', 'toString')}({e('int')})",
                lambda: (
                    f"new String(Base64.getEncoder().encode({e()}.getBytes(StandardCharsets.UTF_8)), StandardCharsets.US_ASCII)"
                ),
                lambda: f'String.format("%s-%d-%5s|%04x", {e()}, {e("int")}, {e("boolean")}, {e("int")})',
                lambda: (
                    f"Arrays.asList({e()}.split({self.one(chr(34) + ',' + chr(34), chr(34) + ' +' + chr(34))})).toString()"
                ),
                lambda: f'{e()}.replaceAll("[a-c]+", "<$0>")',
            )
        )()

    def text_of_parameters(self) -> str:
        """What a lambda may use: the parameters, which nothing writes."""
        return self.one("s + a", 's.length() + "!"', '"l" + b', "String.valueOf(c > 2)")

    def truth(self, _kind: str, depth: int) -> str:

        def e(kind: str = "boolean") -> str:
            return self.expression(kind, depth)

        return self.random.choice(
            (
                lambda: f"({e('int')} {self.one('<', '<=', '>', '>=', '==', '!=')} {e('int')})",
                lambda: f"({e('long')} {self.one('<', '<=', '>', '>=', '==', '!=')} {e('long')})",
                lambda: f"({e('double')} {self.one('<', '<=', '>', '>=', '==', '!=')} {e('double')})",
                lambda: f"({e('float')} {self.one('<', '>=')} {e('float')})",
                lambda: f"({e()} {self.one('&&', '||', '^', '&', '|')} {e()})",
                lambda: f"!{e()}",
                lambda: (
                    f"{e('String')}.{self.one('equals', 'contains', 'startsWith', 'endsWith', 'equalsIgnoreCase')}({e('String')})"
                ),
                lambda: f"{e('String')}.isEmpty()",
                lambda: f"{e('List<String>')}.contains({e('String')})",
                lambda: (
                    f"new Square({e('int')} & 3).equals(new {self.one('Square', 'Cube')}({e('int')} & 3))"
                ),
                lambda: f"Arrays.equals({e('int[]')}, {e('int[]')})",
                lambda: f"{e('Map<String, Integer>')}.containsKey({e('String')})",
                lambda: f"{e('List<String>')}.equals({e('List<String>')})",
                lambda: f"Character.isDigit({e('String')}.charAt(0))",
            )
        )()

    def array(self, _kind: str, depth: int) -> str:

        def e(kind: str = "int[]") -> str:
            return self.expression(kind, depth)

        return self.random.choice(
            (
                lambda: f"new int[] {{{e('int')}, {e('int')}, 5}}",
                lambda: f"Arrays.copyOf({e()}, 4)",
                lambda: f"{e()}.clone()",
                lambda: f"new int[{e('int')} & 7]",
            )
        )()

    def list_(self, _kind: str, depth: int) -> str:

        def e(kind: str = "List<String>") -> str:
            return self.expression(kind, depth)

        return self.random.choice(
            (
                lambda: f"new ArrayList<>(Arrays.asList({e('String')}, {e('String')}))",
                lambda: f"new LinkedList<>({e()})",
                lambda: f'mapped({e()}, one -> one + "·" + one.length())',
                lambda: f'mapped(Arrays.asList(1, {e("int")}, 3), one -> "n" + (one * 2))',
                lambda: f"new ArrayList<>({e('Map<String, Integer>')}.keySet())",
                lambda: f"new ArrayList<>(new {self.one('HashSet', 'LinkedHashSet', 'TreeSet')}<>({e()}))",
                lambda: f"Collections.unmodifiableList({e()})",
                lambda: f"{e()}.subList(0, 1)",
                lambda: f"new ArrayList<>(Collections.nCopies(2, {e('String')}))",
            )
        )()

    def map_(self, _kind: str, depth: int) -> str:

        def e(kind: str = "Map<String, Integer>") -> str:
            return self.expression(kind, depth)

        return self.random.choice(
            (
                lambda: f"new {self.one('HashMap', 'LinkedHashMap', 'TreeMap')}<>({e()})",
                lambda: f"new HashMap<>(Collections.singletonMap({e('String')}, {e('int')}))",
            )
        )()

    # Statements.

    def statement(self, depth: int) -> None:
        self.random.choice(
            (
                self.declare,
                self.declare,
                self.declare,
                self.assign,
                self.branch,
                self.loop,
                self.guarded,
                self.choose,
                self.change,
                self.change,
                self.each,
            )
        )(depth)

    def block(self, depth: int, count: int = 2) -> None:
        before = {kind: list(names) for kind, names in self.variables.items()}
        self.indent += 1
        for _ in range(self.random.randint(1, count)):
            self.statement(depth - 1) if depth > 1 else self.assign(0)
        self.indent -= 1
        self.variables = before

    def declare(self, _depth: int) -> None:
        kind = self.random.choice(tuple(self.variables))
        name = self.fresh()
        self.line(f"{kind} {name} = {self.expression(kind)};")
        self.variables[kind].append(name)

    def assign(self, _depth: int) -> None:
        kinds = [kind for kind, names in self.variables.items() if any(name[0] == "v" for name in names)]
        if not kinds:
            self.declare(0)
            return
        kind = self.random.choice(kinds)
        name = self.random.choice([one for one in self.variables[kind] if one[0] == "v"])
        self.line(f"{name} = {self.expression(kind)};")

    def branch(self, depth: int) -> None:
        self.line(f"if ({self.expression('boolean')}) {{")
        self.block(depth)
        self.line("} else {")
        self.block(depth)
        self.line("}")

    def loop(self, depth: int) -> None:
        name = self.fresh()
        self.line(f"for (int {name} = 0; {name} < {self.random.randint(1, 5)}; {name}++) {{")
        self.indent += 1
        self.line(f"if ({self.expression('boolean', 1)}) {self.one('continue', 'break')};")
        self.indent -= 1
        self.block(depth)
        self.line("}")

    def each(self, depth: int) -> None:
        name = self.fresh()
        self.line(f"for (String {name} : new ArrayList<>({self.expression('List<String>', 1)})) {{")
        self.block(depth)
        self.line(f"    r.append({name});")
        self.line("}")

    def guarded(self, depth: int) -> None:
        self.line("try {")
        self.block(depth, 3)
        self.line(
            f"}} catch ({self.one('ArithmeticException', 'RuntimeException', 'Failure', 'IndexOutOfBoundsException')} e) {{"
        )
        self.line("    r.append(e.getClass().getSimpleName());")
        if self.random.random() < 0.5:
            self.line("} finally {")
            self.line('    r.append("f");')
        self.line("}")

    def choose(self, depth: int) -> None:
        of_text = self.random.random() < 0.4
        self.line(f"switch ({self.expression('String' if of_text else 'int')}) {{")
        cases = ('"a"', '"42"', '""') if of_text else self.one("0 1 2", "-1 7 1000", "5 6 65536").split()
        for case in cases:
            self.line(f"case {case}:")
            self.block(depth)
            if self.random.random() < 0.7:
                self.line("    break;")
        self.line("default:")
        self.line('    r.append("d");')
        self.line("}")

    def change(self, _depth: int) -> None:
        lists, arrays, maps = (
            self.variables[kind] for kind in ("List<String>", "int[]", "Map<String, Integer>")
        )
        e = self.expression
        choices = [f"r.append({e(self.one('int', 'long', 'String', 'boolean'))});", "counter += 3;"]
        if lists:
            name = self.random.choice(lists)
            choices += [
                f"{name}.add({e('String')});",
                f"{name}.remove({e('String', 1)});",
                f"{name}.sort(Comparator.comparing(String::length).thenComparing(Comparator.reverseOrder()));",
                f"Collections.sort({name});",
                f"{name}.removeIf(one -> one.length() > 3);",
            ]
        if arrays:
            name = self.random.choice(arrays)
            choices += [
                f"{name}[{self.one('0', e('int', 1))}] {self.one('', '+', '^')}= {e('int')};",
                f"Arrays.sort({name});",
            ]
        if maps:
            name = self.random.choice(maps)
            choices += [
                f"{name}.put({e('String')}, {e('int')});",
                f"{name}.merge({e('String', 1)}, 1, Integer::sum);",
                f"{name}.computeIfAbsent({e('String', 1)}, one -> one.length());",
                f"{name}.remove({e('String', 1)});",
            ]
        self.line(self.random.choice(choices))


def method(name: str, random: Random) -> str:
    """The text of one method."""
    made = Method(random)
    made.line("StringBuilder r = new StringBuilder();")
    for _ in range(random.randint(4, 9)):
        made.statement(3)
    for kind, names in made.variables.items():
        for one in names[-2:]:
            shown = {
                "int[]": f"Arrays.toString({one})",
                "double": f"Double.doubleToLongBits({one})",
                "float": f"Float.floatToIntBits({one})",
            }.get(kind, one)
            made.line(f'r.append("|").append({shown});')
    made.line("return r.toString();")
    body = "\n".join(made.lines)
    return f"    public static String {name}(int a, long b, double c, String s) {{\n        counter = 0;\n{body}\n    }}\n"


def source(name: str, seed: int, count: int) -> str:
    """A class of some methods."""
    random = Random(seed)  # noqa: S311 - nothing is kept secret by it
    imports = "import java.util.*;\nimport java.util.function.*;\nimport java.nio.charset.StandardCharsets;\n"
    methods = "".join(method(f"m{number}", random) for number in range(count))
    return f"{imports}public final class {name} {{\n{HELPERS}{methods}}}\n"
