"""Plans of rotations, written."""
