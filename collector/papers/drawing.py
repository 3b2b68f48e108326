"""A release as the designs read it: the dataclass as plain JSON, with the size of the sheet beside it."""

from collections.abc import Mapping
from dataclasses import asdict, fields

from collector.papers.press import PDF, PNG, Press
from collector.papers.said import Said
from collector.papers.signature import with_field
from survey.index.indices import Policy

MILLIMETRE = 72 / 25.4
A4 = (210 * MILLIMETRE, 297 * MILLIMETRE)
A3 = (297 * MILLIMETRE, 420 * MILLIMETRE)
_NOT_DRAWN = ("reading", "instrument", "worn", "scale", "bands", "elements", "characteristics")

Box = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of the sheet's width and height."""


def pdf(said: Said, press: Press, template: str, *, size: tuple[float, float], signed_in: Box) -> bytes:
    """Give a PDF/A-1b with an empty signature field on its last page; `size` is in points."""
    return with_field(press(template, data_of(said, size), form=PDF), field_of(size, signed_in))


def field_of(size: tuple[float, float], signed_in: Box) -> Box:
    """Give a box of a sheet in points from its lower left corner: left, bottom, right, top."""
    left, top, right, bottom = signed_in
    width, height = size
    return (left * width, (1 - bottom) * height, right * width, (1 - top) * height)


def png(said: Said, press: Press, template: str, *, size: tuple[int, int]) -> bytes:
    """Give a picture; `size` is in pixels."""
    return press(template, data_of(said, size), form=PNG)


def data_of(said: Said, size: tuple[float, float]) -> Mapping[str, object]:
    """Give what a design is fed with."""
    plain = {one.name: getattr(said, one.name) for one in fields(said) if one.name not in _NOT_DRAWN}
    found = (said.reading.index or {}).get("sample")
    return plain | {
        "width": size[0],
        "height": size[1],
        "day": [said.day.year, said.day.month, said.day.day],
        "enough": found is None or bool(found["sufficient"]),
        "complete_only": said.reading.said["official"]["policy"] == Policy.COMPLETE,
        "scale": asdict(said.scale),
        "bands": [asdict(one) for one in said.bands],
        "elements": [asdict(one) for one in said.elements],
        "characteristics": [asdict(one) for one in said.characteristics if one.groups],
        "letterhead": said.worn.letterhead,
        "contacts": said.worn.contacts,
        "logo": list(said.worn.logo),
    }
