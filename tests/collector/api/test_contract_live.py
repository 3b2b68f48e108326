"""The contract against the real server: whoever asks for whatever gets no failure of ours, and what the document says.

Schemathesis makes the questions from the document; a part of what it puts into an address is replaced by what is there, so that there is something
to answer. A small fixed sample belongs to the ordinary run; `long` asks a dozen times as much, three times over.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.collector.api.conftest import Live

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, unsupported_method, allow_header_conformance, ignored_auth,
]  # fmt: skip
ASKERS = ("", "wrong", "officer fleet", "officer all", "evaluator all", "auditor all")
EVERY_SCOPE = ("/api/v1/units", "/api/v1/kiosks", "/api/v1/complaints", "/api/v1/me", "/api/v1/releases", "/api/v1/indices",
               "/api/v1/breakdowns", "/api/v1/releases/{address}.json", "/api/v1/followup/{unit}.json")  # fmt: skip

SENSIBLE = {
    "indices": ("unit", "period"),
    "breakdowns": ("unit", "period", "by"),
    "explain": ("value",),
    "units": (),
    "releases": ("unit",),
}
"""By address: what is asked of it half of the time, with words that are there; any other word makes most questions none."""


def known(live: Live) -> dict[str, list[str]]:
    """Give what there is, by the parameter that asks for it."""
    units = [*live.units, "nobody", "\x00", "é/..", "a b"]
    return {
        "unit": units,
        "region": ["18", "18.01", "18.01.05.2003", "99", "\x00"],
        "agency": ["none"],
        "address": [*live.releases.values(), "NNNNNNNN"],
        "kiosk": ["kios-alpha", "kios-beta", "k"],
        "period": [live.period, "2026", "2026-10", "2026-TW9", "\x00"],
        "from": ["2026-07-01", "2026-07-32"],
        "to": ["2026-09-30", "0000-00-00"],
        "by": ["sex", "age", "month", "element", "month,element", ","],
        "format": ["json", "csv", "xml"],
        "for": ["excel"],
        "instrument": ["skm-2017", "spkp"],
        "nrr": ["3;3;3;3;3;3;3;3;3", "9" * 400],
        "value": ["81,96", "1e400"],
        "round": ["own", "final"],
        "limit": ["1", "500"],
    }


def operations(live: Live) -> list[APIOperation[Any, Any, Any, Any]]:
    schema = openapi.from_url(f"{live.address}/api/v1/openapi.json")
    return [found.ok() for found in schema.get_all_operations()]


def ask(live: Live, *, examples: int, number: int) -> Counter[str]:
    """Ask each address as each asker; gives how often each was answered with a success."""
    heard, wrong = Counter[str](), list[str]()
    session = requests.Session()
    for operation in operations(live):
        one = of_operation(operation, live, session, heard)
        bounds = settings(
            max_examples=examples, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
        )  # fmt: skip
        try:
            seed(number)(bounds(one))()
        except FailureGroup as group:
            wrong += [f"{operation.method} {operation.path}: {str(each)[:1500]}" for each in group.exceptions]
    assert wrong == [], "\n\n".join(wrong)
    return heard


def of_operation(
    operation: APIOperation[Any, Any, Any, Any], live: Live, session: requests.Session, heard: Counter[str]
) -> Callable[[], None]:
    """Give what asks one address, once for each example."""
    there = known(live)
    tokens = {"": None, "wrong": "ikm_1_guessed", **live.tokens}
    made = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @given(case=made, who=st.sampled_from(ASKERS), data=st.data())
    def asked(case: Case, who: str, data: st.DataObject) -> None:
        question = SENSIBLE.get(operation.path.removeprefix("/api/v1/"))
        if question and data.draw(st.booleans()):
            case.query = {name: data.draw(st.sampled_from(there[name][:2])) for name in question}
        else:
            put_in(case, operation, there, data)
        headers = {"Authorization": f"Bearer {tokens[who]}"} if tokens[who] else {}
        answer = case.call(headers=headers, session=session)
        if answer.status_code == 414:
            return  # the server reads no longer address, and says so before anything of ours is asked
        case.validate_response(answer, checks=CHECKS, headers=headers, transport_kwargs={"session": session})
        heard[operation.path] += answer.status_code == 200

    return asked


def put_in(
    case: Case,
    operation: APIOperation[Any, Any, Any, Any],
    there: Mapping[str, list[str]],
    data: st.DataObject,
) -> None:
    """Replace three of four words by such as are there, or nearly."""
    for taken, where in ((operation.path_parameters, case.path_parameters), (operation.query, case.query)):
        for name in there:
            if taken.get(name) is not None and data.draw(st.integers(0, 3)):
                where[name] = data.draw(st.sampled_from(there[name]))


def test_a_sample_of_whatever_may_be_asked_is_answered_as_the_contract_says(live: Live) -> None:
    heard = ask(live, examples=16, number=20261127)
    assert [path for path in EVERY_SCOPE if not heard[path]] == [], (
        "some questions are answered, not only refused"
    )


@pytest.mark.long
@pytest.mark.parametrize("number", range(3))
def test_whatever_may_be_asked_is_answered_as_the_contract_says(live: Live, number: int) -> None:
    ask(live, examples=200, number=number)
