"""Audits, written in every form and read back."""
