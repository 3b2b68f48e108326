"""What somebody asks of a list: words to look for, an order, what to leave out, and in which form."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from collector.releases.states import State
from survey.index.doubt import Change

BY_NAME = "nama"
COLUMNS: Mapping[str, str] = {"nilai": "value", "responden": "n", "perubahan": "change"}
"""The columns a list can be sorted by, and where a release has them."""
SORTS = (BY_NAME, *(sign + name for name in COLUMNS for sign in ("-", "")))
HIGHEST_FIRST = "-nilai"
NOT_OUT = "belum terbit"
"""Where there is no release that everybody sees."""
STATES = (State.PUBLISHED.value, State.NOT_REPORTED.value, State.WITHDRAWN.value, NOT_OUT)
TRENDS: Mapping[str, str] = {
    "naik": Change.BETTER.value,
    "turun": Change.WORSE.value,
    "belum terlihat": Change.CANNOT_TELL.value,
}
PROOFS: Mapping[str, str] = {"lengkap": "whole", "belum lengkap": "short"}
ENDED_TOO = "ya"
FORMS = ("json", "csv")
_EXCEL = "excel"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked; whatever is not understood is not asked."""

    words: str = ""
    sort: str = HIGHEST_FIRST
    state: str = ""
    category: str = ""
    trend: str = ""
    proof: str = ""
    page: str = "1"
    ended: bool = False
    """With units that had ended before the period began."""
    form: str = ""
    """Nothing for a page."""
    excel: bool = False

    @property
    def filters(self) -> dict[str, str]:
        """What a release has to have, by its fields; without its state."""
        found = {
            "category": self.category,
            "trend": TRENDS.get(self.trend, ""),
            "proof": PROOFS.get(self.proof, ""),
        }
        return {name: value for name, value in found.items() if value}


def asked(request: HttpRequest) -> Asked:
    """Read it from a request."""
    get = request.GET.get

    def one_of(name: str, known: object) -> str:
        value = get(name, "")
        return value if value in known else ""  # type: ignore[operator]  # any collection of texts

    form = one_of("format", FORMS)
    category = get("mutu", "").upper()
    return Asked(
        words="".join(filter(str.isprintable, get("q", "")))[:80].strip(),
        sort=one_of("sort", SORTS) or HIGHEST_FIRST,
        state=one_of("state", STATES),
        category=category if len(category) == 1 and category in "ABCD" else "",
        trend=one_of("perubahan", TRENDS),
        proof=one_of("bukti", PROOFS),
        page=get("page", "1"),
        ended=get("berakhir") == ENDED_TOO,
        form=form,
        excel=form == "csv" and get("for") == _EXCEL,
    )
