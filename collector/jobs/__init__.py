"""Long work outside of a request: asked for in the browser, done by workers piece by piece, kept for a while for who asked."""
