"""Questions about indices, and the tallies added up to answer them."""
