"""What is set on a kiosk: every key with its check and default, and the shapes of their values. Pure."""
