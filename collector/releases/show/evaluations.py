"""The IPP of a unit as it stands before it is published, for an auditor; what is asked stands in the trail."""

from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from collector.accounts import roles
from collector.errors import CollectorError
from collector.fleet import tree
from collector.releases import asked
from collector.releases.evaluation.keeping import Round
from collector.releases.evaluation.result import Quota, as_json, quota_of
from collector.releases.show.api import refused
from collector.scores.ask.results import QuestionError
from survey.index.periods import PeriodError, parse

_WORDS = ("unit", "period", "round", "quota", "quota_source", "zero_below_quota")
_MISSING = ("unit_not_here", "ipp_no_f02", "ipp_few_f03")


@require_safe
def ipp(request: HttpRequest) -> HttpResponse:
    """Give the IPP of `unit`, `period` and `round` as it stands now.

    403 for everybody but an auditor; 404 where the unit or a part of the number is not there; 400 where it cannot be asked.
    """
    words = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    try:
        told = _told(request, words)
    except CollectorError as error:
        code = error.code if isinstance(error, QuestionError) else error.word
        status = HTTPStatus.FORBIDDEN if code == "live_not_yours" else HTTPStatus.BAD_REQUEST
        return refused(error, HTTPStatus.NOT_FOUND if code in _MISSING else status, code)
    return JsonResponse(told)


def _told(request: HttpRequest, words: Mapping[str, str]) -> dict[str, object]:
    if not roles.has_role(request.user, (roles.AUDITOR,)):
        raise CollectorError("live_not_yours")  # before anything tells whether a unit is there
    for word, value in words.items():
        if word not in _WORDS:
            raise QuestionError("parameter_unknown", word=word, known=", ".join(_WORDS))
        if not value.isprintable() or len(value) > 200:
            raise QuestionError("parameter", word=word)
    unit = tree.find_unit(words.get("unit", ""))
    try:
        period = parse(words.get("period", ""))
    except PeriodError as error:
        raise CollectorError("release_period", period=words.get("period", "")) from error
    if words.get("round") not in [one.value for one in Round]:
        raise QuestionError("parameter", word="round")
    found = asked.evaluation(unit, period, Round(words["round"]), _quota(words), who=request.user)
    return {"unit": unit.code, "period": period.identifier, "published": False, **as_json(found)}


def _quota(words: Mapping[str, str]) -> Quota:
    number = words.get("quota", "")
    if number and not (number.isascii() and number.isdigit() and len(number) < 10):
        raise CollectorError("ipp_quota_number", quota=number)
    zero = words.get("zero_below_quota", "no")
    if zero not in ("yes", "no"):
        raise QuestionError("parameter", word="zero_below_quota")
    return quota_of(int(number) if number else None, words.get("quota_source", ""), zero_below=zero == "yes")
