"""What goes wrong at the console is one sentence with a remedy: never a traceback, never a library's text."""

import argparse
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from kiosk.__main__ import COMMANDS, main, make_parser
from survey.wire.trouble import trouble

LIBRARY_WORDS = (
    "Errno",
    "Traceback",
    "Max retries",
    "Connection(",
    "Invalid URL",
    "adapters",
    "pygame",
    "No module",
)


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a desktop too: what keeps a kiosk from serving is said on the console where there is no screen."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "none-here")


def complaint(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What a command that must fail says; the log goes another way."""
    assert main(arguments) != 0
    said = capsys.readouterr().err.strip()
    assert said.startswith("ikm-kiosk: ")
    assert "\n" not in said
    assert [words for words in LIBRARY_WORDS if words in said] == []
    return said


class Page(http.server.BaseHTTPRequestHandler):
    """A web server that is no collector."""

    def do_POST(self) -> None:
        self.send_response(404)
        self.end_headers()
        self.wfile.write(b"<html>no such page</html>")

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def page() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "address", ["collector", "collector:8080", "ftp://x", "http:///x", "https://", "http://x:y"]
)
def test_an_address_that_is_none_is_found_before_the_code_is_spent(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = complaint(["enrol", "ABCD", "--collector", address, "--home", str(tmp_path)], capsys)
    assert "https://collector.example" in said
    assert list(tmp_path.iterdir()) == []


def test_an_address_where_nobody_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        said = complaint(["enrol", "ABCDE-12345", "--collector", address, "--home", str(tmp_path)], capsys)
    assert f"{address} does not answer: check the address" in said


def test_an_address_where_another_web_server_answers(
    page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = complaint(["enrol", "ABCDE-12345", "--collector", page, "--home", str(tmp_path)], capsys)
    assert "not as a collector: check the address" in said


@pytest.mark.parametrize(
    "command",
    [
        ["run"],
        ["uplink"],
        ["enrol", "ABCD", "--collector", "https://collector.example"],
        ["simulate", "--visitors", "1"],
        ["pin"],
        ["doctor"],
        ["status"],
        ["verify"],
        ["export", "/media"],
    ],
    ids=lambda command: command[0],
)
def test_a_folder_that_is_a_file(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for home in (file, file / "below"):
        assert f"{file} is a file: name the kiosk's folder with --home" in complaint(
            [*command, "--home", str(home)], capsys
        )


def test_a_configuration_that_is_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is a folder" in complaint(["status", "--config", str(tmp_path)], capsys)


def test_files_that_cannot_be_written(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert "--out" in complaint(["visit-graph", "--out", str(file / "x")], capsys)
    assert "cannot be written" in complaint(["screens", "--out", str(file)], capsys)
    wished = ["simulate", "--visitors", "1", "--home", str(home), "--thanked-log", str(file / "x")]
    assert "--thanked-log" in complaint(wished, capsys)


def test_no_pins(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--simulate" in complaint(["run", "--home", str(home)], capsys)


def test_no_display(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text('[screen]\ndriver = "kmsdrm-of-another-machine"\n')
    said = complaint(["run", "--simulate", "--home", str(home), "--config", str(config)], capsys)
    assert "set DISPLAY or WAYLAND_DISPLAY" in said


def test_a_missing_broker_is_said_by_status(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = trouble("broker_no_answer", host="broker.example", port=8883)
    (home / "uplink").mkdir()
    (home / "uplink" / "status.json").write_text(
        json.dumps({"connected": False, "trouble": told.to_fields(), "written_up_ms": 0})
    )
    assert main(["status", "--home", str(home)]) == 0
    assert "not connected: The broker broker.example:8883 does not answer." in capsys.readouterr().out


# -- help


def parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield "", make_parser(list(COMMANDS))[0]
    for name in COMMANDS:
        parser = argparse.ArgumentParser(prog=f"ikm-kiosk {name}")
        import_module(f"kiosk.commands.{name.replace('-', '_')}").add_to(parser)
        yield name, parser


def test_every_option_of_every_command_has_a_text() -> None:
    wordless = [
        f"{name} {action.option_strings or action.dest}"
        for name, parser in parsers()
        for action in parser._actions
        if not action.help
    ]
    assert wordless == []


def test_the_commands_are_those_that_exist() -> None:
    folder = Path(import_module("kiosk.commands").__file__ or "").parent
    modules = {path.stem.replace("_", "-") for path in folder.glob("*.py") if path.stem != "__init__"}
    assert modules == set(COMMANDS)
