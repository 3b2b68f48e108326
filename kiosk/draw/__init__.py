"""From views to pixels: the only room with pygame."""
