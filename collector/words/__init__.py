"""The words: one catalogue a language for every sentence that is built in Python, for pages and for the console."""
