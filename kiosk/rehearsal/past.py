"""An invented quarter of a village office: what the demo plays and publishes first, so that its pages have something to show."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

_SEED = 2026
_VISITORS = 84
_ELEMENTS = (
    "persyaratan",
    "prosedur",
    "waktu",
    "biaya",
    "produk",
    "kompetensi",
    "perilaku",
    "sarpras",
    "pengaduan",
)
_LEAN = (0.0, -0.1, -0.4, 0.6, 0.0, 0.0, 0.25, -0.2, -0.3)
"""How far each element lies from a visitor's mood."""
_SERVICES = ("ktp", "ktp", "kk", "kk", "sku", "domisili")
_JOBS = ("petani", "ibu rumah tangga", "wiraswasta", "swasta", "pelajar")
_MOOD, _SPREAD = 3.15, 0.5


def write_quarter(path: Path, first: date, last: date) -> None:
    """Write a file of visitors on the working days between two days, both included; the same days give the same file."""
    chance = random.Random(_SEED)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    working = [day for day in days if day.weekday() < 5]
    moods = {
        day: chance.gauss(0.0, 0.15) for day in working
    }  # one clerk, one queue: days are alike in themselves
    visits = sorted((chance.choice(working), chance.randrange(8 * 60, 15 * 60)) for _ in range(_VISITORS))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["submitted", "sex", "age", "education", "job", "service", *_ELEMENTS])
        for day, minute in visits:
            mood = chance.gauss(_MOOD + moods[day], _SPREAD)
            answers = [min(4, max(1, round(chance.gauss(mood + lean, 0.4)))) for lean in _LEAN]
            table.writerow(
                [
                    f"{day.isoformat()} {minute // 60:02}:{minute % 60:02}",
                    chance.choice("LP"),
                    chance.randint(19, 68),
                    chance.choice(("SD", "SMP", "SMA", "SMA", "S1")),
                    chance.choice(_JOBS),
                    chance.choice(_SERVICES),
                    *answers,
                ]
            )
