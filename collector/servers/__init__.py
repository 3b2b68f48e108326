"""The database where it stands on several servers: one that takes what is written, and others that hold the same."""
