"""What can be wrong, one file a rule; :mod:`.registry` lists them, :mod:`.app` those on shipped apps."""
