"""Android refuses the network security configuration, so the app crashes at its first connection.

The build accepts the file, and Android reads it when the app first opens a connection: Android then throws
"Failed to parse XML configuration", in whatever thread that is.  Every user of the release is affected, and
only an update helps.  What is not XML fails the build already.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-1">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     <pin-set>
-      <pin digest="SHA-1">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
+      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
       <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
```

References: CWE-755; CWE-1188; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.nsc import NscFile
from pincompiler.platforms.nsc.model import Problem
from pincompiler.rules.rule import Audited, Finding, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Everything that AOSP's XmlConfigSource throws on in this build."""
    for file in audited.app.nsc.counting:
        for problem in file.problems:
            message = f"Android refuses {file.title}, and the app crashes at its first connection: {problem.message}"
            fix = "mend this line and release again"
            if problem.unbuilt:
                message = f"aapt2 refuses {file.title}, and no app can be built with it: {problem.message}"
                fix = "mend this line"
            if problem.elsewhere:
                message, fix = (
                    f"{file.title} was not read: {problem.message}",
                    "write here what it stands for",
                )
            yield RULE.in_nsc(file, problem.where, message, fix, role=problem.message)
    yield from _of_debuggable_builds(audited)


def _of_debuggable_builds(audited: Audited) -> Findings:
    """What it throws on in the debug-overrides of files that a release is blind to, and in those beside them."""
    if audited.app.manifest.debuggable:
        return
    for file in audited.app.nsc.counting:
        for problem in (one for one in file.nsc.problems if one.debug):
            yield _in_debuggable(file, problem, "mend this line")
    yield from _of_twins(audited)


def _in_debuggable(file: NscFile, problem: Problem, fix: str) -> Finding:
    message = f"Android refuses {file.title} in debuggable builds, which crash at their first connection: {problem.message}"
    return RULE.in_nsc(file, problem.where, message, fix, role=problem.message, level=Level.NOTE, api="")


def _of_twins(audited: Audited) -> Findings:
    """What it throws on in debuggable builds, which read the file with ``_debug`` behind its name unless the other has such an element."""
    nsc = audited.app.nsc
    read = any(one.nsc.overrides is None for one in nsc.counting)
    fix = "mend this line: a debuggable build adds this file's debug-overrides"
    for file in nsc.files if read else ():
        for problem in file.problems if file.is_debug_twin else ():
            yield _in_debuggable(file, problem, fix)


RULE = Rule("refused-nsc", Level.ERROR, __doc__, app=check)
