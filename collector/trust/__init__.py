"""The collector's own keys, and its small certificate authority."""
