"""The services that signed settings offer at a kiosk: of which unit, on which days, and with which questionnaire."""

import re
from collections.abc import Callable
from datetime import date

from survey.instrument.instrument import Instrument
from survey.instrument.kinds import Kind
from survey.record.fields import MAX_WORD
from survey.settings.shown import SettingsRefused
from survey.visit.plan import OfferedService

SERVICES = "services"
QUESTIONNAIRE_OF_SERVICE = "instrument"
"""Names, in a service's entry, what is asked of whoever chooses it: a course has questions of its own."""

MAX_SERVICES = 200
MAX_SERVICE_CODE = 64
MAX_UNIT_NAME = 120
_CODE = rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{MAX_SERVICE_CODE - 1}}}"


def read_services(value: object, find: Callable[[str], Instrument]) -> tuple[OfferedService, ...]:
    """Read the services; `find` gives a questionnaire by its name, or refuses it.

    Raises:
        SettingsRefused: it is no such list, or one of them makes no sense.
    """
    if not isinstance(value, list) or len(value) > MAX_SERVICES:
        raise SettingsRefused(SERVICES, f"services is a list of at most {MAX_SERVICES}")
    services = [_service(entry if isinstance(entry, dict) else {}, find) for entry in value]
    if len({service.code for service in services}) != len(services):
        raise SettingsRefused(SERVICES, "two services have the same code")
    return tuple(services)


def _service(entry: dict[str, object], find: Callable[[str], Instrument]) -> OfferedService:
    code, name = entry.get("code"), entry.get("name")
    if not isinstance(code, str) or not re.fullmatch(_CODE, code) or not isinstance(name, str) or not name:
        raise SettingsRefused(SERVICES, "a service has a code of letters and digits, and a name")
    unit = entry.get("unit", "")
    if not isinstance(unit, str) or len(unit) > MAX_WORD:
        raise SettingsRefused(SERVICES, f"a service's unit is a code of at most {MAX_WORD} characters")
    unit_name = entry.get("unit_name", "")
    if not isinstance(unit_name, str) or len(unit_name) > MAX_UNIT_NAME:
        raise SettingsRefused(
            SERVICES, f"the name of a service's unit has at most {MAX_UNIT_NAME} characters"
        )
    first, last = (_day(entry.get(key, "")) for key in ("from", "until"))
    return OfferedService(code, name, unit, unit_name, first, last, _form(entry, find, unit=unit, last=last))


def _form(
    entry: dict[str, object], find: Callable[[str], Instrument], *, unit: str, last: str
) -> Instrument | None:
    if QUESTIONNAIRE_OF_SERVICE not in entry:
        return None
    form = find(str(entry[QUESTIONNAIRE_OF_SERVICE]))
    if form.kind is Kind.PULSE:
        raise SettingsRefused(SERVICES, f"{form.name} is a smiley, and no questionnaire of a service")
    if not unit or not last:
        # So whoever signs can ask other questions for a course, and never in the place of what the unit here has to ask.
        raise SettingsRefused(
            SERVICES, "a service with a questionnaire of its own names its unit and its last day"
        )
    return form


def _day(value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat() if value != "" else ""
    except ValueError as error:
        raise SettingsRefused(
            SERVICES, "a service is offered from and until days such as 2026-11-24"
        ) from error
