"""What an evaluator evaluates: the region or agency of the account, with everything below."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from collector.errors import CollectorError
from collector.fleet.models import Agency, EvaluatorArea, Region, Unit

Area = Region | Agency


def named(*, region: str | None, agency: str | None) -> Area | None:
    """Give the region or agency of a code; None where neither is named.

    Raises:
        CollectorError: there is none of that code.
    """
    if region:
        if (found := Region.objects.filter(code=region).first()) is None:
            raise CollectorError("region_unknown", code=region)
        return found
    if agency:
        if (owner := Agency.objects.filter(code=agency).first()) is None:
            raise CollectorError("agency_unknown", code=agency)
        return owner
    return None


def give(user: User, area: Area | None) -> None:
    """Let an account evaluate this area and no other; None takes its area away."""
    EvaluatorArea.objects.filter(user=user).delete()
    if isinstance(area, Region):
        EvaluatorArea.objects.create(user=user, region=area)
    elif area is not None:
        EvaluatorArea.objects.create(user=user, agency=area)


def holds(user: AbstractBaseUser | AnonymousUser, *, kind: str, code: str) -> bool:
    """Tell whether a `unit`, `region` or `agency` lies in what an account evaluates."""
    for area in EvaluatorArea.objects.filter(user=user.pk).select_related("region", "agency"):
        if area.agency is not None:
            if kind == "agency" and area.agency.code == code:
                return True
            if kind == "unit" and Unit.objects.filter(code=code, agency=area.agency).exists():
                return True
        elif area.region is not None:
            place = code if kind == "region" else ""
            if kind == "unit":
                place = Unit.objects.filter(code=code).values_list("region__code", flat=True).first() or ""
            if f"{place}.".startswith(f"{area.region.code}."):
                return True
    return False
