"""Apps for Apple's systems."""
