"""Every reader of what is foreign, given damaged input by the million: a refusal in words, or a value, and soon."""
