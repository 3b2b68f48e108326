"""Student's distribution, which the standard library lacks; floats, for doubt only, never for an index."""

from functools import lru_cache
from math import copysign, erfc, exp, inf, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()
_LIKE_NORMAL = 100_000  # beyond this the quantiles agree to five digits, and doubt needs three
_MANY = 10  # from here on Hill's series is right to nine decimals and ten times as fast
SQRT_2 = sqrt(2)


@lru_cache(maxsize=8192)
def t_quantile(probability: float, freedom: int) -> float:
    """Give the value that Student's variable stays below with `probability`.

    Raises:
        ValueError: `probability` is not inside 0 to 1, or there is no degree of freedom.
    """
    if not 0 < probability < 1 or freedom < 1:
        raise ValueError(f"no quantile at {probability} with {freedom} degrees of freedom")
    if freedom > _LIKE_NORMAL:
        return _NORMAL.inv_cdf(probability)
    if probability < 0.5:
        return -t_quantile(1 - probability, freedom)
    value = max(_NORMAL.inv_cdf(probability), 0.0)
    low, high = 0.0, inf
    for _ in range(200):
        below = t_cdf(value, freedom)
        if below < probability:
            low = value
        else:
            high = value
        step = value - (below - probability) / _density(value, freedom)
        # Newton's step, or halving where it leaves the bracket (few degrees of freedom have long tails)
        following = step if low < step < high else (low * 2 + 1 if high == inf else (low + high) / 2)
        if abs(following - value) <= 1e-12 * max(1.0, abs(value)):
            return following
        value = following
    return value


def t_cdf(value: float, freedom: int) -> float:
    """Give the probability that Student's variable stays below `value`."""
    if freedom >= _MANY:
        return 0.5 * erfc(-_as_normal(value, freedom) / SQRT_2)
    square = value * value
    tail = 0.5 * _incomplete_beta(freedom / (freedom + square), freedom / 2, 0.5) if square < inf else 0.0
    return 1 - tail if value > 0 else tail


def _as_normal(value: float, freedom: int) -> float:
    """Give the normal value of the same probability (G. W. Hill, Algorithm 395, 1970)."""
    a = freedom - 0.5
    b = 48 * a * a
    y = a * log1p(value * value / freedom)
    series = ((((-0.4 * y - 3.3) * y - 24) * y - 85.5) / (0.8 * y * y + 100 + b) + y + 3) / b + 1
    return copysign(series * sqrt(y), value)


def _density(value: float, freedom: int) -> float:
    half = (freedom + 1) / 2
    scale = lgamma(half) - lgamma(freedom / 2) - 0.5 * log(freedom * pi)
    return exp(scale - half * log1p(value * value / freedom))


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Give the regularised incomplete beta function by its continued fraction (Lentz's method)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x > (a + 1) / (a + b + 2):  # the fraction converges quickly on one side only
        return 1 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    result = d
    for m in range(1, 300):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + term * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + term / c
            c = c if abs(c) > tiny else tiny
            result *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return result
