"""A small collector for programs to ask: two villages that differ, a token of each kind, and one of each list.

`python -m tests.collector.api.world` fills the collector that the environment names, and prints what was made as JSON.
"""

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta

import django

VILLAGES = (("alpha", "18.01.05.2003"), ("beta", "18.01.06.2004"))
PERIOD = "2026-TW3"


def main() -> None:
    """Fill it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
    django.setup()
    json.dump(fill(), sys.stdout)


def fill() -> dict[str, object]:
    """Make both villages, publish a quarter of each, and give tokens."""
    from collector.accounts import roles  # noqa: PLC0415 - its models load after django.setup()
    from collector.accounts.models import Office  # noqa: PLC0415 - as above
    from collector.api import tokens  # noqa: PLC0415 - as above
    from collector.fleet import tree  # noqa: PLC0415 - as above
    from collector.releases.models import Release  # noqa: PLC0415 - as above
    from tests.collector.accounts_of import person  # noqa: PLC0415 - as above

    units = [village(number, *one) for number, one in enumerate(VILLAGES, start=1)]
    people = {
        "officer": person("officer", roles.UNIT_OFFICER, units[0]),
        "evaluator": person("evaluator", roles.EVALUATOR, region=tree.add_region("18.01.05")),
        "auditor": person("auditor", roles.AUDITOR),
    }
    secrets = {}
    for name, user in people.items():
        office = Office.objects.get(user=user)
        for scope in (*tokens.SCOPES, "all"):
            scopes = tokens.SCOPES if scope == "all" else (scope,)
            _, text = tokens.make(
                office, name=f"{name} {scope}", scopes=scopes, days=30, who="test", now=datetime.now(UTC)
            )
            secrets[f"{name} {scope}"] = text
    released = dict(Release.objects.values_list("code", "address"))
    return {"tokens": secrets, "releases": released, "period": PERIOD, "units": [one.code for one in units]}


def village(number: int, code: str, region: str) -> object:
    """Make a village with a kiosk, answers of a quarter that are out, of another that are not, and a complaint."""
    from django.db import transaction  # noqa: PLC0415 - as above

    from collector.releases import publishing  # noqa: PLC0415 - as above
    from collector.scores.tallies.projection import project  # noqa: PLC0415 - as above
    from survey.index.periods import parse  # noqa: PLC0415 - beside the others
    from tests.collector.complaints.tickets import a_ticket  # noqa: PLC0415 - as above
    from tests.collector.scores.village import Post, add_unit, answers, at  # noqa: PLC0415 - as above

    unit = add_unit(code, region=region, name=f"Balai {code}")
    post = Post(unit, name=f"kios-{code}", stream=number)
    days = [date(2026, 8, 3) + timedelta(days=place) for place in range(12)]
    later = [date(2026, 10, 5) + timedelta(days=place) for place in range(7 + number)]
    with transaction.atomic():
        project([post.response(answers(2 + number), at(day)) for day in (*days, *later)])
    publishing.publish(unit, parse(PERIOD), who="console:test")
    ticket = a_ticket(unit=unit, day=date(2026, 11, 3), number=700_000 + number)
    ticket.guarded = False
    ticket.save()
    return unit


if __name__ == "__main__":
    main()
