"""The keeper: one small process that alone reads the private keys, and those who ask it over its socket."""
