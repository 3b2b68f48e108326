"""The staff's desk: behind the PIN, facts and tests."""
