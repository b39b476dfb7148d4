"""What Android and Java bring to the code that is run, by names that no shrinker changes.

A model takes the run, the arguments (of an instance method the receiver first) and the method's name; what has none
is unknown, by its name (:class:`~pincompiler.android.running.java.library.JavaLibrary`).
"""
