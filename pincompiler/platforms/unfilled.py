"""Values that something fills in after the file is written: a build setting, a placeholder of a template, a resource.

Xcode's build settings are ``$(NAME)`` and ``${NAME}``, which Gradle has, too; ``{{NAME}}`` is Mustache's and Jinja's.
``@string/NAME`` is Android's resource, of which a build may make text.  What stands there in the app is not known.
"""

from __future__ import annotations

from pincompiler.base.lazy_regex import lazy_regex

_SETTING = lazy_regex(r"\$[({]\w|\{\{|@string/")


def is_unfilled(text: str) -> bool:
    """Whether some of a text is such a value."""
    return _SETTING.search(text) is not None
