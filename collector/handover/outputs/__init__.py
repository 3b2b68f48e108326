"""What is made of complaints for others to read: the register, the periodic report, the poster on how to complain."""
