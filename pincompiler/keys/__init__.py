"""Public keys and certificates, from whichever file holds them."""
