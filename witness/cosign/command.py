"""`ikm-witness`: begin, cosign a file on a stick, follow a log over the network, or serve."""

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from survey.log.note import with_lines
from survey.log.tree import consistency_path, proof
from survey.log.witnessing import Answer, Offer, read_offer
from survey.record.errors import Malformed
from witness.cosign.memory import Memory, NotAWitness
from witness.cosign.server import serve
from witness.verify.log import Copy

DONE, REFUSED, FORK, UNREADABLE = 0, 3, 4, 5
_HELP = """\
Be a witness of a log of the satisfaction index: remember how far you saw it, and put your signature under every checkpoint that goes on from there.
Whoever demands your signature cannot be shown another history than you were. Exit code 0: cosigned; 3: refused; 4: FORK, the log shows two
histories; 5: a file cannot be read.
"""
_SAID = {
    Answer.UNSIGNED: "the log has not signed this checkpoint",
    Answer.OTHER_LOG: "this is a checkpoint of another log",
    Answer.OLDER: "this checkpoint is older than the one that was seen last",
    Answer.OTHER_PLACE: "the proof does not go on from what was seen last: ask for one from there",
    Answer.FORK: "FORK: the log signed two histories. Nothing is cosigned; keep this folder, and tell the auditor",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    given = _parser().parse_args(arguments)
    memory = Memory(given.folder)
    try:
        match given.what:
            case "begin":
                key = memory.begin(name=given.name, log_key=given.log)
                print(f"witness {given.name} {key.text()}")
                return DONE
            case "cosign":
                return _cosign(memory, read_offer(given.file.read_bytes()), given.out or given.file)
            case "follow":
                return _follow(memory, given)
            case "serve":
                return _serve(memory, given)
        return _show(memory)
    except (NotAWitness, OSError, Malformed, UnicodeDecodeError) as error:
        print(f"ikm-witness: {error}", file=sys.stderr)
        return UNREADABLE


def _show(memory: Memory) -> int:
    seen = memory.seen
    print(f"witness {memory.key.name} {memory.key.text()}")
    print(f"log {memory.log_key.text()}")
    print(f"seen {seen.size if seen is not None else 0}")
    if memory.fork:
        print(_SAID[Answer.FORK])
    return FORK if memory.fork else DONE


def _cosign(memory: Memory, offer: Offer, out: Path | None) -> int:
    """Cosign an offer; the cosigned checkpoint is written where the offer lay, for the way back."""
    answer, line = memory.decide(offer, at_s=int(time.time()))
    if line is None:
        seen = memory.seen
        print(f"ikm-witness: {_SAID[answer]} (seen: {seen.size if seen is not None else 0})", file=sys.stderr)
        return FORK if answer is Answer.FORK else REFUSED
    if out is not None:
        temporary = out.with_name(out.name + ".new")
        temporary.write_text(with_lines(offer.checkpoint.note, [line]).message())
        os.replace(temporary, out)  # noqa: PTH105 - one word for what it does
    print(f"cosigned: {offer.checkpoint.point.size} leaves")
    return DONE


def _follow(memory: Memory, given: argparse.Namespace) -> int:
    """Fetch the log's newest checkpoint, check that it goes on, cosign it; once, or again and again."""
    stop = _stopped()
    while True:
        code = _look(memory, Copy.at(given.log), given.out)
        if not given.every or stop.wait(given.every):
            return code


def _look(memory: Memory, copy: Copy, out: Path | None) -> int:
    seen = memory.seen
    try:
        signed = copy.checkpoint()
        old = seen.size if seen is not None and seen.size <= signed.point.size else 0
        path = consistency_path(old, signed.point.size)
        hashes = tuple(proof(path, copy.subtree(signed.point.size)))
    except (OSError, Malformed, ValueError) as error:
        print(f"ikm-witness: the log cannot be read: {error}", file=sys.stderr)
        return UNREADABLE
    return _cosign(memory, Offer(old, hashes, signed), out)


def _serve(memory: Memory, given: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    _ = memory.key, memory.log_key  # a folder without a witness is said now
    server = serve(memory, host=given.host, port=given.port)
    stop = _stopped()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"listening on {given.host}:{server.server_address[1]}", flush=True)
    stop.wait()
    server.shutdown()
    return DONE


def _stopped() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ikm-witness", description=_HELP)
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="where this witness keeps its key and what it saw"
    )
    parts = parser.add_subparsers(dest="what", required=True, metavar="WHAT", help="what to do")
    begin = parts.add_parser("begin", help="make a witness; prints its line for policies")
    begin.add_argument("--name", required=True, help="what it is called, as inspektorat.example.go.id")
    begin.add_argument(
        "--log", required=True, metavar="KEY", help="the log's key, as `ikm-collector log show` prints it"
    )
    stick = parts.add_parser("cosign", help="cosign what a stick brought; the file becomes the answer")
    stick.add_argument("file", type=Path, metavar="FILE", help="what `ikm-collector log offer` wrote")
    stick.add_argument("--out", type=Path, metavar="FILE", help="where the answer goes instead")
    follow = parts.add_parser("follow", help="fetch the log's checkpoint, check it, cosign it")
    follow.add_argument("log", metavar="PLACE", help="the log: its address, or a folder")
    follow.add_argument(
        "--every", type=float, default=0, metavar="SECONDS", help="again and again, this far apart"
    )
    follow.add_argument("--out", type=Path, metavar="FILE", help="where the cosigned checkpoint goes")
    server = parts.add_parser("serve", help="let the collector bring checkpoints")
    server.add_argument("--host", default="127.0.0.1", help="the address to listen at (127.0.0.1)")
    server.add_argument("--port", type=int, default=8098, help="the port (8098)")
    parts.add_parser("show", help="this witness's key, and how far it has seen the log")
    return parser


if __name__ == "__main__":
    sys.exit(main())
