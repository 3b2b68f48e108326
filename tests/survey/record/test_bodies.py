"""What stands in a record is written and read by one class a kind, and documented field by field."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.record.bodies import (
    BODIES,
    MOST_TROUBLES,
    Alive,
    Boot,
    Carried,
    ClockNews,
    SettingsTold,
)
from survey.record.complaint import Addition, Complaint, Consent
from survey.record.errors import Malformed
from survey.record.predecessors import MOST_PREDECESSORS, Predecessor
from survey.record.response import Response
from survey.record.seen_log import SeenLog
from survey.record.staff import STAFF_ACTIONS, Staff
from survey.record.tally import TallyTold
from survey.record.visit_test import LogSize, VisitTest

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "wire-format.md"

words = st.text(max_size=64)
lookups = st.binary(min_size=16, max_size=16).map(bytes.hex)
wholes = st.integers(0, 2**53 - 1)
times = st.integers(-(2**53), 2**53 - 1)
counts = st.dictionaries(words, wholes, max_size=8)
BEFORE: dict[str, object] = {"stream": "x", "seq": 1, "link": "", "why": "cut"}
EXAMPLES = {
    "carried": st.builds(
        Carried,
        stream=words,
        prev=words,
        signature=words,
        line=st.text(max_size=900),
        attached=st.dictionaries(words, words, max_size=2),
    ),
    "tally": st.builds(
        TallyTold,
        upto=wholes,
        since=wholes,
        set_since=wholes,
        day=words,
        closes=st.booleans(),
        sums=st.dictionaries(words, words, max_size=3),
    ),
    "boot": st.builds(
        Boot,
        software=words,
        hardware=words,
        predecessors=st.lists(
            st.builds(
                Predecessor,
                stream=words,
                seq=wholes,
                link=words,
                why=words,
                own_seq=st.just(0),
                own_link=st.just(""),
                exact=st.booleans(),
            )
            | st.builds(
                Predecessor,
                stream=words,
                seq=wholes,
                link=words,
                why=words,
                own_seq=wholes.filter(bool),
                own_link=words,
                exact=st.booleans(),
            ),
            max_size=MOST_PREDECESSORS,
            unique_by=lambda one: one.stream,
        ).map(tuple),
    ),
    "clock": st.builds(ClockNews, source=words, reason=words, was_ms=st.none() | times),
    "response": st.builds(
        Response,
        instrument=words,
        version=words,
        answers=counts,
        complete=st.booleans(),
        visit=wholes,
        ended=words,
        ended_at=st.none() | words,
        service=st.none() | words,
        unit=words,
        profile=st.dictionaries(words, words, max_size=5),
        language=words,
        channel=words,
        duration_s=wholes,
        outside_hours=st.booleans(),
        salt=words,
    ),
    "complaint": st.builds(
        Complaint,
        visit=wholes,
        lookup=lookups,
        service=st.none() | words,
        attached=st.dictionaries(words, words, max_size=2),
    ),
    "addition": st.builds(
        Addition,
        visit=wholes,
        lookup=lookups,
        consent=st.none() | st.builds(Consent, version=words, at=st.none() | times),
        attached=st.dictionaries(words, words, max_size=2),
    ),
    "alive": st.builds(
        Alive,
        screen=words,
        open=st.booleans(),
        presses=wholes,
        visits=wholes,
        asked=wholes,
        answered=wholes,
        rejected=counts,
        stuck=st.lists(st.integers(1, 4), max_size=4).map(tuple),
        troubles=st.lists(words, max_size=MOST_TROUBLES).map(tuple),
        log=st.none() | st.builds(SeenLog, origin=words, size=wholes, root=words, signature=words),
    ),
    "staff": st.one_of(
        st.builds(
            lambda action, records: Staff(action, records=records),
            st.sampled_from(sorted(STAFF_ACTIONS)),
            st.none() | wholes,
        ),
        st.builds(
            lambda action, buttons, touch: Staff(action, buttons=tuple(buttons), touch=touch),
            words,
            st.lists(st.integers(1, 4), max_size=9),
            st.booleans(),
        ),
    ),
    "test": st.builds(
        VisitTest,
        visit=wholes,
        number=wholes,
        secret=st.binary(min_size=32, max_size=32),
        links=st.dictionaries(st.integers(1, 2**53 - 1), st.binary(min_size=32, max_size=32), max_size=8),
        log=st.none() | st.builds(LogSize, words, wholes),
    ),
    "settings": st.one_of(
        st.builds(
            lambda version, unknown: SettingsTold(version, applied=True, unknown=tuple(unknown)),
            wholes,
            st.lists(words, max_size=9),
        ),
        st.builds(
            lambda version, key, why: SettingsTold(version, applied=False, key=key, refused=why),
            wholes,
            words,
            st.text(min_size=1, max_size=300),
        ),
    ),
}


def test_every_kind_has_an_example_here() -> None:
    assert set(EXAMPLES) == set(BODIES)


@pytest.mark.parametrize("kind", sorted(BODIES))
@given(data=st.data())
def test_what_is_written_is_read_back(kind: str, data: st.DataObject) -> None:
    value = data.draw(EXAMPLES[kind])
    assert BODIES[kind].from_body(value.to_body()) == value  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "kind, body",
    [
        ("boot", {"software": 1}),
        ("boot", {"software": "1", "predecessors": None}),
        ("boot", {"software": "1", "predecessors": {}}),
        ("boot", {"software": "1", "predecessors": ["x"]}),
        ("boot", {"software": "1", "predecessors": [{"stream": "x", "seq": 1, "link": "", "why": 5}]}),
        ("boot", {"software": "1", "predecessors": [BEFORE, BEFORE]}),
        ("boot", {"software": "1", "predecessors": [BEFORE | {"stream": str(one)} for one in range(9)]}),
        ("clock", {"source": "ntp", "reason": "sync", "was_ms": "1"}),
        ("complaint", {"visit": 1}),
        ("complaint", {"lookup": "AB" * 16}),
        ("complaint", {"lookup": "ab" * 16, "attached": {"text": 1}}),
        ("addition", {"lookup": "ab" * 15}),
        ("addition", {"lookup": "ab" * 16, "consent": []}),
        ("alive", {"screen": ["idle"]}),
        ("alive", {"screen": "idle", "open": 1}),
        ("alive", {"screen": "idle", "presses": -1}),
        ("alive", {"screen": "idle", "rejected": {"glitch": "1"}}),
        ("alive", {"screen": "idle", "stuck": [True]}),
        ("staff", {"action": ["opened"]}),
        ("staff", {"action": "test", "buttons": "1"}),
        ("staff", {"action": "test", "touch": 1}),
        ("carried", {"stream": "", "prev": "", "signature": "", "line": {}}),
        ("test", {"visit": 1, "number": 2, "secret": "AAAA"}),
        ("test", {"visit": 1, "number": 2, "secret": "?" * 43}),
        ("test", {"visit": 1, "number": "2", "secret": "A" * 43}),
        ("settings", {"version": 1, "applied": "yes"}),
        ("settings", {"version": 1, "applied": False, "refused": "x" * 301}),
        ("settings", {"version": 1, "applied": True, "unknown": [1]}),
    ],
)
def test_a_field_of_another_type_is_malformed_under_the_kinds_code(
    kind: str, body: dict[str, object]
) -> None:
    with pytest.raises(Malformed) as caught:
        BODIES[kind].from_body(body)  # type: ignore[attr-defined]
    assert caught.value.code == f"{kind}_field"


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_a_field_that_a_newer_version_added_is_ignored(kind: str) -> None:
    value = _smallest(kind)
    assert BODIES[kind].from_body(value.to_body() | {"brand_new": [1]}) == value  # type: ignore[attr-defined]


def _smallest(kind: str) -> object:
    return {
        "boot": Boot("1"),
        "clock": ClockNews("ntp", "sync"),
        "response": Response("pulse", "1", {"kepuasan": 4}, complete=True, visit=1),
        "complaint": Complaint(visit=1, lookup="ab" * 16),
        "addition": Addition(visit=1, lookup="ab" * 16),
        "alive": Alive("idle"),
        "staff": Staff("opened"),
        "settings": SettingsTold(1, applied=True),
        "tally": TallyTold(1),
        "test": VisitTest(1, 2, bytes(32)),
        "carried": Carried("00" * 16, prev="x", signature="y", line="{}"),
    }[kind]


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_the_document_describes_exactly_the_fields(kind: str) -> None:
    section = re.search(
        rf"^### Body of `{kind}`\n(.*?)(?=^##)",
        DOCUMENT.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    assert section is not None, f"docs/wire-format.md says nothing of {kind}"
    described = re.findall(r"^\| `(\w+)` \|", section[1], re.MULTILINE)
    fields = getattr(BODIES[kind], "_fields", None) or tuple(BODIES[kind].__dataclass_fields__)  # type: ignore[attr-defined]
    assert sorted(described) == sorted(fields)
