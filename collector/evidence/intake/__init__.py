"""What every door calls: judge, keep, time, place, and hand on to the projections."""
