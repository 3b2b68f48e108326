"""The wiring diagram of the guide, drawn from the pin table: `python -m tests.kiosk.wiring` writes it, a test compares."""

from pathlib import Path

from kiosk.config import PanelSection

FILE = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "wiring.svg"
HEADER = {
    2: 3, 3: 5, 4: 7, 14: 8, 15: 10, 17: 11, 18: 12, 27: 13, 22: 15, 23: 16, 24: 18, 10: 19, 9: 21, 25: 22, 11: 23, 8: 24,
    7: 26, 0: 27, 1: 28, 5: 29, 6: 31, 12: 32, 13: 33, 19: 35, 16: 36, 26: 37, 20: 38, 21: 40,
}  # fmt: skip
"""By GPIO number (BCM): where it is on the header of every Raspberry Pi with forty pins."""
GROUND = 39
_WIRES = ("#b3261e", "#a35b00", "#1b6b3a", "#1d4e9e")
_TOP, _STEP, _LEFT = 96, 20, 150


def draw(panel: PanelSection) -> str:
    """Draw the header, the buttons, and a wire from each to its pin and to ground."""
    parts = [_text(24, 34, "Pengawatan: empat tombol ke Raspberry Pi", size=20, weight="bold")]
    parts.append(
        _text(
            24,
            58,
            "Dilihat dari atas, kartu SD di ujung atas: pin 1 ada di kiri atas. Cabut listrik dulu.",
        )
    )
    parts.append(
        f'<rect x="{_LEFT - 26}" y="{_TOP - 16}" width="72" height="{20 * _STEP + 12}" rx="6" fill="#e7efe9" stroke="#55615a"/>'
    )
    used = {HEADER[gpio]: number for number, gpio in enumerate(panel.buttons)}
    for pin in range(1, 41):
        x, y = _place(pin)
        fill = _WIRES[used[pin]] if pin in used else "#111111" if pin == GROUND else "#ffffff"
        parts.append(f'<circle cx="{x}" cy="{y}" r="6" fill="{fill}" stroke="#55615a"/>')
    for number, gpio in enumerate(panel.buttons):
        pin = HEADER[gpio]
        (x, y), across = _place(pin), 470 + number * 22
        box = 130 + number * 96
        parts += [
            _text(_LEFT + 56, y + 5, f"pin {pin} = GPIO {gpio}"),
            _path(
                f"M {x - 6} {y} H {78 - number * 14} V {across + 80} H {420 + number * 12} V {box} H 540",
                _WIRES[number],
            ),
            f'<rect x="540" y="{box - 26}" width="210" height="64" rx="10" fill="#ffffff" stroke="{_WIRES[number]}" stroke-width="3"/>',
            _text(556, box, f"Tombol {number + 1}", size=17, weight="bold"),
            _text(
                556,
                box + 22,
                "paling kiri"
                if number == 0
                else "paling kanan"
                if number == 3
                else f"nomor {number + 1} dari kiri",
            ),
            _path(f"M 540 {box + 26} H 500 V 622", "#111111"),
        ]
    x, y = _place(GROUND)
    parts += [
        _text(_LEFT + 56, y + 5, f"pin {GROUND} = GND"),
        _path(f"M {x - 6} {y} H 18 V 622 H 500", "#111111"),
        _text(512, 612, "kabel hitam (GND) ke semua tombol"),
    ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 640" font-family="Inter, DejaVu Sans, sans-serif">'
        '<rect width="800" height="640" fill="#fbfaf6"/>' + "".join(parts) + "</svg>\n"
    )


def _place(pin: int) -> tuple[int, int]:
    """Give where a pin is drawn: odd numbers on the left."""
    return _LEFT + (0 if pin % 2 else 20), _TOP + (pin - 1) // 2 * _STEP


def _text(x: int, y: int, text: str, *, size: int = 14, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="#111111">{text}</text>'


def _path(way: str, colour: str) -> str:
    return f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="3"/>'


if __name__ == "__main__":
    FILE.write_text(draw(PanelSection()), encoding="utf-8")
