"""Archives as they come from outside, read piecewise and never written: what apps of every platform are packed in."""
