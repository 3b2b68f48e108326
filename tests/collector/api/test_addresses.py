"""The contract says every address below `/api/v1/` that there is, and none that there is not."""

import re
from collections.abc import Iterable, Iterator

from django.contrib.admindocs.views import simplify_regex
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

PREFIX = "api/v1/"
OF_THE_DOCUMENT = {"/api/v1/", "/api/v1/docs", "/api/v1/openapi.json"}


def routes(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Give all routes, parts that vary as `<name>`."""
    for one in patterns:
        route = before + simplify_regex(str(one.pattern)).removeprefix("/").replace("\\.", ".")
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        elif route.startswith(PREFIX):
            yield f"/{route}"


def form(route: str) -> re.Pattern[str]:
    """Give what addresses of a route look like."""
    return re.compile("[^/]+".join(map(re.escape, re.split(r"<[^>]*>", route))))


def test_the_contract_has_every_address_of_the_resolver_and_no_other(db: None) -> None:
    documented = {re.sub(r"[{}]", "", one) for one in Client().get("/api/v1/openapi.json").json()["paths"]}
    known = set(routes(get_resolver().url_patterns)) - OF_THE_DOCUMENT
    assert len(known) > 15
    missing = [route for route in known if not any(form(route).fullmatch(one) for one in documented)]
    invented = [one for one in documented if not any(form(route).fullmatch(one) for route in known)]
    assert (missing, invented) == ([], [])
