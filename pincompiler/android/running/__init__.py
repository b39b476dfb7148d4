"""Running an app's code: a bounded interpreter for Dalvik with concrete objects and explicit unknowns.

What is in the app is run as it stands, Kotlin's library and OkHttp among it, whatever R8 has renamed; only what
Android and Java bring is modelled (:mod:`~pincompiler.android.running.java`), under names that no shrinker changes.
:mod:`~pincompiler.android.running.machine` is one run, :mod:`~pincompiler.android.running.choices` all runs of one
start: a branch on an unknown forks.  Whatever ends a run early leaves its question unknown.
"""
