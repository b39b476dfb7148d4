"""Checks of certificates, tried out: what they do with a chain that nobody vouches for, and what makes them let it in.

The code is run (:mod:`pincompiler.android.running`) with certificates that are made up, so that no constant of an app
can be theirs.  What refuses them, and lets them in once they have some constant as their hash, key or bytes, pins that
constant, by whatever code it compares.  What lets them in all the same pins nothing, whatever it compares.
"""
