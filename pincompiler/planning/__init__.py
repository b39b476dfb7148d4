"""Plans of keys: what releases that are out there make of the rotations that are to come."""
