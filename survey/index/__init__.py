"""From counts to indices: exact arithmetic, its doubt, samples and periods."""
