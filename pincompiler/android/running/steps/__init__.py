"""What each instruction of Dalvik does to a frame.

:mod:`~pincompiler.android.running.steps.table` has the table of all.
"""
