"""Who may come to a door of the desk, and what each meets where officers write and evaluators read."""

from django.test import Client

from collector.accounts import roles
from collector.fleet.models import Unit
from tests.collector.accounts_of import person
from tests.collector.desk.test_desk import administrator, browser
from tests.collector.scores.village import add_unit


def visitor(role: str | None, unit: Unit) -> Client:
    """A browser of somebody with a role, or of somebody from elsewhere."""
    other = add_unit("medan", region="12.71.01.1001", name="Kantor Medan")
    if role == "nobody":
        return Client()
    if role == "officer of another unit":
        return browser(person("joko", roles.UNIT_OFFICER, other))
    if role == "evaluator of another region":
        return browser(person("tuti", roles.EVALUATOR, region=other.region))
    if role == roles.ADMINISTRATOR:
        return browser(administrator())
    return browser(person("sari", role, unit if role == roles.UNIT_OFFICER else None))


STRANGERS = [
    ("nobody", 302, 302),
    (None, 404, 404),
    (roles.VIEWER, 404, 404),
    (roles.AUDITOR, 404, 404),
    ("officer of another unit", 404, 404),
    ("evaluator of another region", 404, 404),
]
"""To whom a unit's rooms are shut."""
EVERYBODY = [
    *STRANGERS,
    (roles.EVALUATOR, 200, 403),
    (roles.UNIT_OFFICER, 200, 302),
    (roles.ADMINISTRATOR, 200, 302),
]
"""A role, what it gets where it reads, and where it writes."""
