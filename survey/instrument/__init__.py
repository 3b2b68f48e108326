"""Questionnaires as data: reading and checking them, their questions, weights, bands and profiles; `shipped/` holds ours."""
