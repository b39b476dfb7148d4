"""Rules on what a policy demands, whichever file it comes from."""
