"""Region codes: every form of the 2025 table, and what must not pass for one."""

import pytest

from survey.instrument.regions import Level, RegionKind, parse
from survey.record.errors import Malformed


@pytest.mark.parametrize(
    "code, level, kind",
    [
        ("18", Level.PROVINCE, RegionKind.PROVINCE),
        ("18.01", Level.REGENCY, RegionKind.REGENCY),
        ("18.13", Level.REGENCY, RegionKind.REGENCY),
        ("18.69", Level.REGENCY, RegionKind.REGENCY),
        ("18.71", Level.REGENCY, RegionKind.CITY),
        ("18.99", Level.REGENCY, RegionKind.CITY),
        ("18.01.04", Level.DISTRICT, RegionKind.DISTRICT),
        ("18.01.04.1001", Level.VILLAGE, RegionKind.URBAN_VILLAGE),
        ("18.01.04.2001", Level.VILLAGE, RegionKind.VILLAGE),
        ("91.03.01.3001", Level.VILLAGE, RegionKind.CUSTOMARY_VILLAGE),
    ],
)
def test_level_and_kind(code: str, level: Level, kind: RegionKind) -> None:
    region = parse(code)
    assert (region.code, region.level, region.kind) == (code, level, kind)


@pytest.mark.parametrize(
    "text",
    ["", "1", "00", "181", "18.", "18.1", "18.00", "18.70", "18.01.00", "18.01.1", "18.01.04.0001", "18.01.04.4001",
     "18.01.04.2000", "18.01.04.201", "18.01.04.20011", "18-01-04-2001", "1801042001", "1801040001", "18.01.04.2001 ",
     "18.01.04.2001\n", "١٨.٠١", "Lampung"],
)  # fmt: skip
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refusal:
        parse(text)
    assert refusal.value.code == "region_code"


def test_ten_digits_may_be_another_office_s_code() -> None:
    with pytest.raises(Malformed, match="BPS"):
        parse("1801011001")


def test_ancestors() -> None:
    village = parse("18.10.02.2003")
    assert [region.code for region in village.ancestors] == ["18", "18.10", "18.10.02"]
    assert parse("18").ancestors == ()


@pytest.mark.parametrize(
    "code, word",
    [
        ("18.01.04.2001", "desa"),
        ("18.10.02.2003", "pekon"),
        ("18.12.01.2001", "tiyuh"),
        ("18.02.01.2001", "kampung"),
        ("18.10.02.1003", "kelurahan"),
        ("18.10.02", "kecamatan"),
        ("91.03.01.3001", "desa adat"),
    ],
)
def test_what_people_call_it(code: str, word: str) -> None:
    assert parse(code).word() == word


def test_words_are_data() -> None:
    assert parse("18.10.02.2003").word({"18.10.02": "marga", "18": "desa"}) == "marga"
    assert parse("18.10.02.2003").word({}) == "desa"
