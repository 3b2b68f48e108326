"""The page from a stick says of every file what `ikm-verify` says: honest ones, the operator's, and seeded damage."""

import base64
import gzip
import json
import random
import tempfile
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from collector.challenges import declared
from collector.fleet.models import Unit
from collector.releases import publishing
from collector.releases.proof_file import of_tests as proof_file_of_tests
from survey.log.checkpoint import read_checkpoint
from survey.log.policy import read_policy
from survey.record.errors import Malformed
from tests.collector.conftest import Arrive, OwnClock
from tests.collector.log.village import Village, moment
from tests.collector.log.visiting import declare, log_now, made, visit, wrote
from tests.collector.log.world import World, report_by_page
from witness.verify import command, log, proof_file
from witness.verify.checking import verify
from witness.verify.words import table

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
DAMAGED = 1_000


@pytest.fixture
def world(
    unit: Unit,
    own_clock: OwnClock,
    arrive: Arrive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> World:
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path / "data")
    monkeypatch.setattr(settings, "IKM_LOG_POLICY", None)
    own_clock.moment = moment(date(2026, 9, 27))
    found = World(Village(unit, own_clock, arrive), tmp_path, capsys)
    for name, number in (("balai", 9), ("loket", 6), ("kecil", 3)):
        card = found.village.card(name)
        card.serve(date(2026, 10, 5), *[1 + at % 4 for at in range(number)])
    found.log()
    cards = made("balai", 2)
    found.log()
    for card in cards:
        own = found.village.cards[0]
        declare(own, card.code, visit(own, 3, 4, 3, 4, 3, 4, 3, 4, 3), log=log_now())
    found.village.send()
    declared.settle()
    wrote(cards[0].code, 3, 4, 3, 4, 3, 4, 3, 4, 3)
    return found


def by_python(content: str, policy: str, tests: str = "") -> object:
    try:
        shown = proof_file.read_tests(tests.encode()) if tests else None
        report = verify(proof_file.read(content.encode()), read_policy(policy), shown)
    except Malformed:
        return "unreadable"
    return command.as_json(report)


def by_page(opened: Page, content: str, policy: str, tests: str = "") -> object:
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(tests)
        file.flush()
        found = report_by_page(opened, content, policy, *(("--tests", file.name) if tests else ()))
    if found is None:
        return "unreadable"
    return found | {"sound": not [one for one in found["findings"] if one[0] == "fault"]}


def test_the_page_holds_the_same_words(opened: Page) -> None:
    assert opened.evaluate("WORDS") == table()


@pytest.mark.heavy
def test_the_two_agree_on_honest_and_on_damaged_files(world: World, opened: Page) -> None:
    release = world.village.publish()
    world.log()
    proof = world.village.proof(release)
    policy = world.stranger.policy.read_text()
    tests = json.loads(gzip.decompress(proof_file_of_tests(release) or b""))
    whole = json.dumps(proof), policy, json.dumps(tests)
    assert by_page(opened, *whole) == by_python(*whole)
    assert by_python(*whole)["sound"]  # type: ignore[index]
    dice = random.Random(20270105)
    seen = set()
    for number in range(DAMAGED):
        content, shown = damaged(proof, tests, dice)
        expected = by_python(content, policy, shown)
        assert by_page(opened, content, policy, shown) == expected, number
        if isinstance(expected, dict):
            seen |= {one[1] for one in expected["findings"] if one[0] == "fault"}
        else:
            seen.add(str(expected))
    assert {
        "unreadable",
        "leaf_not_logged",
        "counters_replaced",
        "counter_altered",
        "release_replaced",
        "log_not_signed",
        "test_unproven",
        "test_differs",
        "tests_replaced",
        "tests_left_out",
    } <= seen


def damaged(proof: dict[str, Any], tests: dict[str, Any], dice: random.Random) -> tuple[str, str]:
    """Change one thing: in one of the two files, in what stands in them as a text, or in a leaf."""
    if dice.random() < 0.25:
        return json.dumps(proof), _damaged(tests, dice, ["file", "tests", "tests", "leaf"])
    return _damaged(proof, dice, ["file", "release", "told", "counters", "leaf"]), json.dumps(tests)


