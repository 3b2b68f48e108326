"""The trail's chain: whoever keeps a head notices whatever is changed, taken out or put in before it."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from collector.people import chain, trail
from collector.people.chain import Head
from collector.people.models import TrailEntry, TrailHead

pytestmark = pytest.mark.django_db(transaction=True)


def note(number: int) -> None:
    for place in range(number):
        trail.note(who="rina", action="test", subject=f"number {place}", facts={"b": place, "a": [1, "é"]})


def whats(kept: Head | None = None) -> list[tuple[int, str]]:
    return [(one.number, one.what) for one in chain.faults(kept=kept)]


def test_entries_are_chained_when_their_transaction_has_committed() -> None:
    with transaction.atomic():
        note(2)
        assert chain.head().number == 0
    assert chain.head().number == 2
    note(1)
    assert [entry.number for entry in TrailEntry.objects.order_by("pk")] == [1, 2, 3]
    assert whats() == []


def test_what_was_undone_is_not_chained() -> None:
    with transaction.atomic():
        note(1)
        transaction.set_rollback(True)
    note(1)
    assert chain.head().number == 1
    assert whats() == []


def test_many_entries_of_a_transaction_are_chained_together_and_none_is_left_behind_by_what_was_undone() -> (
    None
):
    with transaction.atomic():
        with transaction.atomic():
            note(1)
            transaction.set_rollback(True)
        with transaction.atomic():
            note(1)
            with transaction.atomic():
                note(1)
                transaction.set_rollback(True)
        with transaction.atomic():
            note(1)
        assert [what for _, what, _ in connection.run_on_commit] == [chain.extend]
    assert chain.head().number == 2
    assert whats() == []


def test_what_a_killed_process_left_unchained_is_chained_with_the_next() -> None:
    TrailEntry.objects.create(who="rina", action="test", subject="unchained")
    note(1)
    assert chain.head().number == 2
    assert whats() == []


@pytest.mark.parametrize("column", ["who", "action", "subject", "why"])
def test_a_changed_word_is_noticed(column: str) -> None:
    note(5)
    TrailEntry.objects.filter(number=3).update(**{column: "other"})
    assert whats() == [(3, "altered")]


def test_a_changed_fact_or_moment_is_noticed() -> None:
    note(5)
    TrailEntry.objects.filter(number=2).update(facts={"b": 0})
    first = TrailEntry.objects.get(number=1)
    TrailEntry.objects.filter(number=4).update(at=first.at)
    assert whats() == [(2, "altered"), (4, "altered")]


def test_a_missing_entry_is_noticed_in_the_middle_and_at_the_end() -> None:
    note(5)
    TrailEntry.objects.filter(number=3).delete()
    assert whats()[0] == (3, "missing")
    TrailEntry.objects.filter(number=5).delete()
    assert (5, "missing") in whats()


def test_a_chain_that_was_made_anew_differs_from_the_head_that_somebody_kept() -> None:
    note(5)
    kept = chain.head()
    note(2)
    assert whats(kept) == []
    TrailEntry.objects.filter(number=3).update(subject="nothing happened")
    TrailEntry.objects.update(number=None)
    TrailHead.objects.all().delete()
    chain.extend()
    assert whats() == [], "the database alone cannot know"
    assert whats(kept) == [(5, "head")]


def test_a_trail_that_was_cut_behind_a_kept_head_is_noticed() -> None:
    note(5)
    kept = chain.head()
    TrailEntry.objects.filter(number__gt=3).delete()
    third = TrailEntry.objects.get(number=3)
    TrailHead.objects.update(number=3, link=bytes(third.link))
    assert whats() == []
    assert whats(kept) == [(5, "head")]


def test_several_at_once_make_one_chain() -> None:
    def work() -> None:
        note(10)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chain.extend()
    assert chain.head().number == 40
    assert whats() == []


def test_the_head_is_for_everybody(client: Client) -> None:
    note(2)
    said = client.get("/api/v1/trail").json()
    assert (said["number"], bytes.fromhex(said["link"])) == chain.head()


def test_the_command_says_whether_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    note(3)
    call_command("trail", "--verify")
    said = capsys.readouterr().out
    assert "3 entries, none changed or missing" in said
    head = said.split("ends at ")[1].strip()
    call_command("trail", "--verify", "--head", head)
    with pytest.raises(CommandError, match="no head of the trail"):
        call_command("trail", "--verify", "--head", "x")
    TrailEntry.objects.filter(number=2).update(who="nobody")
    with pytest.raises(CommandError, match=r"1 faults, the first at entry 2 \(altered\)"):
        call_command("trail", "--verify")
