"""What a questionnaire, a visit, a response and an index are, and the bytes both ends speak. Standard library only."""
