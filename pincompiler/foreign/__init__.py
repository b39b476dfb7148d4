"""Pins in files that other tools and compilers read: JSON of libraries, and literals of source code.

Only what stands there as a literal is read.  What is computed is a doubt with its place, never a value.
"""
