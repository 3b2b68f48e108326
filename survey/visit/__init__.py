"""One visit as one pure table: state, moves, offers, and the graph that follows from them."""
