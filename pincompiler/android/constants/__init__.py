"""Following constants through Dalvik code: what a register holds where a method is called.

:class:`~pincompiler.android.constants.program.Program` puts the DEX files of an app together;
:func:`~pincompiler.android.constants.program.arguments` says what a call passes;
:mod:`~pincompiler.android.constants.values` has the kinds of answers.
"""
