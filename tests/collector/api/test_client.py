"""The client, the notebook and the shell's recipe, against the real server; and what the client does where something else answers."""

import contextlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from collector.api.client import Client, Refused, Unreachable
from tests.collector.api.conftest import Live

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "docs/examples"


class _Other(BaseHTTPRequestHandler):
    """Something that answers as it is told, and keeps what it was asked."""

    answers: ClassVar[list[tuple[int, dict[str, str], bytes]]] = []
    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        status, headers, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def other() -> Iterator[str]:
    _Other.answers, _Other.asked = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Other) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def answer(status: int, said: object, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return (
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
        json.dumps(said).encode(),
    )


def test_it_loads_neither_django_nor_anything_else_of_the_collector() -> None:
    code = "import sys, collector.api.client; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {one for one in loaded if one.startswith("collector")} == {
        "collector",
        "collector.api",
        "collector.api.client",
    }
    assert not {one.partition(".")[0] for one in loaded} & {"django", "ninja", "pydantic", "msgspec"}


@pytest.mark.heavy
def test_rows_come_typed_and_what_is_kept_is_not_sent_again(live: Live) -> None:
    with Client(live.address, token=live.tokens["officer all"]) as ikm:
        assert ikm.me().offices == ("unit officer: Balai alpha",)
        assert [one.code for one in ikm.units()] == ["alpha"]
        (kiosk,) = ikm.kiosks()
        assert (kiosk.name, kiosk.unit, kiosk.online) == ("kios-alpha", "alpha", None)
        (complaint,) = ikm.complaints()
        assert (complaint.unit, complaint.topics) == ("alpha", ("lama",))
        assert complaint.due_on is not None
        assert complaint.due_on.year == 2026
        (one,) = ikm.releases(unit="alpha")
        assert one.interval is not None
        assert one.value is not None
        assert one.interval[0] <= one.value <= one.interval[1]
        assert ikm.release(one.address)["subject"]["code"] == "alpha"
        assert ikm.release_table(one.address).splitlines()[1].startswith(one.address)
        assert [each.address for each in ikm.releases(unit="alpha", newest="yes")] == [one.address]
        (found,) = ikm.exports(region="18.01.05")
        assert live.period in json.dumps(found)


def test_an_auditor_s_and_an_evaluator_s_questions_are_answered(live: Live) -> None:
    with Client(live.address, token=live.tokens["auditor indices"]) as ikm:
        said = ikm.indices(unit="beta", from_="2026-10-01", to="2026-10-31")
        assert (said["from"], said["n"]) == ("2026-10-01", 9)
    with Client(live.address, token=live.tokens["evaluator breakdowns"]) as ikm:
        assert ikm.breakdowns(unit="alpha", period=live.period, by="sex")["subject"]["code"] == "alpha"


def test_a_refusal_is_an_exception_with_its_code_and_what_to_do(live: Live) -> None:
    with Client(live.address, token=live.tokens["officer fleet"]) as ikm:
        with pytest.raises(Refused) as caught:
            list(ikm.complaints())
        assert (caught.value.status, caught.value.code) == (403, "scope")
        assert "token add" in caught.value.remedy
        with pytest.raises(Refused) as caught:
            ikm.release("../../me")
        assert caught.value.status == 404
    with Client(live.address, token="ikm_1_guessed") as ikm, pytest.raises(Refused) as caught:
        ikm.me()
    assert caught.value.code == "token"


def test_an_answer_is_asked_for_by_its_etag_and_pages_follow_one_another(other: str) -> None:
    rows = [
        {"code": code, "name": code, "region": "18", "agency": None, "time_zone": "Asia/Jakarta"}
        for code in "abc"
    ]
    _Other.answers = [
        answer(200, {"units": rows[:2], "next": "2:x", "new": 1}, ETag='"one"'),
        answer(200, {"units": rows[2:], "next": None}, ETag='"two"'),
        (304, {}, b""),
        (304, {}, b""),
    ]
    with Client(other, token="secret") as ikm:
        assert [[one.code for one in ikm.units()] for _ in range(2)] == [["a", "b", "c"]] * 2
    assert [path for path, _ in _Other.asked] == ["/api/v1/units", "/api/v1/units?after=2%3Ax"] * 2
    assert [headers.get("if-none-match") for _, headers in _Other.asked] == [None, None, '"one"', '"two"']


