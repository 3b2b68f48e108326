"""What is complained of, as line drawings: one glance at a tile says which it is, in whatever language."""

from collections.abc import Callable, Mapping

from kiosk.draw.pen import Pen, arc


def _person(pen: Pen, x: float, *, scale: float = 1.0) -> None:
    pen.ring((x, 50 - 24 * scale), 13 * scale, 6)
    pen.stroke(arc((x, 50 + 34 * scale), (25 * scale, 32 * scale), 180, 360), 6)


def _coins(pen: Pen) -> None:
    """A hand's worth of money."""
    pen.ring((34, 62), 25, 6)
    pen.ring((64, 38), 25, 6)
    pen.stroke([(64, 26), (64, 50)], 6)


def _shut(pen: Pen) -> None:
    """A counter with nobody behind it."""
    pen.stroke([(8, 66), (92, 66)], 7)
    pen.stroke([(18, 66), (18, 92)], 6)
    pen.stroke([(82, 66), (82, 92)], 6)
    pen.stroke([(34, 18), (66, 50)], 8)
    pen.stroke([(66, 18), (34, 50)], 8)


def _hourglass(pen: Pen) -> None:
    pen.stroke([(22, 10), (78, 10)], 7)
    pen.stroke([(22, 90), (78, 90)], 7)
    pen.stroke([(28, 10), (28, 24), (50, 50), (28, 76), (28, 90)], 6)
    pen.stroke([(72, 10), (72, 24), (50, 50), (72, 76), (72, 90)], 6)
    pen.fill([(36, 84), (64, 84), (50, 66)])


def _scales(pen: Pen) -> None:
    """Scales that hang to one side."""
    pen.stroke([(50, 12), (50, 88)], 6)
    pen.stroke([(32, 90), (68, 90)], 7)
    pen.stroke([(14, 38), (86, 20)], 6)
    pen.stroke(arc((14, 56), (13, 14), 0, 180), 6, closed=True)
    pen.stroke(arc((86, 38), (13, 14), 0, 180), 6, closed=True)


def _frown(pen: Pen) -> None:
    pen.ring((50, 50), 42, 6)
    pen.stroke([(24, 32), (42, 40)], 6)
    pen.stroke([(76, 32), (58, 40)], 6)
    pen.disc((36, 48), 5)
    pen.disc((64, 48), 5)
    pen.stroke(arc((50, 80), (20, 14), 210, 330), 6)


def _sheet(pen: Pen) -> None:
    pen.stroke([(20, 8), (62, 8), (82, 28), (82, 92), (20, 92)], 6, closed=True)


def _wrong_sheet(pen: Pen) -> None:
    _sheet(pen)
    pen.stroke([(38, 44), (64, 72)], 7)
    pen.stroke([(64, 44), (38, 72)], 7)


def _list(pen: Pen) -> None:
    """A list with a question behind it."""
    _sheet(pen)
    pen.stroke(arc((50, 46), (11, 11), 180, 400), 6)
    pen.stroke([(56, 54), (51, 62)], 6)
    pen.disc((51, 76), 4.5)


def _detours(pen: Pen) -> None:
    pen.stroke([(14, 16), (66, 16), (66, 40), (30, 40), (30, 64), (80, 64), (80, 86)], 7)
    pen.stroke([(68, 76), (80, 90), (92, 76)], 7)


def _puzzled(pen: Pen) -> None:
    _person(pen, 36)
    pen.stroke(arc((76, 30), (11, 11), 180, 400), 6)
    pen.stroke([(82, 38), (77, 46)], 6)
    pen.disc((77, 60), 4.5)


def _chair(pen: Pen) -> None:
    pen.stroke([(28, 10), (28, 90)], 7)
    pen.stroke([(28, 54), (72, 54), (72, 90)], 7)
    pen.stroke([(28, 14), (42, 14), (42, 54)], 6)


def _unheard(pen: Pen) -> None:
    bubble = [(10, 16), (90, 16), (90, 68), (48, 68), (28, 88), (28, 68), (10, 68)]
    pen.stroke(bubble, 6, closed=True)
    pen.disc((32, 42), 5)
    pen.disc((50, 42), 5)
    pen.disc((68, 42), 5)


def _box(pen: Pen) -> None:
    pen.stroke([(10, 36), (90, 36), (90, 90), (10, 90)], 6, closed=True)
    pen.stroke([(50, 36), (50, 90)], 6)
    pen.stroke([(50, 36), (30, 16), (22, 28), (50, 36), (70, 16), (78, 28)], 6, closed=True)


def _road(pen: Pen) -> None:
    pen.stroke([(34, 10), (10, 90)], 7)
    pen.stroke([(66, 10), (90, 90)], 7)
    for top in (12, 42, 72):
        pen.stroke([(50, top), (50, top + 14)], 7)


def _pencil(pen: Pen) -> None:
    pen.stroke([(16, 84), (22, 62), (70, 14), (86, 30), (38, 78)], 6, closed=True)
    pen.stroke([(60, 24), (76, 40)], 6)


def _dots(pen: Pen) -> None:
    for x in (20, 50, 80):
        pen.disc((x, 50), 9)


def _officer(pen: Pen) -> None:
    _person(pen, 50)
    pen.stroke([(34, 20), (66, 20)], 8)  # a cap


TOPIC_DRAWINGS: Mapping[str, Callable[[Pen], None]] = {
    "topic-pungli": _coins,
    "topic-tidak_dilayani": _shut,
    "topic-lama": _hourglass,
    "topic-pilih_kasih": _scales,
    "topic-petugas_tidak_ramah": _frown,
    "topic-hasil_salah": _wrong_sheet,
    "topic-syarat": _list,
    "topic-prosedur": _detours,
    "topic-petugas_tidak_paham": _puzzled,
    "topic-fasilitas": _chair,
    "topic-pengaduan_diabaikan": _unheard,
    "topic-bansos": _box,
    "topic-infrastruktur": _road,
    "topic-lainnya": _pencil,
    "tiles": _dots,
    "officer": _officer,
}
"""By the icon's name."""
