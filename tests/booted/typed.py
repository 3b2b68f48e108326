"""Runs inside a box: a command at a terminal, and somebody who types each answer when its question stands there.

python3 typed.py COMMAND QUESTION ANSWER [QUESTION ANSWER ...]
"""

import os
import pty
import sys

command, *rest = sys.argv[1:]
waiting = list(zip(rest[::2], rest[1::2], strict=True))
child, terminal = pty.fork()
if child == 0:
    os.execvp("sh", ["sh", "-c", command])
seen = ""
while True:
    try:
        part = os.read(terminal, 65_536)
    except OSError:  # the other end was closed
        break
    if not part:
        break
    sys.stdout.write(part.decode(errors="replace"))
    sys.stdout.flush()
    seen += part.decode(errors="replace")
    if waiting and waiting[0][0] in seen:
        os.write(terminal, waiting.pop(0)[1].encode() + b"\n")
        seen = ""
_, ended = os.waitpid(child, 0)
if waiting:
    sys.exit(f"never asked: {waiting[0][0]}")
sys.exit(os.waitstatus_to_exitcode(ended))
