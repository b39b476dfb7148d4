"""One pins.toml, every platform's certificate pinning, provably the same."""

__version__ = "0.1.0"
