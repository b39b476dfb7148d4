"""Understanding ARM64 code: instructions, who uses what, and what a function does when it is run."""
