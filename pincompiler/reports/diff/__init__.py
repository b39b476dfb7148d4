"""How two configurations or two builds of an app differ."""
