"""Official papers: every file that an office hands in or hangs up, each made from one release."""
