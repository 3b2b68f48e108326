"""What everybody reads of a unit's follow-up."""
