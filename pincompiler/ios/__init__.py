"""Reading iOS apps: :mod:`.macho` for their programs."""
