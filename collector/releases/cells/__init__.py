"""Breakdowns for evaluators: which groups of a release may be shown beside one another, and the noise on their numbers."""
