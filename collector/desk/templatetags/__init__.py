"""Words and dates of the desk's pages."""
