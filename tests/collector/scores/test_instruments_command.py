"""`ikm-collector instruments`: what is wrong with a questionnaire is said in full, with the remedy."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from survey.instrument.definition import shipped_files

SHIPPED = next(file for file in shipped_files() if file.name == "skm-2017.toml")


def test_a_sound_file_is_called_sound() -> None:
    out = StringIO()
    call_command("instruments", "check", str(SHIPPED), stdout=out)
    assert out.getvalue() == "skm-2017.toml: sound: skm-2017@1: 9 elements, scale 1 to 4\n"


def test_every_problem_is_named_with_its_key_and_the_exit_code_is_1(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    text = SHIPPED.read_text()
    broken.write_text(
        text.replace('id = "skm-2017"', 'id = "SKM 2017"', 1).replace("[[elements]]", "[[element]]", 1)
    )
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("instruments", "check", str(broken), str(SHIPPED), stdout=out)
    assert end.value.code == 1
    lines = out.getvalue().splitlines()
    assert any(line.startswith("broken.toml: id = 'SKM 2017': ") for line in lines)
    assert lines[-1].startswith("skm-2017.toml: sound")


def test_the_shipped_ones_are_listed() -> None:
    out = StringIO()
    call_command("instruments", "list", stdout=out)
    assert "f03a@1: 14 elements, scale 0 to 5" in out.getvalue()


def test_a_sound_file_in_words_of_its_own_is_told_which_questions_differ(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    text = SHIPPED.read_text().replace("kecepatan waktu dalam memberikan", "cepatnya")
    file.write_text(text.replace('id = "skm-2017"', 'id = "skm-kantor"', 1))
    out = StringIO()
    call_command("instruments", "check", str(file), stdout=out)
    assert out.getvalue() == (
        "own.toml: sound: skm-kantor@1: 9 elements, scale 1 to 4; kata-kata sendiri: waktu\n"
    )
