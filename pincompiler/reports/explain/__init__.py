"""Who decides on a host, and what a rule is about."""
