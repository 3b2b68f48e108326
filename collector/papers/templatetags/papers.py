"""Filters for what papers draw in HTML."""

from django import template

register = template.Library()

_BANDS = {"D": "#EADFD5", "C": "#F4EDDE", "B": "#E4F0ED", "A": "#CDE4DF"}


@register.filter
def across(share: float, width: int) -> str:
    """Give a place on a scale as a coordinate: with a point, whatever language the page is in."""
    return f"{share * width:.1f}"


@register.filter
def band_colour(letter: str) -> str:
    """Give the colour of a category; an agency's own letters share one."""
    return _BANDS.get(letter, "#EAE7DD")
