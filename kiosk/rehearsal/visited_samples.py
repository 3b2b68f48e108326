"""The screens around a visit's code, as the gallery shows them."""

from collections.abc import Iterator

from kiosk.show.surroundings import Surroundings
from survey.record.visit_code import VisitCode
from survey.visit.coded import KeptCode
from survey.visit.state import Outcome, State, Step


def visited(
    begun: State, around: Surroundings, code: str, *, large: bool
) -> Iterator[tuple[str, State, Surroundings]]:
    """The thanks with a code, what is known of one that comes back, and a test."""
    own = VisitCode("balai-desa-sukamaju1", 145_207, code[:8])
    thanks = begun._replace(step=Step.THANKS, rated=True, coded=True, own_code=own)
    yield "thanks-code", thanks, around
    yield "thanks-code-partial", thanks._replace(partial=True), around
    yield "thanks-code-without-page", thanks, around._replace(code_address="")
    yield "thanks-faces", thanks._replace(faces=True), around
    yield "thanks-faces-bare", thanks._replace(faces=True, own_code=None), around
    if not large:  # no kiosk in service offers a test yet, least of all in large text
        card = thanks._replace(step=Step.CODE, testing=True)
        yield "card", card._replace(code=code[:5]), around
        yield "card-wrong", card._replace(code=code[:-1] + "9"), around
        yield "tested", thanks._replace(step=Step.TESTED), around
    unknown = begun._replace(step=Step.CODE, code=code[:8], no_visit=True)
    yield "code-visit", unknown, around
    back = begun._replace(step=Step.STANDING, code=code[:8], outcome=Outcome.FOUND)
    for name, kept in (
        ("counted", KeptCode(5207, "2026-09-03", arrived=True)),
        ("arrived", KeptCode(5207, "2026-11-03", arrived=True)),
        ("waits", KeptCode(5207, "2026-11-23", arrived=False)),
        ("elsewhere", KeptCode(5207, "", arrived=None)),
    ):
        yield f"visit-{name}", back._replace(found_code=kept), around
        if large:
            yield f"visit-{name}-rest", back._replace(found_code=kept, page=1), around
