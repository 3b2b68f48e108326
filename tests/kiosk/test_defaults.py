"""Every default stands once: who changes it in `kiosk/config.py` changes the kiosk, and there is no other number to change."""

import inspect
from pathlib import Path

import pytest

from hardware.debounce import Debouncer, DebounceTiming
from kiosk.config import Config, PanelSection, SoundSection, StaffSection, VisitSection
from kiosk.desk.state import StaffDesk
from kiosk.fitted.opening import debounce_timing
from kiosk.loop import Loop
from kiosk.remote.plan import make_plan, visit_timing
from kiosk.show.aloud.speech import Speech
from kiosk.show.surroundings import Surroundings
from kiosk.show.views import Look
from kiosk.watch.housekeeping import KioskPlace
from survey.visit.plan import Plan, VisitTiming
from tests.kiosk.rigs import rig


@pytest.mark.parametrize("kind", [DebounceTiming, VisitTiming, Plan, Surroundings, KioskPlace])
def test_a_value_that_is_set_has_no_default_of_its_own(kind: type) -> None:
    assert kind._field_defaults == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "built, names",
    [
        (Loop, ("chords", "staff_hold_seconds", "watchdog", "voice", "make_desk")),
        (Debouncer, ("timing",)),
        (Look, ("size",)),
        (Speech, ("volume_percent",)),
        (StaffDesk, ("languages", "lock_seconds")),
    ],
)
def test_what_the_composition_root_builds_is_told_everything_that_can_be_set(
    built: type, names: tuple[str, ...]
) -> None:
    parameters = inspect.signature(built).parameters
    assert {name: parameters[name].default for name in names} == dict.fromkeys(names, inspect.Parameter.empty)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in PanelSection._fields
        if name not in ("buttons", "lights", "beeper", "case_switch", "fifth_button", "headphone_jack")
    ],
)
def test_every_number_of_the_panel_reaches_the_debouncer_or_the_loop(name: str, home: Path) -> None:
    """A newcomer's first guess: the number found in the configuration is the one that is used."""
    changed = (2, 4) if name.endswith("_buttons") else PanelSection._field_defaults[name] * 0.9
    section = PanelSection()._replace(**{name: changed})
    if name.endswith("_buttons"):
        with rig(home, Config(panel=section, sound=SoundSection(speech=True))) as kiosk:
            kiosk.wait(2)
            for button in changed:
                kiosk.panel.move(button, down=True, at=kiosk.times.now)
            kiosk.wait(3.5)
            state = kiosk.loop.service.state
            assert [state.step.value == "staff", state.aids.aloud, state.menu].count(True) == 1
            assert {"staff": state.step.value == "staff", "speech": state.aids.aloud, "menu": state.menu}[
                name.partition("_")[0]
            ]
        return
    assert debounce_timing(section) != debounce_timing(PanelSection())


@pytest.mark.parametrize(
    "name", [name for name in VisitSection._fields if name.endswith(("_ms", "_seconds"))]
)
def test_every_time_of_a_visit_reaches_its_plan(name: str) -> None:
    changed = VisitSection()._replace(**{name: getattr(VisitSection(), name) * 2})
    assert visit_timing(changed) != visit_timing(VisitSection())
    assert make_plan(Config(visit=changed)).timing == visit_timing(changed)


def test_the_desk_locks_itself_as_configured(home: Path) -> None:
    config = Config(staff=StaffSection(lock_seconds=20.0))
    with rig(home, config) as kiosk:
        kiosk.touch("corner", seconds=3.5)
        assert kiosk.loop.desk is not None
        assert kiosk.loop.desk.staff.lock_seconds == 20.0  # type: ignore[attr-defined]
