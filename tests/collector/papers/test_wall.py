"""What hangs beside a kiosk: valid files that say what the guide says, for a unit of any name."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from collector.papers import wall
from collector.papers.press import Warm
from tests.collector.papers import town
from tests.collector.papers.reading_back import invalid_pdf_a, text_of

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).resolve().parents[3] / "docs" / "panduan-petugas.md"
LONG = "Unit Pelaksana Teknis Pelayanan Administrasi Kependudukan dan Pencatatan Sipil Kecamatan Tanjung Bintang Lampung Selatan"


def test_both_sheets_are_made_by_one_command_and_are_the_same_each_time(tmp_path: Path) -> None:
    town.post()
    for folder in ("a", "b"):
        call_command("paper", "wall", "--unit", "sukamaju", "--out", str(tmp_path / folder))
    first, second = (sorted((tmp_path / folder).iterdir()) for folder in ("a", "b"))
    assert [path.name for path in first] == [
        "sukamaju_kartu-petugas-a5.pdf", "sukamaju_suara-anda-rahasia-a4.pdf",
    ]  # fmt: skip
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert invalid_pdf_a(first, tmp_path) == []
    for path, name in zip(first, ("card", "secret"), strict=True):
        text = text_of(path)
        for words in sentences(wall.words()[name]):
            assert words in text, words
        assert "Balai Desa Sukamaju" in text
    (link,) = set(re.findall(r"\S+(/unit/\S+)", text_of(first[1]).replace("/unit/ ", "/unit/")))
    assert Client().get(link).status_code == 200
    with pytest.raises(CommandError, match="nirgends"):
        call_command("paper", "wall", "--unit", "nirgends", "--out", str(tmp_path))


def test_a_very_long_name_fits(tmp_path: Path) -> None:
    post = town.post(name=LONG)
    for path in wall.make(post.unit, tmp_path, Warm()):
        assert LONG in text_of(path)


@pytest.mark.parametrize("name", list(wall.SHEETS))
def test_the_guide_has_the_same_words(name: str) -> None:
    guide = re.sub(r"[\s*>]+", " ", GUIDE.read_text()).lower()
    for words in sentences(wall.words()[name]):
        if words not in (wall.words()[name]["lead"], wall.words()[name].get("asked"), "Telepon pusat"):
            assert words.lower().rstrip(".") in guide, words


def sentences(words: object) -> list[str]:
    """Every text of a sheet."""
    if isinstance(words, str):
        return [words] if words else []
    parts = words.values() if isinstance(words, dict) else words
    assert not isinstance(parts, str)
    return [one for part in parts for one in sentences(part)]  # type: ignore[attr-defined]
