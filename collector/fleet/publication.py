"""Settings of a kiosk: signed here, retained on its topic by the listener, and given out over HTTPS."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from collector import clock
from collector.errors import CollectorError
from collector.fleet import courses, layers
from collector.fleet.assignments import standing_at
from collector.fleet.counters import counters_at
from collector.fleet.endings import without_good_key
from collector.fleet.models import (
    Assignment,
    Kiosk,
    KioskSettings,
    OfferedPlace,
    Place,
    Service,
    Tenant,
    Unit,
)
from collector.fleet.standing import full_code
from collector.fleet.tree import find_place
from collector.local import local_date
from collector.trust import keyholder, public
from collector.words.foreign import in_one_line
from survey.settings.keys import (
    ANSWER_DAYS,
    DEFAULT_INSTRUMENTS,
    INSTRUMENTS,
    KEYS,
    PLACES,
    QUESTIONNAIRE,
)
from survey.settings.keys import check as check_content
from survey.settings.offered import (
    MAX_SERVICE_CODE,
    MAX_UNIT_NAME,
    QUESTIONNAIRE_OF_SERVICE,
    SERVICES,
)
from survey.settings.shown import COUNTERS, MENDED, PUBLISHED_INDEX, STANDARDS, SettingsRefused
from survey.wire.messages import Settings, pack_settings
from survey.wire.sealing import SEAL_KEY

DEFAULTS: dict[str, object] = {INSTRUMENTS: list(DEFAULT_INSTRUMENTS)}
"""What holds where nobody has set anything."""
_MADE_HERE = (SERVICES, SEAL_KEY, PUBLISHED_INDEX, MENDED, STANDARDS, ANSWER_DAYS, COUNTERS)
"""What follows from what the collector holds; nobody sets it by hand."""
SETTABLE = tuple(key for key in KEYS if key not in _MADE_HERE)
MOST_AT_ONCE = 200
"""Messages that the listener sends between two groups of arrivals: a regency's are thousands."""
_givers: list[Callable[[Unit], Mapping[str, object]]] = []


def register(giver: Callable[[Unit], Mapping[str, object]]) -> None:
    """Have a room above give settings that follow from a kiosk's unit; a value of None takes the key out."""
    if giver not in _givers:
        _givers.append(giver)


def services_at(unit: Unit, place: Place) -> list[dict[str, str]]:
    """Give what people can name at a place: the unit's services, and at a shared place those of its neighbours, with their unit."""
    today = local_date(clock.now(), unit.time_zone)
    # Those too who begin later: a kiosk that is off the network by then knows the days itself.
    tenants = Tenant.objects.filter(Tenant.not_over(today), place=place).order_by("-since")
    rows = tenants.values_list("unit_id", "since", "until", "questionnaire")
    days = {unit: (since, until, asks) for unit, since, until, asks in rows}
    always = {unit.pk, *Assignment.objects.filter(place=place).values_list("unit_id", flat=True)}
    units = always | days.keys()
    offered = Service.objects.filter(unit_id__in=units, offered=True).select_related("unit")
    found: dict[str, dict[str, str]] = {}
    for service in sorted(offered.order_by("unit_id", "id"), key=lambda one: one.unit_id != unit.pk):
        code = service.code
        beside = {"unit_name": in_one_line(service.unit.name)[:MAX_UNIT_NAME]} if len(units) > 1 else {}
        if service.unit_id != unit.pk:
            beside["unit"] = service.unit.code
            if code in found:  # another unit there has a service of this code
                code = full_code(service.unit.code, code)
        if service.unit_id not in always:
            since, until, asks = days[service.unit_id]
            beside |= _days(since, until, today) | ({QUESTIONNAIRE_OF_SERVICE: asks} if asks else {})
        if len(code) <= MAX_SERVICE_CODE:
            found.setdefault(code, {"code": code, "name": service.name} | beside)
    return list(found.values())


def _days(since: date, until: date | None, today: date) -> dict[str, str]:
    """Give between which days a service is offered, where that is not always from now on."""
    begins = {"from": since.isoformat()} if since > today else {}
    return begins if until is None else begins | {"until": (until - timedelta(days=1)).isoformat()}


