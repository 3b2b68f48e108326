"""Commands of `ikm-collector` that ask for scores."""
