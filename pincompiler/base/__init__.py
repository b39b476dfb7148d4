"""What every other package may use: records, errors, findings, places in files."""
