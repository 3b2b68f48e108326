"""What is said of plans in words, for pages, papers and the console."""

from datetime import date
from decimal import Decimal

from collector.followup.mend import Mend
from collector.local import month_text, period_text
from collector.releases.moved import Reason
from collector.scores.show.formats import comma
from collector.words.catalogue import LANGUAGES, say
from survey.index.periods import parse


def mend_lines(mend: Mend, language: str) -> list[str]:
    """Say whether a mend is seen, from which numbers, and what stands against believing it."""
    seen = say(f"mend.seen_{mend.seen.name.lower()}", language)
    lines = [f"{seen}."]
    if mend.reason is not Reason.NONE:
        reason = say(f"mend.reason_{mend.reason.value}", language)
        lines = [say("mend.because", language, seen=seen, reason=reason)]
    if mend.difference is None or mend.difference.interval is None or not mend.before or not mend.after:
        return lines
    lines.append(
        say(
            "mend.change",
            language,
            before=comma(mend.before.value, language),
            before_period=period_text(parse(mend.before.period), language),
            after=comma(mend.after.value, language),
            after_period=period_text(parse(mend.after.period), language),
            value=signed(mend.difference.value, language),
            low=signed(mend.difference.interval.low, language),
            high=signed(mend.difference.interval.high, language),
        )
    )
    if mend.is_widened:
        lines.append(say("mend.picked", language))
    if mend.is_late_entry:
        lines.append(say("mend.late_entry", language))
    lines.append(say("mend.no_cause", language))
    return lines


def signed(value: Decimal, language: str = LANGUAGES[0]) -> str:
    """Write a difference with its sign: `+3,12`, `−0,50`, `0,00`."""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return sign + comma(abs(value), language)


def months(first: date, last: date, language: str = LANGUAGES[0]) -> str:
    """Give planned months: `Januari 2027`, `Januari–Maret 2027`, `November 2026–Januari 2027`."""
    end = month_text(last, language)
    if (first.year, first.month) == (last.year, last.month):
        return end
    start = month_text(first, language)
    if first.year == last.year:
        start = start.partition(" ")[0]
    return f"{start}\N{EN DASH}{end}"
