"""Releases: the only numbers that leave the house, each published once, whole, and the same for ever."""
