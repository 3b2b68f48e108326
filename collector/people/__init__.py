"""Accounts' roles, and the audit trail of what people did."""
