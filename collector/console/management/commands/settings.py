"""`ikm-collector settings`: what is set where, and how far it has come."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from collector.accounts.roles import ADMINISTRATOR
from collector.console.acting import acting, add_who
from collector.console.command import CollectorCommand
from collector.console.kiosk_report import settings_word
from collector.errors import CollectorError
from collector.fleet import layers, setting
from collector.fleet.applied import SettingsState, settings_states
from collector.fleet.layers import KIOSK, REGION, UNIT, Layer
from collector.words.foreign import shown

_AT_ONCE = 500


class Command(CollectorCommand):
    """Set values for all kiosks, a region, a unit or a kiosk; show what holds where, and what kiosks did with it."""

    help = (
        "What kiosks are told to do, set for all of them, for a region, a unit or a kiosk; the nearest wins, and a value that is cleared "
        "falls back to what lies above. The listener signs and sends it, a few kiosks at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        _where(parts.add_parser("show", help="what holds there, and where each value comes from"))
        put = _where(parts.add_parser("set", help="set values there"))
        put.add_argument("pairs", nargs="+", metavar="KEY=JSON", help="such as volume_percent=60")
        add_who(put)
        clear = _where(parts.add_parser("clear", help="take values out there; what lies above holds again"))
        clear.add_argument("keys", nargs="+", metavar="KEY", help="such as volume_percent")
        add_who(clear)
        state = _where(
            parts.add_parser("state", help="how far settings have come: sent, applied, refused and why")
        )
        state.add_argument("--every", action="store_true", help="every kiosk, not only those that lack them")
        parts.add_parser("sign", help="sign at once what is due, where no listener does it")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        match options["subcommand"]:
            case "sign":
                return _sign()
            case "show":
                return "\n".join(map(shown, _held(_layer(options))))
            case "state":
                return "\n".join(map(shown, _state(_layer(options), every=options["every"])))
            case "set":
                return self._change(options, dict(map(pair, options["pairs"])))
            case _:
                return self._change(options, dict.fromkeys(options["keys"]))

    def _change(self, options: dict[str, Any], changes: dict[str, object]) -> str:
        layer = _layer(options)
        who = acting(options["account"], (ADMINISTRATOR,), over=setting.office_over(layer, changes))
        done = setting.change(layer, changes, who=who, why=options["why"])
        if not done.keys:
            return "it is so already"
        how = "signed" if done.signed else "to be signed, a few at once, by the listener"
        return f"{layer}: {', '.join(done.keys)} changed; {done.kiosks} kiosks, {how}"


def pair(text: str) -> tuple[str, object]:
    """Read `KEY=JSON`.

    Raises:
        CollectorError: it is none (`settings_pair`).
    """
    key, equals, value = text.partition("=")
    try:
        read = json.loads(value)
    except ValueError as error:
        raise CollectorError("settings_pair", text=text) from error
    if not equals or not key:
        raise CollectorError("settings_pair", text=text)
    return key, read


def _where(part: CommandParser) -> CommandParser:
    one = part.add_mutually_exclusive_group()
    one.add_argument("--region", metavar="CODE", help="a region with all below it, such as 18.01")
    one.add_argument("--unit", metavar="CODE", help="a unit")
    one.add_argument("--kiosk", metavar="NAME", help="a kiosk; without any of these: all kiosks")
    return part


def _layer(options: dict[str, Any]) -> Layer:
    for kind in (REGION, UNIT, KIOSK):
        if options[kind] is not None:
            return layers.find(kind, options[kind])
    return layers.EVERY


def _held(layer: Layer) -> Iterator[str]:
    held = layers.in_force(layers.over(layer))
    for key in sorted(held):
        placed = held[key]
        text = json.dumps(placed.value, ensure_ascii=False)
        yield f"{key} = {text}  ({'set here' if placed.layer == layer else f'from {placed.layer}'} by {placed.by or '-'})"
    if not held:
        yield "nothing is set; kiosks do what their own configuration says"
    nearer = layers.nearer(layer).order_by("layer", "of", "key")
    for one in nearer[:_AT_ONCE]:
        yield f"{one.key} is otherwise for {one.layer} {one.of}"


def _state(layer: Layer, *, every: bool) -> Iterator[str]:
    found: Counter[str] = Counter()
    lines = []
    kiosks = layers.kiosks_of(layer).order_by("name").values_list("pk", "name", "stands__code")
    for first in range(0, kiosks.count(), _AT_ONCE):
        some = list(kiosks[first : first + _AT_ONCE])
        states = settings_states([pk for pk, _, _ in some])
        for pk, name, unit in some:
            word = _word(states[pk])
            found[word] += 1
            if every or word != "applied":
                lines.append(f"{name}  {unit}  {settings_word(states[pk])}")
    yield ", ".join(f"{number} {word}" for word, number in found.most_common()) or "no kiosks"
    yield from lines


def _word(state: SettingsState) -> str:
    if state.unsigned_why:
        return "cannot be signed"
    if state.due:
        return "to be signed"
    return "applied" if state.applied else "refused" if state.refused else "sent"


def _sign() -> str:
    number = 0
    while done := setting.sign_due():
        number += done
    return f"{number} kiosks signed"