def test_who_is_patient_waits_as_long_as_the_collector_says_and_no_longer(
    other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("collector.api.client.time.sleep", slept.append)
    busy = answer(429, {"code": "too_often", "message": "too many", "remedy": "wait"}, Retry_After="20")
    _Other.answers = [busy, busy, answer(200, {"account": "sari", "offices": []})]
    with Client(other, patience_s=60) as ikm:
        assert ikm.me().account == "sari"
    assert slept == [20, 20]
    _Other.answers = [busy]
    with Client(other, patience_s=30) as ikm, pytest.raises(Refused) as caught:
        ikm.me()
    assert (caught.value.wait_s, slept) == (20, [20, 20, 20])


@pytest.mark.parametrize(
    "said", [(200, {}, b"<html>hotel</html>"), (200, {}, b"[]"), (502, {}, b"<html>"), (500, {}, b'{"detail": "x"}'),
             (302, {"Location": "https://evil.example/"}, b"")],
)  # fmt: skip
def test_what_is_no_collector_is_said_and_followed_nowhere(
    other: str, said: tuple[int, dict[str, str], bytes]
) -> None:
    _Other.answers = [said]
    with Client(other, token="secret") as ikm, pytest.raises(Unreachable):
        ikm.me()
    assert len(_Other.asked) == 1


def test_a_token_goes_to_the_collector_alone_and_never_in_clear(
    other: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("IKM_TOKEN", "of-the-environment")
    _Other.answers = [answer(200, {"account": "sari", "offices": []})]
    for given, sent in (("secret", "Bearer secret"), (None, "Bearer of-the-environment"), ("", None)):
        with Client(other, token=given) as ikm:
            ikm.me()
        assert _Other.asked[-1][1].get("authorization") == sent
    with pytest.raises(ValueError, match="https"):
        Client("http://ikm.example", token="secret")
    with pytest.raises(ValueError, match="no address"):
        Client("ikm.example")


def test_nobody_who_listens_is_one_exception_too() -> None:
    with Client("http://127.0.0.1:9", token="") as ikm, pytest.raises(Unreachable):
        ikm.me()


def run_notebook(live: Live, token: str) -> str:
    """Execute the notebook's cells one after the other, as a kernel does; gives what they print."""
    cells = json.loads((EXAMPLES / "api.ipynb").read_text())["cells"]
    names: dict[str, object] = {}
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.setenv("IKM_ADDRESS", live.address)
        patch.setenv("IKM_TOKEN", token)
        for cell in cells:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)
    names["ikm"].close()  # type: ignore[attr-defined]  # the notebook's client
    return said.getvalue()


def test_the_notebook_runs_with_a_token_and_without(live: Live) -> None:
    said = run_notebook(live, live.tokens["officer all"])
    for word in ("alpha", "beta", live.period, "silent: ['kios-alpha']", "complaints:"):
        assert word in said, said
    assert "token - send Authorization" in run_notebook(live, "")


def pull(
    live: Live, folder: Path, unit: str = "alpha", *, address: str = ""
) -> subprocess.CompletedProcess[str]:
    command = ["sh", EXAMPLES / "pull-release.sh", address or live.address, unit, folder]
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]}
    )


def test_a_village_s_site_pulls_the_newest_release_with_a_shell_and_curl(live: Live, tmp_path: Path) -> None:
    done = pull(live, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    page, data = tmp_path / "ikm.html", tmp_path / "ikm.json"
    assert "Balai alpha" in page.read_text()
    assert json.loads(data.read_text())["address"] == live.releases["alpha"]
    before = (page.stat().st_mtime_ns, page.stat().st_ino, data.stat().st_mtime_ns)
    assert pull(live, tmp_path).returncode == 0
    assert (page.stat().st_mtime_ns, page.stat().st_ino, data.stat().st_mtime_ns) == before, (
        "nothing was sent again"
    )
    page.unlink()
    assert pull(live, tmp_path).returncode == 0
    assert page.exists()


@pytest.mark.parametrize("unit, address", [("nobody", ""), ("alpha", "http://127.0.0.1:9"), ("../x", "")])
def test_what_cannot_be_pulled_is_said_in_a_line_and_leaves_what_is_there(
    live: Live, tmp_path: Path, unit: str, address: str
) -> None:
    (tmp_path / "ikm.html").write_text("before")
    done = pull(live, tmp_path, unit, address=address)
    assert done.returncode != 0
    assert "pull-release:" in done.stderr
    assert (tmp_path / "ikm.html").read_text() == "before"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["ikm.html"]
