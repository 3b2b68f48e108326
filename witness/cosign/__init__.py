"""A witness: it remembers how far it saw a log, demands that the log goes on from there, and says so with its signature."""
