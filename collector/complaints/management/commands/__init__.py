"""Commands of `ikm-collector`, one module each."""
