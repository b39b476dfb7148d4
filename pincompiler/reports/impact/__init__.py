"""What a new certificate does to releases, written."""
