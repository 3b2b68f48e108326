"""Cards: made for an auditor, told once, and what the auditor writes down after the visit.

Whoever makes them holds an office outside the unit. The code leaves the house with the card alone; kept is what the log says of it.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from collector import clock
from collector.challenges.models import VisitCard
from collector.errors import CollectorError
from collector.fleet.models import Kiosk
from collector.people import trail
from collector.scores.ask.lookups import find_form
from collector.trust import public
from survey.record.ticket import new_code, read_code, show_code
from survey.record.visit_test import NOTE_SALT_BYTES, card_leaf, card_secret

MOST = 300
"""At one kiosk at once."""


class MadeCard(NamedTuple):
    """A card as it is printed."""

    kiosk: str
    code: str
    """As it is shown: three groups of letters."""
    leaf: str


def make(kiosks: Sequence[Kiosk], number: int, *, who: str, why: str) -> list[MadeCard]:
    """Make so many cards for each kiosk; their codes are told here and nowhere again.

    Raises:
        CollectorError: the number is none that is made at once (`cards_number`).
    """
    if not 0 < number <= MOST:
        raise CollectorError("cards_number", most=MOST)
    key, made = public.read(settings.IKM_KEYS).signing, []
    with transaction.atomic():
        for kiosk in kiosks:
            for _ in range(number):
                code = new_code()
                leaf = card_leaf(card_secret(code, key), kiosk.name)
                VisitCard.objects.create(leaf=leaf, kiosk=kiosk, made_at=clock.now(), made_by=who[:150])
                made.append(MadeCard(kiosk.name, show_code(code), leaf))
        # Where an auditor will stand is nobody's business before: the trail says how many, and not where.
        trail.note(
            who=who, action="test cards made", subject="test visits", why=why, facts={"cards": len(made)}
        )
    return made


def write(code: str, answers: Mapping[str, Sequence[int | None]], *, who: str) -> VisitCard:
    """Note what an auditor pressed at the visit for which a card was used; once, and before anything is compared.

    `answers` gives, by questionnaire, a value for each element in its order; None for one that was left open.

    Raises:
        CollectorError: no card has this code (`card_unknown`), it was written already (`card_written`), or the values are none of the
            questionnaire (`card_answers`).
    """
    card = find(code)
    if card.wrote is not None:
        raise CollectorError("card_written")
    wrote = {}
    for instrument, values in answers.items():
        _, form = find_form(instrument)
        if len(values) != len(form.keys):
            raise CollectorError("card_answers", instrument=instrument, number=len(form.keys))
        given = {key: value for key, value in zip(form.keys, values, strict=True) if value is not None}
        if form.read(given) is None:
            raise CollectorError("card_answers", instrument=instrument, number=len(form.keys))
        wrote[form.instrument.name] = given
    with transaction.atomic():
        card.wrote, card.wrote_at = wrote, clock.now()
        card.wrote_salt = secrets.token_bytes(NOTE_SALT_BYTES)
        card.save()
        trail.note(
            who=who,
            action="test visit written",
            subject=f"card {card.leaf[:16]}",
            facts={"questionnaires": len(wrote)},
        )
    return card


def find(code: str) -> VisitCard:
    """Give a card by its letters.

    Raises:
        CollectorError: no card has them (`card_unknown`).
    """
    plain = read_code(code)
    if plain is not None:
        secret = card_secret(plain, public.read(settings.IKM_KEYS).signing)
        for name in VisitCard.objects.values_list("kiosk__name", flat=True).distinct():
            found = VisitCard.objects.filter(leaf=card_leaf(secret, name)).first()
            if found is not None:
                return found
    raise CollectorError("card_unknown")
