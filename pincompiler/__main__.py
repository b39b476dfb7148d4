"""``python -m pincompiler``."""

from pincompiler.cli import main

if __name__ == "__main__":
    main()
