"""The sheets of the documents show every screen there is, and stay small."""

import pytest
from PIL import Image

from tests.pictures.gallery import ALL, SHEETS, Sheet


@pytest.mark.parametrize("sheet", [pytest.param(sheet, id=sheet.name) for sheet in ALL])
def test_a_sheet_has_room_for_every_screen_there_is(sheet: Sheet) -> None:
    with Image.open(sheet.file) as drawn:
        assert drawn.size == sheet.size_for(len(sheet.names())), "run: python -m tests.pictures.gallery"


def test_the_sheets_are_all_named_and_small() -> None:
    assert {file.name for file in SHEETS.iterdir()} == {sheet.file.name for sheet in ALL}
    assert sum(sheet.file.stat().st_size for sheet in ALL) < 3_300_000
