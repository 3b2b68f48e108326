"""The doctor's checks of what a kiosk is fitted with."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from hardware.board import Facts, look, root_is_locked, screen_connected, sound_cards, unreadable_inputs
from hardware.events import FIFTH, JACK
from hardware.microphone import PACKAGES, has_capture_device, missing
from hardware.profile import missing as missing_of
from kiosk.watch.health import FULL_PERCENT, VERY_FULL_PERCENT, VERY_HOT_C, is_low
from kiosk.watch.patient import BAD, OK, WARN, Diagnosis, Patient


def board(patient: Patient) -> Iterator[Diagnosis]:
    """Look at the disk, the heat and the power."""
    facts: Facts = look(patient.home if patient.home.is_dir() else Path("/"), root=patient.root)
    used = facts.disk_used_percent
    if used >= FULL_PERCENT:
        state = BAD if used >= VERY_FULL_PERCENT else WARN
        yield Diagnosis(
            "disk", state, f"{used} % used", "connect the kiosk, or carry records out; then make room"
        )
    else:
        yield Diagnosis("disk", OK, f"{used} % used, {facts.disk_free_mb} MB free")
    if facts.temperature_c is not None:
        hot = facts.temperature_c >= VERY_HOT_C
        yield Diagnosis(
            "heat",
            WARN if hot else OK,
            f"{facts.temperature_c:.0f} °C",
            "give it air, take it out of the sun" if hot else "",
        )
    if (battery := facts.battery) is not None:
        low = is_low(battery)
        yield Diagnosis(
            "battery",
            WARN if low else OK,
            f"{battery.percent} %, {'in use' if battery.draining else 'on the mains'}",
            "connect it to the mains" if low else "",
        )
    if facts.was_under_voltage:
        yield Diagnosis(
            "power",
            WARN,
            "the supply was too weak since the start",
            "use a supply made for this board and a short cable",
        )


def system(patient: Patient) -> Iterator[Diagnosis]:
    """Say of a system that is locked what that means; an ordinary one needs no word."""
    if root_is_locked(patient.root):
        yield Diagnosis(
            "system",
            OK,
            "locked: power cuts do not harm it; nothing new comes, and no Wi-Fi stays, until it is opened",
        )


def panel(patient: Patient) -> Iterator[Diagnosis]:
    """Look at the buttons."""
    if patient.simulate:
        yield Diagnosis("buttons", OK, "simulated")
        return
    panel = patient.open_panel(patient.config)
    try:
        down = [button for button, is_down in panel.levels().items() if is_down]
        aids = panel.aid_levels()
    finally:
        panel.close()
    if down:
        yield Diagnosis(
            "buttons", WARN, f"{down} are down now", "free the button, or check its wire for a short"
        )
    else:
        wired = bool(patient.config.panel.buttons)
        yield Diagnosis(
            "buttons", OK, "four buttons, none is down" if wired else "none: touch is all there is"
        )

    if FIFTH in aids:
        remedy = "free it, or check its wire for a short" if aids[FIFTH] else ""
        yield Diagnosis(
            "fifth button",
            WARN if aids[FIFTH] else OK,
            "it is down now" if aids[FIFTH] else "wired, not down",
            remedy,
        )
    if JACK in aids:
        yield Diagnosis("headphones", OK, "a plug is in" if aids[JACK] else "wired, no plug is in")


def screen(patient: Patient) -> Iterator[Diagnosis]:
    """Look at the picture and the touch."""
    if patient.config.screen.driver == "dummy":
        yield Diagnosis("picture", OK, "none: this kiosk is for the ear, or a trial")
        return
    connected = screen_connected(patient.root)
    if connected is False:
        yield Diagnosis(
            "picture",
            BAD,
            "no screen is connected: citizens see nothing",
            "check the screen's cable and power",
        )
    elif connected:
        yield Diagnosis("picture", OK, "a screen is connected")
    inputs = unreadable_inputs(patient.root)
    if inputs is None:
        state = OK if patient.simulate else WARN
        yield Diagnosis("touch", state, "no input device is connected", "check the panel's touch cable")
    elif inputs:
        yield Diagnosis(
            "touch",
            BAD,
            f"{', '.join(inputs)} cannot be read by this user",
            "add the user to the group input",
        )
    else:
        yield Diagnosis("touch", OK, "input devices can be read")


def speech(patient: Patient) -> Iterator[Diagnosis]:
    """Look at the speech and its sound."""
    if (
        patient.config.sound.speech
        and shutil.which("espeak-ng") is None
        and not patient.config.sound.recordings
    ):
        yield Diagnosis("speech", WARN, "espeak-ng is missing", "sudo apt install espeak-ng")
    cards = sound_cards(patient.root)
    if patient.config.sound.speech and not cards:
        yield Diagnosis(
            "sound", WARN, "no sound output was found", "connect a speaker or headphones, then restart"
        )
    elif patient.config.sound.speech:
        yield Diagnosis("sound", OK, ", ".join(cards))


def microphone(patient: Patient) -> Iterator[Diagnosis]:
    """Look at the microphone."""
    if not patient.config.sound.microphone:
        return
    if absent := missing():
        remedy = f"sudo apt install {' '.join(PACKAGES)}"
        yield Diagnosis("microphone", WARN, f"{', '.join(absent)} missing", remedy)
    elif not has_capture_device(patient.root):
        yield Diagnosis(
            "microphone",
            WARN,
            "no device that can record is connected",
            "connect one, or set sound.microphone to false",
        )
    else:
        yield Diagnosis("microphone", OK, "programs and a device that can record")


def profiles(patient: Patient) -> Iterator[Diagnosis]:
    """Compare what is there with what this kiosk is said to be built of."""
    names, wired = patient.config.fitted.profiles, patient.config.panel
    if not names or patient.simulate:
        return
    found = missing_of(names, buttons=bool(wired.buttons), lights=bool(wired.lights), root=patient.root)
    for one in found:
        yield Diagnosis(
            "profile", BAD, f"{one.profile}: {one.fact}", f"{one.remedy}, or say what is there: ikm-kiosk fit"
        )
    if not found:
        yield Diagnosis("profile", OK, ", ".join(names))
