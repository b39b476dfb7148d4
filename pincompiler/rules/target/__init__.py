"""Rules on what a target can say of a policy."""
