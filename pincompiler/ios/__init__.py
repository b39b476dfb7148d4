"""Reading an app for Apple's systems: what it is packed in, its bundles, and :mod:`.macho` for their programs."""
