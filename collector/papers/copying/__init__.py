"""The copy sheet (*lembar salin*): numbers in the order and the words of the form they are typed into."""
