"""Which instruments and periods there are something of, without reading every release: from one to the next in the index."""

from collector.scores.ask.lookups import rows
from survey.index.periods import Period, PeriodKind, parse

_NEXT = "SELECT min({column}) FROM releases_release WHERE subject = %s AND newest"


def instruments(subject: str) -> list[str]:
    """Give the instruments of which something of a kind of subject is out."""
    return _each("instrument", _NEXT.format(column="instrument"), (subject,))


def periods(subject: str, instrument: str) -> list[Period]:
    """Give the periods of which something of a kind of subject is out, the newest first."""
    found = _each("period", _NEXT.format(column="period") + " AND instrument = %s", (subject, instrument))
    return sorted(map(parse, found), key=lambda one: (one.last, one.first), reverse=True)


def usual(found: list[Period]) -> Period | None:
    """Give the period that a list shows unasked: the newest quarter, for that is what most owe, else the newest of all."""
    quarters = (one for one in found if one.kind is PeriodKind.QUARTER)
    return next(quarters, found[0] if found else None)


def _each(column: str, first: str, values: tuple[object, ...]) -> list[str]:
    found = rows(
        f"WITH RECURSIVE found(value) AS ({first} UNION ALL"  # noqa: S608 - both parts are this module's own
        f" SELECT ({first} AND {column} > found.value) FROM found WHERE found.value IS NOT NULL)"
        " SELECT value FROM found WHERE value IS NOT NULL",
        (*values, *values),
    )
    return [str(value) for (value,) in found]
