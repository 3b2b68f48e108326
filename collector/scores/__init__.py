"""Responses, tallies, flags and indices: what the evidence adds up to."""