def _damaged(given: dict[str, Any], dice: random.Random, parts: list[str]) -> str:
    made = deepcopy(given)
    which = dice.choice(parts)
    if which == "told":  # what a release says of its tests
        said = json.loads(made["release"])
        change(said["tests"], dice)
        return json.dumps(made | {"release": json.dumps(said)})
    if which == "file":
        change(made, dice)
    elif which == "leaf":
        name = dice.choice(sorted(made["leaves"]))
        inner = json.loads(made["leaves"][name])
        change(inner, dice)
        made["leaves"][name] = json.dumps(inner, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    else:
        inner = json.loads(made[which])
        change(inner, dice)
        made[which] = json.dumps(inner, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return json.dumps(made, ensure_ascii=False)


def change(value: Any, dice: random.Random) -> None:
    """Change one place somewhere within a value."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            value["x" if isinstance(value, dict) else slice(0)] = [1]
            return
        key = dice.choice(keys)
        if isinstance(value[key], dict | list) and dice.random() < 0.9:
            value = value[key]
            continue
        match dice.randrange(5), value[key]:
            case 0, _:
                del value[key]
            case 1, _:
                value[key] = dice.choice([None, 0, 7, "", "x", [], {}, True])
            case _, bool():
                value[key] = not value[key]
            case _, int() | float():
                value[key] += dice.choice([-1, 1, 1000])
            case _, str() as text if text:
                at = dice.randrange(len(text))
                value[key] = text[:at] + dice.choice("0aZ/ \n—\u202e") + text[at + 1 :]
            case _:
                value[key] = dice.choice([1, "y"])
        return


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "policy", ["", "quorum none", "log x\nquorum none", "quorum none\nquorum none", "quorum saksi"]
)
def test_the_two_agree_on_policies(world: World, opened: Page, policy: str) -> None:
    release = world.village.publish()
    world.log()
    content = json.dumps(world.village.proof(release))
    assert by_page(opened, content, policy) == by_python(content, policy)


def test_the_two_agree_on_what_somebody_kept(world: World, opened: Page, tmp_path: Path) -> None:
    """An older file of the unit is compared by the newer one alone; another log, a fork, and what the file has no hashes for, are said."""
    policy, kept = world.stranger.policy.read_text(), tmp_path / "dulu"
    first = world.village.publish()
    world.log()
    old = world.village.proof(first)
    for _ in range(3):
        world.village.clock.moment += timedelta(days=1)
        world.log()
    between = world.village.proof(first)["checkpoint"]
    publishing.withdraw(first, who="console:test", why="salah")
    again = world.village.publish(at=date(2027, 1, 20))
    world.log()
    new = json.dumps(world.village.proof(again))
    size = int(old["checkpoint"].split("\n")[1])
    root = old["checkpoint"].split("\n")[2]
    forked = old["checkpoint"].replace(root, base64.b64encode(bytes(32)).decode())
    seen = {}
    for name, given in (
        ("honest", old["checkpoint"]),
        ("between", between),
        ("forked", forked),
        ("same", json.loads(new)["checkpoint"]),
        ("other", old["checkpoint"].replace("/1\n", "/2\n", 1)),
        ("newer", old["checkpoint"].replace(f"\n{size}\n", f"\n{size + 1_000}\n")),
    ):
        kept.write_text(given)
        report = verify(proof_file.read(new.encode()), read_policy(policy))
        log.compare(proof_file.read(new.encode()), read_checkpoint(given.encode()).point, None, report)
        expected = json.loads(json.dumps(command.as_json(report)))["findings"]
        assert by_page_kept(opened, new, policy, kept) == expected, name
        seen[name] = {one[1] for one in expected} & {"goes_on", "fork", "not_compared", "other_log"}
    assert seen == {
        "honest": {"goes_on"},
        "between": {"not_compared"},
        "forked": {"fork"},
        "same": set(),
        "other": {"other_log"},
        "newer": {"not_compared"},
    }
    kept.write_text(json.dumps(old))
    assert ["note", "goes_on", {"old": size, "new": int(json.loads(new)["checkpoint"].split("\n")[1])}] in (
        by_page_kept(opened, new, policy, kept)
    ), "the old file does as well"
    assert len(new.encode()) < 20_000


def by_page_kept(opened: Page, content: str, policy: str, kept: Path) -> list[Any]:
    found = report_by_page(opened, content, policy, "--remember", str(kept))
    assert found is not None
    return list(found["findings"])


def test_a_person_sees_what_is_proven_and_what_is_not(world: World, opened: Page, tmp_path: Path) -> None:
    release = world.village.publish()
    world.log()
    proof = world.village.proof(release)
    good, bad = tmp_path / "bukti.json", tmp_path / "ubah.json"
    good.write_bytes(gzip.compress(json.dumps(proof).encode()))
    said = json.loads(proof["release"])
    said["index"]["value"] = 99.0
    bad.write_text(json.dumps(proof | {"release": json.dumps(said)}))
    tests = tmp_path / "uji.json.gz"
    tests.write_bytes(proof_file_of_tests(release) or b"")
    opened.set_input_files("#policy", str(world.stranger.policy))
    opened.set_input_files("#proof", str(good))
    opened.wait_for_selector(".mark.bad")
    assert "2 kunjungan uji" in opened.inner_text("#verdict"), "their file is asked for"
    opened.set_input_files("#tests", str(tests))
    opened.wait_for_selector(".mark.good")
    assert "Terbukti sebagian" in opened.inner_text("#verdict"), (
        "three answers of the small kiosk, and the next smallest"
    )
    assert "Balai Desa Sukamaju" in opened.inner_text("#verdict")
    opened.set_input_files("#proof", str(bad))
    opened.wait_for_selector(".mark.bad")
    assert "99.00" in opened.inner_text("#verdict")
    opened.click("#language")
    assert "Not proven" in opened.inner_text("#verdict")
    opened.click("#language")
    assert "tidak mengingat" in opened.inner_text("main")
    opened.set_input_files("#proof", str(good))
    opened.set_input_files("#kept", str(good))
    opened.wait_for_selector(".mark.good")
    wide = opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
