"""Reading screens aloud: what is read, and how it is spoken."""
