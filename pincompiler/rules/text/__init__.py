"""Rules on the text of pins.toml, reported by its reader."""
