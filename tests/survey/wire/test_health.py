"""Health is read leniently, loses nothing that was told, and is described field by field."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from survey.wire.health import KioskHealth, UplinkHealth, kiosk_health_of, uplink_health_of
from survey.wire.trouble import VALUES, trouble

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "wire-format.md"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [*KioskHealth._fields, *UplinkHealth._fields]


def test_what_was_told_is_read_back() -> None:
    panel = KioskHealth(
        version="1",
        screen="idle",
        open=False,
        accepting=False,
        write_ms_p99=12.5,
        stuck=(2,),
        troubles=(trouble("buttons_stuck", buttons="2"), trouble("disk_full")),
        settings=3,
        disk_used_percent=40,
        temperature_c=51,
        was_under_voltage=True,
        battery_percent=14,
        battery_used=True,
        waiting=(("1", 2), ("Samsat", 0)),
    )
    health = UplinkHealth(
        version="1",
        transport="mqtt",
        backlog=5,
        oldest_s=-1,
        sync=True,
        damaged=2,
        disk_free_mb=9,
        memory_kb=8,
        settings_held=3,
        tickets_held=0,
        kiosk=panel,
    )
    assert uplink_health_of(health.to_fields()) == health
    assert uplink_health_of(UplinkHealth().to_fields()) == UplinkHealth()


@given(st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON)
def test_whatever_was_told_is_read_without_a_surprise(told: object) -> None:
    for read in (kiosk_health_of, uplink_health_of):
        health = read(told)
        assert health is None or read(health.to_fields()) == health


def section(title: str) -> str:
    found = re.search(
        rf"^### {title}\n(.*?)(?=^##|\Z)", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found is not None, title
    return found[1]


def test_the_document_describes_exactly_the_fields() -> None:
    for title, kind in (("Health of the uplink", UplinkHealth), ("Health of the kiosk", KioskHealth)):
        assert sorted(re.findall(r"^\| `(\w+)` \|", section(title), re.MULTILINE)) == sorted(kind._fields)


def test_the_document_names_exactly_the_troubles() -> None:
    described = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", section("Troubles"), re.MULTILINE))
    named = {code: tuple(re.findall(r"`(\w+)`", values)) for code, values in described.items()}
    assert named == dict(VALUES)
