"""Which public root CAs there are, and which devices have them: facts with their sources, read when first asked for."""
