"""Pins to be read or copied."""
