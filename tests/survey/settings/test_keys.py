"""Settings are checked by one function on both ends; the collector refuses what a kiosk would, before it signs."""

import re
from datetime import time
from pathlib import Path

import pytest

from survey.instrument.definition import shipped_files
from survey.settings.keys import DEFAULT_INSTRUMENTS, KEYS, check
from survey.settings.shown import SettingsRefused

COURSE = {"code": "kades", "name": "Pelatihan", "unit": "pelatihan-3", "until": "2026-11-26"}
SPKP = next(file for file in shipped_files() if file.name == "spkp.toml").read_text()
OWN = SPKP.replace('id = "spkp"', 'id = "milik-kami"')
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "wire-format.md"


@pytest.mark.parametrize(
    "content, key",
    [
        ({"opening_hours": {"mon": [["08.00", "16.00"]]}}, "opening_hours"),
        ({"opening_hours": {"mon": [["08:00"]]}}, "opening_hours"),
        ({"opening_hours": {"mon": [["8:00", "16:00"]]}}, "opening_hours"),
        ({"opening_hours": {"mon": [["08:00", "24:00"]]}}, "opening_hours"),
        ({"opening_hours": {"mon": ["08:00", "16:00"]}}, "opening_hours"),
        ({"opening_hours": []}, "opening_hours"),
        ({"volume_percent": 600}, "volume_percent"),
        ({"volume_percent": "60"}, "volume_percent"),
        ({"brightness_percent": -1}, "brightness_percent"),
        ({"instruments": ["skm-2017@1"]}, "instruments"),
        ({"questionnaire": ["no toml"]}, "questionnaire"),
        ({"texts": {"idle.title": {"id": "Halo {"}}}, "texts"),
        ({"languages": []}, "languages"),
        ({"services": [{"code": "a b", "name": "x"}]}, "services"),
        ({"services": [COURSE | {"instrument": "pulse@1"}]}, "services"),
        ({"services": [COURSE | {"instrument": "entah@1"}]}, "services"),
        ({"services": [COURSE | {"instrument": 7}]}, "services"),
        ({"services": [COURSE | {"instrument": "spkp@1", "unit": ""}]}, "services"),
        ({"services": [COURSE | {"instrument": "spkp@1", "until": ""}]}, "services"),
        ({"instruments": ["pulse@1"], "services": [COURSE | {"instrument": "spkp@1"}]}, "instruments"),
        ({"questionnaire": [SPKP.replace("Tidak", "Sangat")]}, "questionnaire"),
        ({"questionnaire": [OWN, OWN.replace("Tidak", "Sangat")]}, "questionnaire"),
        ({"published_index": {"value": "84,12"}}, "published_index"),
    ],
)
def test_a_bad_value_is_refused_under_its_key(content: dict[str, object], key: str) -> None:
    with pytest.raises(SettingsRefused) as caught:
        check(content)
    assert caught.value.key == key


def test_hours_are_read_as_local_times_of_days() -> None:
    checked = check({"opening_hours": {"mon": [["08:00", "12:00"], ["13:00", "16:00"]], "sun": []}})
    assert checked.opening_hours == {"mon": ((time(8), time(12)), (time(13), time(16))), "sun": ()}


def test_a_key_taken_out_leaves_it_to_the_kiosk_and_an_unknown_one_is_named() -> None:
    checked = check({"volume_percent": None, "colour": "green"})
    assert (checked.volume_percent, checked.unknown) == (None, ("colour",))


def test_only_a_kiosk_knows_its_texts_and_languages() -> None:
    content = {"texts": {"idle.title": {"id": "Halo {unit}"}}, "languages": ["id", "su"]}
    assert check(content).languages == ("id", "su")
    with pytest.raises(SettingsRefused, match="no text"):
        check(content, texts={})
    with pytest.raises(SettingsRefused, match="names a value"):
        check(content, texts={"idle.title": "Halo"})
    with pytest.raises(SettingsRefused, match="no catalogue"):
        check({"languages": ["su"]}, languages={"id"})


def test_the_default_questionnaires_ship() -> None:
    assert check({"instruments": list(DEFAULT_INSTRUMENTS)}).instruments is not None


def test_the_document_describes_exactly_the_keys() -> None:
    section = re.search(
        r"^## 7\. Settings\n(.*?)(?=^## )", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert section is not None
    assert sorted(re.findall(r"^\| `(\w+)` \|", section[1], re.MULTILINE)) == sorted(KEYS)
