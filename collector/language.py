"""In which language a page is written: its address says so. Indonesian stands at the root, English below `/en/`.

So each page has an address of its own in each language: it can be linked to and kept by any cache, and neither a cookie nor the
browser's preference changes what an address gives. Data and files (`/api/`, `/data/….csv`, papers, evidence) are of no language and
have one address. What is kept, printed or mailed is Indonesian, whatever the language of the page on which somebody asked for it.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import lazy

from collector.words.catalogue import LANGUAGES, say

INDONESIAN, ENGLISH = LANGUAGES
NAMES = {INDONESIAN: "Bahasa Indonesia", ENGLISH: "English"}
"""What each language calls itself."""
_PREFIX = f"/{ENGLISH}"

Respond = Callable[[HttpRequest], HttpResponse]


class Address(NamedTuple):
    """A page in one language."""

    language: str
    path: str
    """With what is asked, as in a link on this site."""

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return NAMES[self.language]


def spoken() -> str:
    """Give the language of the page that is being made."""
    return ENGLISH if translation.get_language() == ENGLISH else INDONESIAN


def say_here(key: str, /, **values: object) -> str:
    """Give a sentence of the catalogue in the language of the page that is being made."""
    return say(key, spoken(), **values)


later = lazy(say_here, str)
"""Gives a sentence in the language of whichever page shows it: for what is written once for all of them, such as a form's label."""


def of_path(path: str) -> str:
    """Give the language that a path is in."""
    return ENGLISH if path == _PREFIX or path.startswith(f"{_PREFIX}/") else INDONESIAN


def in_both(path: str) -> tuple[Address, Address]:
    """Give a page's addresses in Indonesian and in English, of either of them."""
    plain = path.removeprefix(_PREFIX) or "/" if of_path(path) == ENGLISH else path
    return Address(INDONESIAN, plain), Address(ENGLISH, _PREFIX + plain)


def by_address(respond: Respond) -> Respond:
    """Make each answer, error pages too, in the language of its address: a middleware.

    Django's own asks the browser as well, and tells caches that an answer depends on that.
    """

    def shown(request: HttpRequest) -> HttpResponse:
        language = of_path(request.path_info)
        with translation.override(language):
            response = respond(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", language)
        return response

    return shown
