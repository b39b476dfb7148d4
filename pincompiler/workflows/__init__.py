"""What each command does, one module a command, without printing."""
