"""The version, which the build reads here, and the revision of what it knows of public root CAs."""

__version__ = "0.1.0"
__roots__ = "2026-10-19"
"""The day of the newest source of roots/roots.json; `make roots` writes it, so that nobody reads the file for it."""
