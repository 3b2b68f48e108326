"""`ikm-kiosk screens`, through the command itself."""

from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.rehearsal.samples import samples


@pytest.mark.heavy
def test_every_screen_becomes_a_picture_and_a_contact_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["screens", "--out", str(tmp_path), "--size", "800x480", "--language", "jv"])

    pictures = sorted(file.name for file in (tmp_path / "800x480-jv").iterdir())
    assert code == 0
    assert [name[4:-4] for name in pictures] == [name for name, _ in samples("jv")]
    assert (tmp_path / "800x480-jv.png").is_file()
    assert f"{len(pictures)} pictures" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments,complaint",
    [
        pytest.param(["--size", "large"], "write it as 1024x600", id="size"),
        pytest.param(["--language", "xx"], "choose of en, id, jv", id="language"),
    ],
)
def test_a_wrong_wish_is_refused_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    assert main(["screens", "--out", str(tmp_path), *arguments]) != 0
    assert complaint in capsys.readouterr().err
