"""Rules on shipped apps."""
