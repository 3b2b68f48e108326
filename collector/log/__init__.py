"""The log of facts: what happened to kiosks, releases and rules, in a tree that can only grow and that others watch."""
