"""Whether code is used, in really built apps: what Android starts, and what only lies there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pincompiler.android.apk import open_package
from pincompiler.android.constants.program import Program
from pincompiler.android.dex import Dex
from pincompiler.base.finding import Use
from pincompiler.facts import Mechanism
from pincompiler.shipped import read_app
from pincompiler.shipped.android.owners import Owners
from pincompiler.shipped.android.reach import reached
from pincompiler.shipped.android.source import Source
from tests.builds import build_apps
from tests.real.apps import App

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pincompiler.facts import Reached

pytestmark = pytest.mark.usefixtures("builds")

MAIN = """
public final class Main extends android.app.Activity {
    @Override protected void onCreate(android.os.Bundle state) { super.onCreate(state); BODY }
    void unrelated() { }
}
"""
TRUST = """
public final class Trust implements javax.net.ssl.HostnameVerifier {
    public boolean verify(String host, javax.net.ssl.SSLSession session) { return true; }
}
"""
VERIFY = "Lcom/example/app/Trust;->verify(Ljava/lang/String;Ljavax/net/ssl/SSLSession;)Z"
HELPER = """
public class Helper {
    Object called() { return through(); }
    private static Object through() { return new Trust(); }
    static Object dead() { return new Trust(); }
    private Object nobody() { return null; }
    Object byName() { return null; }
}
"""


@dataclass(frozen=True)
class Case:
    """An app, what is asked, and the answer."""

    body: str
    more: tuple[str, ...] = ()
    asked: str = "Lcom/example/app/Trust;"
    use: Use = Use.REACHABLE
    through: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


NEST = """
public class Outer {
    static Object make() { return new Inner(); }
    static class Inner { Object self() { return new Inner(); } }
}
"""
BASE = """
public abstract class Base extends android.app.Activity {
    @Override protected void onResume() { super.onResume(); new Trust(); }
}
"""
INTERFACE = """
public interface Maker { default Object make() { return new Trust(); } }
"""
SUB = "public class Sub extends Helper { }"
SINGLE = """
public final class Single {
    static final Single INSTANCE = new Single();
    final Object kept = new Trust();
}
"""
WRAPPED = '<FrameLayout xmlns:android="http://schemas.android.com/apk/res/android">{}</FrameLayout>'
NAVIGATION = """
<navigation xmlns:android="http://schemas.android.com/apk/res/android" android:id="@android:id/home">
    <fragment android:id="@android:id/content" android:name="{}"/>
</navigation>
"""
SETTINGS = """
<PreferenceScreen xmlns:android="http://schemas.android.com/apk/res/android">
    <Preference android:title="TLS" android:fragment="com.example.app.Trust"/>
