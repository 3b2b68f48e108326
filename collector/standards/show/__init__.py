"""What everybody reads of a unit's standards."""
