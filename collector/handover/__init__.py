"""How complaints leave the house and come back: by file, through an adapter, as public notices, and counted."""
