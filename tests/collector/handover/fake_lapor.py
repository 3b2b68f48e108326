"""A server that speaks both dialects of SP4N-LAPOR!, is slow, answers nonsense, and loses its answer after having taken a report."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from lxml import etree

TOKEN = "kunci-percobaan"


class FakeLapor:
    """What the server has, and how it behaves next."""

    def __init__(self) -> None:
        self.reports: list[dict[str, str]] = []
        self.states: dict[str, tuple[str, str, str]] = {}
        """Status, day and answer by tracking number."""
        self.moods: list[str] = []
        """How the next requests are answered; without one, well."""
        self.asked: list[tuple[str, bytes]] = []
        self.url = ""

    def take(self, fields: dict[str, str]) -> str:
        number = str(7_000_000 + len(self.reports))
        self.reports.append(fields | {"tracking_id": number})
        return number


@contextmanager
def serving() -> Iterator[FakeLapor]:  # noqa: C901 - one server with all its moods in one place
    fake = FakeLapor()
    gate = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fake.asked.append((self.path, body))
            mood = fake.moods.pop(0) if fake.moods else ""
            if mood == "slow":
                gate.wait(5)
                return
            if mood.isdigit():
                self._give(int(mood), b"", "text/plain")
                return
            if mood == "nonsense":
                self._give(200, b"<html>Selamat datang", "text/html")
                return
            if mood == "huge":
                self._give(200, b" " * (1024 * 1024 + 1), "text/html")
                return
            if mood == "bomb":
                bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><lapor><trackingid>&b;</trackingid></lapor>'
                self._give(200, bomb, "text/xml")
                return
            if mood == "redirect":
                self.send_response(302)
                self.send_header("Location", fake.url + "/elsewhere")
                self.end_headers()
                return
            answer = as_json(body) if self.path.startswith("/json/") else as_xml(self.path, body)
            if mood == "lost":
                self.close_connection = True
                self.connection.close()
                return
            self._give(200, answer, "application/json")

        def _give(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: Any) -> None:
            pass

    def as_json(body: bytes) -> bytes:
        given = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        assert given.pop("KEYTOKEN") == TOKEN
        if "judul" in given:
            return json.dumps({"tracking_id": fake.take(given)}).encode()
        numbers, references = json.loads(given["tracking_id"]), json.loads(given["reference"])
        found = [
            one for one in fake.reports if one["tracking_id"] in numbers or one["reference"] in references
        ]
        rows = []
        for one in found:
            status, day, answer = fake.states.get(one["tracking_id"], ("", "", ""))
            named = {key: one[key] for key in ("tracking_id", "reference", "idempotency_key")}
            rows.append(named | {"status": status, "tanggal": day, "jawaban": answer})
        return json.dumps({"reports": rows}).encode()

    def as_xml(path: str, body: bytes) -> bytes:
        root = etree.fromstring(body)
        assert root.get("token") == TOKEN
        if path.endswith("addstream"):
            told = root.find("laporan")
            assert told is not None
            fields = {
                "isi": told.findtext("isi") or "",
                "anonim": told.get("anonim"),
                "rahasia": told.get("rahasia"),
            }
            who = {one.tag: one.text or "" for one in root.find("pelapor")}
            number = fake.take(fields | who)
            return f"<lapor><trackingid>{number}</trackingid><transaksiid>1</transaksiid></lapor>".encode()
        answer = etree.Element("lapor")
        for asked in root.findall("laporan"):
            for one in fake.reports:
                if (
                    one["tracking_id"] == asked.get("trackingid")
                    or (asked.get("referensi") or "?") in one["isi"]
                ):
                    row = etree.SubElement(answer, "laporan")
                    words = fake.states.get(one["tracking_id"], ("", "", ""))
                    cells = (one["tracking_id"], one["isi"], *words)
                    for name, text in zip(
                        ("trackingid", "isi", "status", "tanggal", "jawaban"), cells, strict=True
                    ):
                        etree.SubElement(row, name).text = text
        return bytes(etree.tostring(answer))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
