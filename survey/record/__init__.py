"""Records and what proves them: the line, its body by kind, the chain, attachments, the clock's repair, the verdict."""
