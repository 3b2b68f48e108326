"""How many people wait at a counter, as a band: enough to choose when to come, too little to tell what one person did."""

from bisect import bisect_right

_FROM = (0, 1, 5, 10, 20)
"""Where each band begins: nobody, 1 to 4, 5 to 9, 10 to 19, 20 and more."""
BANDS = len(_FROM)


def band_of(number: int) -> int:
    """Give the band of a number of people."""
    return bisect_right(_FROM, max(0, number)) - 1
