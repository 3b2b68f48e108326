"""Pages of a list: each begins behind the last row of the one before, so that what is added meanwhile shifts nothing."""

from typing import TypeVar

from django.core.signing import BadSignature, Signer
from django.db.models import Model, QuerySet

from collector.api.refusals import Refused

Row = TypeVar("Row", bound=Model)
MOST = 500


def page(rows: QuerySet[Row], *, after: str, limit: int, of: str) -> tuple[list[Row], str | None]:
    """Give a page in the order of the rows' keys, and what asks for the next one; `of` names the list, for a cursor fits one alone.

    Raises:
        Refused: that is no cursor of this list (`cursor`).
    """
    signer = Signer(salt=f"ikm-api-{of}")
    if after:
        try:
            rows = rows.filter(pk__gt=int(signer.unsign(after)))
        except (BadSignature, ValueError) as error:
            raise Refused(400, "cursor", "`after` is no cursor of this list") from error
    found = list(rows.order_by("pk")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return found, signer.sign(str(found[-1].pk)) if more else None