def publish(kiosk: Kiosk, *, changes: Mapping[str, object], who: str = "") -> KioskSettings:
    """Sign what reaches a kiosk from all layers, with `changes` made to its own, under the next version; None clears a value of its own.

    Where nothing changes, the version in force is given.

    Raises:
        CollectorError: a key is unknown, its value makes no sense, or it is none that anybody sets; nothing is signed.
    """
    insist_settable(changes)
    with transaction.atomic():
        if changes:
            own = dict(changes)
            if isinstance(own.get(PLACES), list):
                own[PLACES] = _named_places(kiosk, own[PLACES])
            layers.write(layers.Layer(layers.KIOSK, kiosk.name), own, who=who)
        stand = (
            Assignment.objects.filter(kiosk=kiosk).order_by("-since").select_related("unit", "place").first()
        )
        held = layers.in_force(layers.reaching(kiosk.name, stand.unit if stand is not None else None))
        content = DEFAULTS | {key: placed.value for key, placed in held.items()}
        if stand is not None:
            content |= _served(stand.unit, stand.place, content.get(QUESTIONNAIRE))
            content |= counters_at(stand.place, kiosk)
            for giver in _givers:
                content |= giver(stand.unit)
        content[SEAL_KEY] = public.read(settings.IKM_KEYS).seal_key.hex()
        content = {key: value for key, value in content.items() if value is not None}
        latest = KioskSettings.objects.filter(kiosk=kiosk).order_by("-version").first()
        if latest is not None and content == latest.content:
            return latest
        check(content)
        version = latest.version + 1 if latest is not None else 1
        message = pack_settings(Settings(kiosk=kiosk.name, version=version, content=content), keyholder.sign)
        return KioskSettings.objects.create(kiosk=kiosk, version=version, content=content, message=message)


def _served(unit: Unit, place: Place, questionnaires: object) -> dict[str, object]:
    """Give the services at a place, and with them the questionnaires of courses that no kiosk brings."""
    services = services_at(unit, place)
    asked = {one[QUESTIONNAIRE_OF_SERVICE] for one in services if QUESTIONNAIRE_OF_SERVICE in one}
    beside = courses.texts(asked)
    if not beside:
        return {SERVICES: services}
    given = [questionnaires] if isinstance(questionnaires, str) else questionnaires
    own = list(given) if isinstance(given, list) else []
    return {SERVICES: services, QUESTIONNAIRE: own + [text for text in beside if text not in own]}


def insist_settable(changes: Iterable[str]) -> None:
    """Refuse keys that nobody sets.

    Raises:
        CollectorError: one follows from what is here (`setting_made_here`), or there is none such (`setting_unknown`).
    """
    for key in changes:
        if key in _MADE_HERE:
            raise CollectorError("setting_made_here", key=key)
        if key not in KEYS:
            raise CollectorError("setting_unknown", key=key, known=", ".join(SETTABLE))


def retell(unit: Unit) -> None:
    """Sign new settings for the kiosks that stand for a unit, where what they show has changed."""
    for kiosk in standing_at(unit):
        publish(kiosk, changes={})


def _named_places(kiosk: Kiosk, wanted: object) -> list[object]:
    """Give places with their names, from codes; from now on an answer of this kiosk may say that it was given there."""
    named: list[object] = []
    for one in wanted if isinstance(wanted, list) else []:
        place = find_place(str(one))
        OfferedPlace.objects.get_or_create(kiosk=kiosk, place=place)
        named.append({"code": place.code, "name": place.name})
    return named


def check(content: Mapping[str, object]) -> None:
    """Check settings as a whole, as far as it can be done here.

    Raises:
        CollectorError: a value makes no sense (`settings_refused`), or no kiosk knows its key (`setting_unknown`).
    """
    try:
        unknown = check_content(content).unknown
    except SettingsRefused as error:
        raise CollectorError("settings_refused", reason=error) from error
    if unknown:
        raise CollectorError("setting_unknown", key=unknown[0], known=", ".join(SETTABLE))


def unpublished() -> list[tuple[int, str, bytes]]:
    """Give `(id, kiosk name, message)` of some of the settings in force that no broker holds yet."""
    waiting = KioskSettings.objects.filter(published_at=None).exclude(kiosk__in=without_good_key())
    waiting = waiting.order_by("kiosk_id", "-version")
    newest: dict[int, tuple[int, str, bytes]] = {}
    for one in waiting.select_related("kiosk")[:MOST_AT_ONCE]:
        newest.setdefault(one.kiosk_id, (one.pk, one.kiosk.name, bytes(one.message)))
    return list(newest.values())


def mark_published(ids: Iterable[int]) -> None:
    """Note that these settings, and older ones of the same kiosks, are on the broker."""
    sent = KioskSettings.objects.filter(pk__in=list(ids))
    newer = sent.filter(kiosk=OuterRef("kiosk"), version__gte=OuterRef("version"))
    KioskSettings.objects.filter(Exists(newer), kiosk__in=sent.values("kiosk"), published_at=None).update(
        published_at=clock.now()
    )


def tell_again(held: Mapping[int, int]) -> None:
    """Have the settings in force published again where a kiosk holds older ones: a broker may lose what it keeps.

    Args:
        held: by the numbers of kiosks, the version that each says it holds.
    """
    newest = KioskSettings.objects.filter(kiosk__in=list(held)).values_list("kiosk").annotate(Max("version"))
    for kiosk, version in newest:
        if version > held[kiosk]:
            KioskSettings.objects.filter(kiosk=kiosk, version=version).update(published_at=None)


def in_force(kiosk: str) -> bytes | None:
    """Give the signed settings of a kiosk, or None where it has none."""
    latest = KioskSettings.objects.filter(kiosk__name=kiosk).order_by("-version").first()
    return bytes(latest.message) if latest is not None else None
