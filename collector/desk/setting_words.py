"""Settings in words, and the fields by which they are set: a field for what is simple, JSON for what is not."""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from django import forms

from collector.fleet.layers import ALL, KIOSK, REGION, UNIT, Layer
from collector.fleet.models import Kiosk, Region, Unit
from collector.fleet.setting import ON_KIOSK_ONLY
from collector.language import later, say_here
from survey.settings import keys
from survey.settings.addresses import BROKER, COLLECTOR
from survey.settings.hours import DAYS

PERCENT, FLAG, WORDS, HOURS, TEXT, JSON = "percent", "flag", "words", "hours", "text", "json"
KINDS: Mapping[str, str] = {
    keys.OPENING_HOURS: HOURS,
    keys.LANGUAGES: WORDS,
    keys.VOLUME_PERCENT: PERCENT,
    keys.BRIGHTNESS_PERCENT: PERCENT,
    keys.SUNLIGHT: FLAG,
    keys.HOURS_BY_STAFF: FLAG,
    keys.INSTRUMENTS: WORDS,
    keys.QUESTIONNAIRE: JSON,
    keys.TEXTS: JSON,
    keys.PLACES: JSON,
    BROKER: TEXT,
    COLLECTOR: TEXT,
}
"""How each key is set at the desk, in the order of the page."""
_LONGEST_SHOWN = 120
_SPAN = re.compile(r"(\d\d?)[.:](\d\d)\s*[-–]\s*(\d\d?)[.:](\d\d)")


class Row(NamedTuple):
    """A key on the page of a layer."""

    key: str
    label: str
    value: str
    layer: Layer | None
    """Where it comes from; None where nobody has set it."""
    where: str
    is_own: bool
    may_change: bool


def keys_of(layer: Layer) -> list[str]:
    """Give the keys that are set in a layer."""
    return [key for key in KINDS if layer.kind == KIOSK or key not in ON_KIOSK_ONLY]


def label(key: str) -> str:
    """Give what a setting is called."""
    return say_here(f"setting.key_{key}")


def layer_words(layer: Layer) -> str:
    """Give what a layer is called."""
    if layer.kind == ALL:
        return say_here("setting.layer_all")
    if layer.kind == REGION:
        name = Region.objects.filter(pk=layer.code).values_list("name", flat=True).first()
        return f"{name or say_here('setting.layer_region')} ({layer.code})"
    if layer.kind == UNIT:
        return Unit.objects.filter(code=layer.code).values_list("name", flat=True).first() or layer.code
    return say_here("setting.layer_kiosk", name=layer.code)


def value_words(key: str, value: object) -> str:
    """Give a value as a page says it."""
    if value is None:
        return say_here("setting.unset")
    match KINDS.get(key, JSON), value:
        case (kind, _) if kind in (PERCENT, TEXT):
            text = f"{value} %" if kind == PERCENT else str(value)
        case (kind, _) if kind == FLAG:
            text = say_here("setting.yes" if value else "setting.no")
        case (kind, list()) if kind == WORDS:
            text = ", ".join(map(str, value))
        case (kind, dict()) if kind == HOURS:
            said = [f"{_day(day)} {_spans(value.get(day))}" for day in DAYS if value.get(day)]
            text = "; ".join(said) or say_here("setting.never_open")
        case _:
            text = _shortened(value)
    return text


def _shortened(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


class ValueForm(forms.Form):
    """The value of one key."""

    def __init__(self, data: Mapping[str, object] | None, *, key: str, value: object) -> None:
        super().__init__(data)
        self._key, self._kind = key, KINDS[key]
        if self._kind == HOURS:
            given = value if isinstance(value, dict) else {}
            for day in DAYS:
                help_text = say_here("setting.help_hours") if day == DAYS[0] else ""
                self.fields[day] = forms.CharField(
                    label=_day(day),
                    required=False,
                    max_length=80,
                    initial=_spans(given.get(day)),
                    help_text=help_text,
                )
            return
        self.fields["value"] = self._field(value)

    def _field(self, value: object) -> forms.Field:
        name = label(self._key)
        help_text = say_here(f"setting.help_{self._kind}")
        if self._kind == PERCENT:
            return forms.IntegerField(
                label=name, min_value=0, max_value=100, initial=value, help_text=help_text
            )
        if self._kind == FLAG:
            choices = [("ya", later("setting.yes")), ("tidak", later("setting.no"))]
            return forms.ChoiceField(label=name, choices=choices, initial="ya" if value else "tidak")
        if self._kind == WORDS:
            text = ", ".join(map(str, value)) if isinstance(value, list) else ""
            return forms.CharField(label=name, max_length=400, initial=text, help_text=help_text)
        if self._kind == TEXT:
            return forms.CharField(label=name, max_length=200, initial=value or "", help_text=help_text)
        text = json.dumps(value, ensure_ascii=False, indent=1) if value is not None else ""
        return forms.CharField(
            label=name,
            max_length=100_000,
            initial=text,
            help_text=help_text,
            widget=forms.Textarea(attrs={"rows": 8, "lang": "en", "spellcheck": "false"}),
        )

    def value(self) -> object:
        """Give what was filled in, as the key takes it.

        Raises:
            ValueError: it is none; the message is for the page.
        """
        said = self.cleaned_data
        if self._kind == HOURS:
            hours = {day: _read_spans(said[day], day) for day in DAYS}
            return {day: spans for day, spans in hours.items() if spans}
        given = said["value"]
        if self._kind == FLAG:
            return given == "ya"
        if self._kind == WORDS:
            return [word for word in re.split(r"[\s,;]+", given) if word]
        if self._kind == JSON:
            try:
                return json.loads(given)
            except ValueError as error:
                raise ValueError(say_here("setting.no_json")) from error
        return given


def kiosks_at(layer: Layer) -> list[str]:
    """Give the names of the first kiosks of a unit, as its page leads to them; none of a wider layer."""
    if layer.kind != UNIT:
        return []
    found = Kiosk.objects.filter(in_use=True, stands__code=layer.code).order_by("name")
    return list(found.values_list("name", flat=True)[:40])


def _day(day: str) -> str:
    return say_here(f"desk.day_{DAYS.index(day)}")


def _spans(value: object) -> str:
    spans = value if isinstance(value, list) else []
    return ", ".join(f"{start}–{end}".replace(":", ".") for start, end in spans)


def _read_spans(text: str, day: str) -> list[list[str]]:
    found = [[f"{h:0>2}:{m}", f"{hh:0>2}:{mm}"] for h, m, hh, mm in _SPAN.findall(text)]
    if _SPAN.sub("", text).strip(" ,;"):
        raise ValueError(say_here("setting.no_hours", day=_day(day), text=text[:40]))
    return found
