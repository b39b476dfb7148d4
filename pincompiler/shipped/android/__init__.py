"""From a shipped Android app to the facts about it: one module or package for each area."""
