"""The app loads code at run time.

Code that comes from a file or from the network while the app runs is not in the code that was audited: it
can set up connections without pins, or replace those that have them.  What enforces pins in code is
therefore unknown.

```java
public final class Plugins {
    Class<?> load(String file) throws Exception {
        return new dalvik.system.DexClassLoader(file, null, null, Plugins.class.getClassLoader()).loadClass("Net");
    }
}
```

Use instead:

```java
public final class Plugins {
    Class<?> load() {
        return java.net.URL.class;
    }
}
```

References: CWE-829
"""

from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Each method that makes a class loader; those that libraries need for themselves are no facts."""
    for loader in audited.app.loading.loaders:
        message = f"{loader.what} loads code at run time, which no audit of the app sees"
        fix = "ship the code in the app, or audit what is loaded"
        yield from RULE.in_code(audited, loader.code, message, fix, role=loader.what)


RULE = Rule("loads-code-at-run-time", Level.NOTE, __doc__, app=check)
