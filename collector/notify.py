"""Telling systemd that we are ready and alive: one datagram to the socket it names."""

import os
import socket


def notify(message: str) -> None:
    """Send `READY=1`, `WATCHDOG=1` or the like; does nothing where nobody asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.sendto(message.encode(), address)
        except OSError:  # systemd is restarting; the next turn says it again
            return
