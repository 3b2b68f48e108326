"""Commands of `ikm-collector`."""
