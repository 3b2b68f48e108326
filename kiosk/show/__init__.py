"""From the visit's state to what a screen says, shows and reads aloud; nothing here knows pixels."""
