"""From accepted records to rows, flags and tallies."""
