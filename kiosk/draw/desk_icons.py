"""What stands on the tiles of the staff's desk, as line drawings by code on a square of 100 by 100 units."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kiosk.draw.pen import Pen, arc


def _wifi(pen: Pen) -> None:
    for radius in (46, 30, 15):
        pen.stroke(arc((50, 76), (radius, radius), 222, 318), 8)
    pen.disc((50, 78), 7)


def _phone(pen: Pen) -> None:
    pen.stroke([(22, 6), (62, 6), (62, 94), (22, 94)], 7, closed=True)
    pen.disc((42, 80), 5)
    for radius in (36, 20):
        pen.stroke(arc((62, 50), (radius, radius), -40, 40), 7)


def _place(pen: Pen) -> None:
    pen.stroke([*arc((50, 38), (30, 30), 150, 390), (50, 94)], 7, closed=True)
    pen.disc((50, 38), 10)


def _training(pen: Pen) -> None:
    pen.stroke([(6, 36), (50, 16), (94, 36), (50, 56)], 7, closed=True)
    pen.stroke([(26, 46), (26, 70), *arc((50, 70), (24, 12), 180, 0)[::-1], (74, 70), (74, 46)], 6)
    pen.stroke([(94, 36), (94, 66)], 6)


def _assist(pen: Pen) -> None:
    pen.ring((32, 28), 16, 6)
    pen.ring((70, 36), 13, 6)
    pen.stroke([(8, 88), (8, 74), *arc((32, 74), (24, 20), 180, 360), (56, 88)], 6)
    pen.stroke([(66, 60), *arc((72, 76), (20, 16), 250, 360), (92, 88)], 6)


def _restart(pen: Pen) -> None:
    pen.stroke(arc((50, 52), (36, 36), -50, 220), 8)
    pen.stroke([(50, 6), (76, 20), (58, 42)], 8)


def _language(pen: Pen) -> None:
    pen.ring((50, 50), 44, 6)
    pen.stroke([(6, 50), (94, 50)], 5)
    pen.stroke(arc((50, 50), (20, 44), 0, 360), 5, closed=True)


DESK_DRAWINGS: Mapping[str, Callable[[Pen], None]] = MappingProxyType(
    {
        "wifi": _wifi,
        "phone": _phone,
        "place": _place,
        "training": _training,
        "assist": _assist,
        "restart": _restart,
        "language": _language,
    }
)
