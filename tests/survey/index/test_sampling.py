"""Krejcie and Morgan: the ninety printed rows, and sufficiency."""

import pytest

from survey.index.sampling import required_sample, sufficiency

PRINTED = """
10:10 15:14 20:19 25:24 30:28 35:32 40:36 45:40 50:44 55:48 60:52 65:56 70:59 75:63 80:66 85:70 90:73 95:76
100:80 110:86 120:92 130:97 140:103 150:108 160:113 170:118 180:123 190:127 200:132 210:136 220:140 230:144
240:148 250:152 260:155 270:159 280:162 290:165 300:169 320:175 340:181 360:186 380:191 400:196 420:201
440:205 460:210 480:214 500:217 550:226 600:234 650:242 700:248 750:254 800:260 850:265 900:269 950:274
1000:278 1100:285 1200:291 1300:297 1400:302 1500:306 1600:310 1700:313 1800:317 1900:320 2000:322 2200:327
2400:331 2600:335 2800:338 3000:341 3500:346 4000:351 4500:354 5000:357 6000:361 7000:364 8000:367 9000:368
10000:370 15000:375 20000:377 30000:379 40000:380 50000:381 75000:382 1000000:384
"""
TABLE = [tuple(map(int, row.split(":"))) for row in PRINTED.split()]


def test_the_table_has_ninety_rows() -> None:
    assert len(TABLE) == 90


@pytest.mark.parametrize("population, required", TABLE)
def test_printed_row(population: int, required: int) -> None:
    assert required_sample(population) == required


def test_of_fewer_than_ten_everyone_is_asked() -> None:
    assert [required_sample(population) for population in range(10)] == list(range(10))


def test_nobody_needs_more_respondents_than_users() -> None:
    sizes = [required_sample(population) for population in range(2_000)]
    assert sizes == sorted(sizes)
    assert all(size <= population for population, size in enumerate(sizes))


def test_sufficiency() -> None:
    short, enough = (sufficiency(collected=n, population=500) for n in (200, 217))
    assert (short.is_sufficient, short.required, short.missing) == (False, 217, 17)
    assert (enough.is_sufficient, enough.missing) == (True, 0)


def test_more_answers_than_users_are_no_sample_that_can_be_judged() -> None:
    wrong, just = sufficiency(collected=401, population=400), sufficiency(collected=400, population=400)
    assert (wrong.exceeds_population, wrong.is_sufficient) == (True, False)
    assert (just.exceeds_population, just.is_sufficient) == (False, True)


@pytest.mark.parametrize("collected, population", [(-1, 10), (1, -10)])
def test_negative_numbers_are_refused(collected: int, population: int) -> None:
    with pytest.raises(ValueError, match="-1"):
        sufficiency(collected=collected, population=population)
