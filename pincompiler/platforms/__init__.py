"""What each platform does with a pin: one module for each, and the registry of compile targets."""
