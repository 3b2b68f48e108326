"""What the idle screen shows besides the faces."""
