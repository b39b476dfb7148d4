"""What a pinning policy means, and where two enforcements disagree."""
