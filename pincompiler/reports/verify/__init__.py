"""Verdicts on servers, written."""