</PreferenceScreen>
"""
CASES = {
    "made by the activity": Case("new Trust();", through=("Main", "Trust")),
    "nothing refers to it": Case("", use=Use.PRESENT),
    "through a helper": Case(
        "new Helper().called();",
        (HELPER,),
        through=("Main", "Helper", "Trust"),
    ),
    "a helper that nothing uses": Case("", (HELPER,), use=Use.REFERENCED),
    "a used class, and a method of it that is not": Case(
        "new Helper();", (HELPER.replace("return through();", "return null;"),), use=Use.REFERENCED
    ),
    "a static method that nobody calls": Case(
        "new Helper();",
        (HELPER,),
        asked="Lcom/example/app/Helper;->dead()Ljava/lang/Object;",
        use=Use.PRESENT,
    ),
    "a private method that nobody calls": Case(
        "new Helper();",
        (HELPER,),
        asked="Lcom/example/app/Helper;->nobody()Ljava/lang/Object;",
        use=Use.PRESENT,
    ),
    "what a layout may call by its name": Case(
        "new Helper();",
        (HELPER,),
        asked="Lcom/example/app/Helper;->byName()Ljava/lang/Object;",
        use=Use.REFERENCED,
    ),
    "the same in a class that nothing makes": Case(
        "", (HELPER,), asked="Lcom/example/app/Helper;->byName()Ljava/lang/Object;", use=Use.PRESENT
    ),
    "an override of a class that is made": Case("new Trust();", asked=VERIFY, through=("Main", "Trust")),
    "an override of a class that is not": Case("", asked=VERIFY, use=Use.PRESENT),
    "called by the name of a subclass": Case(
        "new Sub().called();", (HELPER, SUB), through=("Main", "Helper", "Trust")
    ),
    "a class within a class that nothing uses": Case(
        "", (NEST,), asked="Lcom/example/app/Outer$Inner;", use=Use.PRESENT
    ),
    "a class within a class that is used": Case(
        "Outer.make();",
        (NEST,),
        asked="Lcom/example/app/Outer$Inner;",
        through=("Main", "Outer", "Outer$Inner"),
    ),
    "a default method": Case("new Maker() { }.make();", (INTERFACE,)),
    "a singleton": Case("Object o = Single.INSTANCE;", (SINGLE,), through=("Main", "Single", "Trust")),
    "a literal": Case("Class<?> c = Trust.class;", through=("Main", "Trust")),
    "named in a string": Case(
        'try { Class.forName("com.example.app.Trust"); } catch (Exception e) { }', use=Use.REFERENCED
    ),
    "a view of a layout": Case(
        "", files=(("res/layout/main.xml", WRAPPED.format("<com.example.app.Trust/>")),), through=("Trust",)
    ),
    "a fragment of a layout": Case(
        "",
        files=(("res/layout/main.xml", WRAPPED.format('<fragment android:name="com.example.app.Trust"/>')),),
        through=("Trust",),
    ),
    "a destination, in the package of the app": Case(
        "", files=(("res/navigation/main.xml", NAVIGATION.format(".Trust")),), through=("Trust",)
    ),
    "another's destination": Case(
        "", use=Use.PRESENT, files=(("res/navigation/main.xml", NAVIGATION.format(".Trusted")),)
    ),
    "the fragment of a preference": Case("", files=(("res/xml/settings.xml", SETTINGS),), through=("Trust",)),
    "what a file says that Android does not read": Case(
        "", use=Use.REFERENCED, files=(("assets/beans.xml", '<bean class="com.example.app.Trust"/>'),)
    ),
    "a longer name in a layout": Case(
        "", use=Use.PRESENT, files=(("res/layout/main.xml", WRAPPED.format("<com.example.app.TrustMe/>")),)
    ),
    "named by a service file": Case(
        "", use=Use.REFERENCED, files=(("META-INF/services/a.B", "com.example.app.Trust\n"),)
    ),
    "an ancestor of the activity": Case("", (BASE,), through=("Main", "Base", "Trust")),
    "the activity itself": Case("", asked="Lcom/example/app/Main;->unrelated()V", through=("Main",)),
}


@pytest.fixture(scope="module")
def apps(builds: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:  # noqa: ARG001
    def parts(case: Case) -> App:
        main = MAIN.replace("BODY", case.body)
        if BASE in case.more:
            main = main.replace("android.app.Activity {", "Base {")
        return App(java=(main, TRUST, *case.more), files=dict(case.files), libraries=())

    made = build_apps(
        tmp_path_factory.mktemp("reach"), {str(n): parts(case) for n, case in enumerate(CASES.values())}
    )
    return {name: made[str(number)] for number, name in enumerate(CASES)}


def ask(apk: Path, *symbols: str) -> Mapping[str, Reached]:
    with open_package(apk) as package:
        program = Program([Dex(data, name) for name, data in package.dex_files()])
        return reached(Source(str(apk), package, program, Owners(package.manifest).of, {}), symbols)


@pytest.mark.parametrize("name", CASES)
def test_use(name: str, apps: dict[str, Path]) -> None:
    case = CASES[name]
    found = ask(apps[name], case.asked)[case.asked]
    assert found.use is case.use
    if case.through:
        assert found.chain == tuple(f"Lcom/example/app/{one};" for one in case.through)
    assert bool(found.chain) == (found.use is Use.REACHABLE)


def test_questions_do_not_disturb_each_other(apps: dict[str, Path]) -> None:
    """Asked together, each class has the answer that it has alone; and twice the same."""
    asked = (
        "Lcom/example/app/Trust;",
        "Lcom/example/app/Helper;",
        "Lcom/example/app/Main;",
        "Lgone/Away;",
        VERIFY,
    )
    for apk in apps.values():
        together = ask(apk, *asked)
        assert together == ask(apk, *asked)
        assert {one: together[one].use for one in asked} == {one: ask(apk, one)[one].use for one in asked}


def test_nothing_is_read_if_nothing_is_asked(apps: dict[str, Path]) -> None:
    assert not ask(next(iter(apps.values())))


# -- code that cannot be seen ------------------------------------------------------------------------

LOADERS = {
    "from a file": "new dalvik.system.DexClassLoader(s, null, null, null);",
    "from memory": "new dalvik.system.InMemoryDexClassLoader((java.nio.ByteBuffer) null, null);",
    "a path": "new dalvik.system.PathClassLoader(s, null);",
    "a subclass": "new dalvik.system.DexClassLoader(s, null, null, null) { };",
    "the old way": "dalvik.system.DexFile.loadDex(s, s, 0);",
    "by name": 'Class.forName("dalvik.system.DexClassLoader");',
}
ORDINARY = {
    "its own loader": "Object o = Plugins.class.getClassLoader().loadClass(s);",
    "a list of its classes": "new dalvik.system.DexFile(s).entries();",
    "another's name": 'Class.forName("dalvik.system.VMRuntime");',
}
PLUGINS = "public final class Plugins {{ void load(String s) throws Exception {{ {} }} }}"


@pytest.fixture(scope="module")
def loading(builds: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:  # noqa: ARG001
    bodies = {**LOADERS, **ORDINARY}
    made = build_apps(
        tmp_path_factory.mktemp("loading"),
        {str(n): App(java=PLUGINS.format(body), libraries=()) for n, body in enumerate(bodies.values())},
    )
    return {name: made[str(number)] for number, name in enumerate(bodies)}


@pytest.mark.parametrize("name", LOADERS)
def test_loaded_code_is_unknown(name: str, loading: dict[str, Path]) -> None:
    app = read_app(loading[name])
    assert not app.complete
    (unseen,) = app.unseen
    assert unseen.what.startswith("com.example.app.Plugins")
    assert unseen.mechanisms == frozenset(Mechanism) - {Mechanism.NSC}


def test_a_loader_that_nothing_refers_to_loads_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    sources = (MAIN.replace("BODY", ""), PLUGINS.format(LOADERS["from a file"]))
    apk = build_apps(tmp_path_factory.mktemp("dead"), {"app": App(java=sources, libraries=())})["app"]
    app = read_app(apk)
    assert len(app.loading.loaders) == 1
    assert app.complete


@pytest.mark.parametrize("name", ORDINARY)
def test_what_loads_nothing_is_none(name: str, loading: dict[str, Path]) -> None:
    app = read_app(loading[name])
    assert app.complete
    assert not app.loading.loaders
