"""What was pressed, on its way to the journal: records are made here, and told of once they are kept."""
