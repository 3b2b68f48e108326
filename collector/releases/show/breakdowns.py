"""Breakdowns for programs, for accounts that may see them; what is asked stands in the trail."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from collector.releases import asked
from collector.releases.cells.asking import BreakdownAnswer, Cell, question
from collector.releases.show.api import told
from collector.scores.show.as_csv import table

METHOD = "cell-key"
_HEAD = ("subject", "code", "period", "responses", "by", "group", "releases", "n", "value", "low", "high")


@require_safe
def breakdowns(request: HttpRequest) -> HttpResponse:
    """Answer a question about the groups of a calendar period.

    403 for accounts that may not ask; 400 with a stable code where it cannot be asked, 404 where nothing is called so.
    """
    words = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    return told(
        words,
        lambda: asked.breakdown(question(words), who=request.user),
        as_json=as_json,
        as_table=lambda answer, excel: as_csv(answer, excel=excel),
        period_of=lambda answer: answer.question.period,
    )


def as_json(answer: BreakdownAnswer) -> dict[str, object]:
    """Give an answer as JSON's values; `groups` is null for whoever may know the band alone."""
    asked_for = answer.question
    return {
        "subject": {"kind": asked_for.kind, "code": asked_for.code, "name": answer.name},
        "period": asked_for.period.identifier,
        "instrument": answer.instrument.name,
        "responses": str(answer.responses),
        "method": METHOD,
        "releases": list(answer.releases),
        "left_out": answer.left_out,
        "groups": [_group(cell) for cell in answer.cells] if answer.cells is not None else None,
    }


def as_csv(answer: BreakdownAnswer, *, excel: bool) -> str:
    """Give an answer as a table, a row a group; one row without a group where there is none."""
    asked_for = answer.question
    start: list[object] = [asked_for.kind, asked_for.code, asked_for.period.identifier, str(answer.responses)]
    keys = answer.instrument.element_keys
    rows: list[list[object]] = [
        [
            *start, cell.dimension, cell.code, cell.releases, cell.n, cell.value, cell.low, cell.high,
            *(cell.means[key] for key in keys),
        ]
        for cell in answer.cells or ()
    ]  # fmt: skip
    empty: list[object] = [*start, *[None] * (len(_HEAD) - len(start) + len(keys))]
    return table([[*_HEAD, *keys], *(rows or [empty])], excel=excel)


def _group(cell: Cell) -> dict[str, object]:
    return {
        "by": cell.dimension,
        "code": cell.code,
        "releases": cell.releases,
        "n": cell.n,
        "value": cell.value,
        "interval": [cell.low, cell.high],
        "elements": dict(cell.means),
    }
