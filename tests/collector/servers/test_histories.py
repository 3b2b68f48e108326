"""Several servers of one database: which is written to, and which never."""

from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from collector.database import database
from collector.servers.histories import Found, History, Known, NoneToWriteTo, newest
from tests.postgres import PrivatePostgres

SYSTEM = 7_400_000_000_000_000_000


def found(host: str, timeline: int, *, system: int = SYSTEM, begun: str = "") -> Found:
    return Found(host, History(system, timeline), begun or host)


def test_of_several_servers_the_one_that_was_promoted_last_is_written_to() -> None:
    old, new = found("one", 1), found("two", 2)
    assert newest([old, new], None) == newest([new, old], History(SYSTEM, 1)) == new


def test_an_old_primary_is_not_written_to_while_the_new_one_is_away() -> None:
    with pytest.raises(NoneToWriteTo, match="one is an old primary: it stands in history 1"):
        newest([found("one", 1)], History(SYSTEM, 2))


def test_where_two_were_promoted_nobody_is_written_to() -> None:
    with pytest.raises(NoneToWriteTo, match="two and three both take writing"):
        newest([found("one", 1), found("two", 2), found("three", 2)], None)


def test_one_server_under_two_names_is_one() -> None:
    assert newest([found("one", 2, begun="noon"), found("alias", 2, begun="noon")], None).host == "one"


def test_servers_of_different_databases_are_not_mixed_up() -> None:
    with pytest.raises(NoneToWriteTo, match="different databases"):
        newest([found("one", 1), found("two", 2, system=5)], None)


def test_another_database_than_the_one_before_may_be_younger() -> None:
    assert newest([found("one", 1, system=5)], History(SYSTEM, 3)).host == "one"


def test_what_was_written_to_last_is_remembered(tmp_path: Path) -> None:
    known = Known(tmp_path / "database-history")
    assert known.read() is None
    known.write(History(SYSTEM, 2))
    assert Known(tmp_path / "database-history").read() == History(SYSTEM, 2)
    assert [one.name for one in tmp_path.iterdir()] == ["database-history"]
    (tmp_path / "database-history").write_text("rot")
    assert known.read() is None


@pytest.mark.parametrize(
    "url, host, port",
    [
        ("postgresql://u@one:5433,two/d", "one,two", "5433,5432"),
        ("postgresql://u@one,two/d", "one,two", ""),
        ("postgresql://u:p%40@one:5433,[::1]:5434/d", "one,::1", "5433,5434"),
        ("postgresql://u@/d?host=/run/postgresql", "/run/postgresql", ""),
        ("postgresql://u@one:5433/d", "one", "5433"),
        ("postgresql://u@u/d", "u", ""),
        ("postgresql://u@[fd00::1]/d", "fd00::1", ""),
    ],
)
def test_an_address_may_name_several_servers(url: str, host: str, port: str, tmp_path: Path) -> None:
    told = database(url, folder=tmp_path)
    assert (told["HOST"], told["PORT"], told["USER"]) == (host, port, "u")
    assert ("target_session_attrs" in told["OPTIONS"]) == ("," in host)


def test_what_an_address_says_goes_before_what_is_usual(tmp_path: Path) -> None:
    options = database(
        "postgresql://u@one,two/d?connect_timeout=1&target_session_attrs=any", folder=tmp_path
    )["OPTIONS"]
    assert (options["connect_timeout"], options["target_session_attrs"]) == ("1", "any")
    told = database("postgresql://u@one/d?options=-c%20jit%3Don", folder=tmp_path)["OPTIONS"]["options"]
    assert told == "-c jit=off -c jit=on", "of two the server takes the last"


@pytest.mark.integration
@pytest.mark.parametrize("asked, told", [("", "off"), ("&options=-c%20jit%3Don", "on")])
def test_a_server_compiles_no_statement_unless_the_address_says_so(
    asked: str, told: str, tmp_path: Path
) -> None:
    with PrivatePostgres() as server:
        options = database(server.url() + asked, folder=tmp_path)["OPTIONS"]["options"]
        with psycopg.connect(server.url(), options=options) as connection:
            assert connection.execute("SHOW jit").fetchone() == (told,)


def test_an_address_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="several servers"):
        database("mysql://u@one/d", folder=tmp_path)
