"""Checking one release from one file: what is proven, and what is not."""
