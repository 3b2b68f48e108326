"""Make the noise table: `python -m bench.noise_table MAXIMUM VARIANCE >collector/releases/cells/noise.toml`.

For each true count the deviations have the largest entropy among all with mean nought, the wanted variance, none beyond the maximum, and
none that makes a count negative: p(v) is proportional to exp(a v + b v²), and a and b are what the mean and the variance ask for. That
is how the statistical offices' `ptable` makes its tables. Nought stays nought.
"""

import math
import sys

WHOLE = 1 << 32


def row(count: int, maximum: int, variance: float) -> list[int]:
    """Give up to which of 2^32 each deviation reaches, from -maximum to maximum."""
    reach = [v for v in range(-maximum, maximum + 1) if -count <= v]
    chances = [1.0 if v == 0 else 0.0 for v in reach] if count == 0 else _largest_entropy(reach, variance)
    by_deviation = dict(zip(reach, chances, strict=True))
    total, until = 0.0, []
    for v in range(-maximum, maximum + 1):
        total += by_deviation.get(v, 0.0)
        until.append(round(total * WHOLE))
    return [*until[:-1], WHOLE]


def _largest_entropy(reach: list[int], variance: float) -> list[float]:
    """Give the chances by Newton's method: mean nought, second moment `variance`."""
    a = b = 0.0
    for _ in range(200):
        weights = [math.exp(a * v + b * v * v) for v in reach]
        whole = sum(weights)
        m = [sum(w * v**k for w, v in zip(weights, reach, strict=True)) / whole for k in range(5)]
        first, second = m[1], m[2] - variance
        if max(abs(first), abs(second)) < 1e-13:
            return [w / whole for w in weights]
        aa, ab, bb = m[2] - m[1] ** 2, m[3] - m[1] * m[2], m[4] - m[2] ** 2
        down = aa * bb - ab * ab
        step_a, step_b = (first * bb - second * ab) / down, (second * aa - first * ab) / down
        damp = min(1.0, 0.5 / max(abs(step_a), abs(step_b)))
        a, b = a - damp * step_a, b - damp * step_b
    raise ValueError("there are no such deviations")


def text(maximum: int, variance: float) -> str:
    """Give the file."""
    lines = [
        "# Made by bench/noise_table.py, which says how; a test holds one against the other.",
        f"maximum_deviation = {maximum}",
        f"variance = {variance}",
    ]
    for count in range(maximum + 1):
        lines += [
            "",
            "[[rows]]",
            f"count = {count}" + ("  # and more" if count == maximum else ""),
            f"until = {row(count, maximum, variance)}",
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text(int(sys.argv[1]), float(sys.argv[2])))
