"""What the API's middleware costs: the processor's time a request with and without it, in one run.

    python -m bench.api [--turns 200] [--units 20]

In this process, over an SQLite database of invented units whose quarter is published, without a web server: so the difference is the middleware's and nothing
else's. A release's own file is answered before the door; the list of releases passes it as a stranger does; the units are asked for with a token, which is
counted for all processes together: in tenths of its limit, and beside that one request at a time, as it was before. A turn asks each kind a few times, in an order drawn by
lot, once unmeasured before, so that whatever else the machine does, and what is left in its caches, meets them alike; what counts is the processor's time of this process,
and the median of the turns. (Whole seconds of one kind after the other, by the clock on the wall, gave a ratio of 0.60 for the list on a busy machine, which was the others' load.)
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable

from django.core.handlers.base import BaseHandler
from django.test import RequestFactory

from bench.own_collector import set_up
from bench.release_api import fill

OURS = ("collector.api.origins.named", "collector.api.door.guarded")
OF_A_TOKEN = 600
ASKED = 5
"""How often a turn asks for each kind."""
Ask = Callable[[], int]


def main() -> None:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--units", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        kinds = asked(fill(options.units)[0])
        spent: dict[str, list[float]] = {name: [] for name in kinds}
        chance = random.Random(1)
        for _ in range(options.turns):
            for name in chance.sample(list(kinds), len(kinds)):
                spent[name].append(cost(kinds[name]))
    print(
        f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}, {options.turns} turns of {ASKED} requests of each kind; processor's time a request"
    )
    of = {name: statistics.median(found) for name, found in spent.items()}
    for one, beside in (
        ("release", "release, without"),
        ("list", "list, without"),
        ("token", "token, each counted"),
    ):
        print(
            f"{one:8} {1000 * of[one]:6.3f} ms   {beside:20} {1000 * of[beside]:6.3f} ms   rate {of[beside] / of[one]:.2f} of the one beside it"
        )


def asked(address: str) -> dict[str, Ask]:
    """Give what is asked for, by its name."""
    from django.conf import settings  # noqa: PLC0415 - read after `set_up`

    from collector.api import limits  # noqa: PLC0415 - after django.setup()

    settings.SECRET_KEY = "only for this"
    settings.ALLOWED_HOSTS = ["testserver"]
    limits.OF_NETWORK = limits.OF_TOKEN = (
        10**9
    )  # nobody is refused here; how often the database is told stays
    release, listed = f"/api/v1/releases/{address}.json", "/api/v1/releases"
    whole, bare = (
        handler(settings.MIDDLEWARE),
        handler([one for one in settings.MIDDLEWARE if one not in OURS]),
    )
    text = a_token()
    return {
        "release": asking(whole, release),
        "release, without": asking(bare, release),
        "list": asking(whole, listed),
        "list, without": asking(bare, listed),
        "token": asking(whole, "/api/v1/units", text, told_after=OF_A_TOKEN // limits.SHARE),
        "token, each counted": asking(whole, "/api/v1/units", text, told_after=1),
    }


def handler(middleware: list[str]) -> BaseHandler:
    """Give what answers with such middleware."""
    from django.test import override_settings  # noqa: PLC0415 - beside its use

    found = BaseHandler()
    with override_settings(MIDDLEWARE=middleware):
        found.load_middleware()
    return found


def asking(of: BaseHandler, path: str, token: str = "", *, told_after: int = 1) -> Ask:
    """Give one request; a token's count is told to the database after so many."""
    from collector.api import limits  # noqa: PLC0415 - after django.setup()

    factory = RequestFactory(headers={"Authorization": f"Bearer {token}"} if token else {})

    def ask() -> int:
        limits.SHARE = limits.OF_TOKEN // told_after
        return of.get_response(factory.get(path)).status_code

    return ask


def a_token() -> str:
    """Make an account that evaluates everything, and a token of its."""
    from collector import clock  # noqa: PLC0415 - after django.setup()
    from collector.accounts import roles  # noqa: PLC0415 - after django.setup()
    from collector.accounts.models import Office  # noqa: PLC0415 - after django.setup()
    from collector.api import tokens  # noqa: PLC0415 - after django.setup()
    from tests.collector.accounts_of import person  # noqa: PLC0415 - after django.setup()

    office = Office.objects.get(user=person("evaluator", roles.EVALUATOR))
    return tokens.make(office, name="bench", scopes=["fleet"], days=1, who="bench", now=clock.now())[1]


def cost(ask: Ask) -> float:
    """Ask a few times; the processor's seconds a request."""
    ask()
    began = time.process_time()
    for _ in range(ASKED):
        status = ask()
        if status != 200:
            raise SystemExit(f"answered with {status}")
    return (time.process_time() - began) / ASKED


if __name__ == "__main__":
    main()
