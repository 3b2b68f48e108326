"""The audit trail of what people did, and its chain."""
