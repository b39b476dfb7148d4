"""From an Apple bundle, or one of its property lists, to the facts about it."""
