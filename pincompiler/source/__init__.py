"""pins.toml: its text, its tables, and the project they describe."""
