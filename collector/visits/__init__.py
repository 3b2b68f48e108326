"""The page on which somebody looks a visit up by its code: that it is here and where it counts, never what was answered."""
