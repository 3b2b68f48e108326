"""Wi-Fi through NetworkManager's own program, nmcli: what is in reach, and joining one of it.

A password is never an argument, where every user of the machine could read it: it goes to the program through a pipe. A network is joined under a name of its own
first, so that a wrong password leaves the network before as it was.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from typing import NamedTuple

PROGRAM = "nmcli"
_PROFILE, _FRESH = "ikm-wifi", "ikm-wifi-new"
_SECONDS = 75
_NOT_RUNNING, _NOT_ACTIVATED, _TIMED_OUT, _NOT_THERE = 8, 4, 3, 10
_PASSWORDS = "/dev/stdin"

Run = Callable[[Sequence[str], str], "subprocess.CompletedProcess[str]"]
"""Runs a program with its arguments, and gives it the text on its standard input."""


class Network(NamedTuple):
    """One network in reach."""

    name: str
    percent: int
    """How strong it is."""
    security: str
    """As NetworkManager writes it, such as `WPA2`; empty for an open one."""
    joined: bool

    @property
    def open(self) -> bool:
        """Nothing is asked of whoever joins it."""
        return not self.security


class WifiError(Exception):
    """Wi-Fi cannot be used; `code` says why: `missing`, `no_device`, `password`, `kind`, `fails`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def run_program(arguments: Sequence[str], text: str) -> "subprocess.CompletedProcess[str]":
    """Run it and wait for its end.

    Raises:
        OSError: it is not installed.
        subprocess.TimeoutExpired: it never ended.
    """
    return subprocess.run(
        arguments, input=text, capture_output=True, text=True, timeout=_SECONDS, check=False,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


class Wifi:
    """What this machine's NetworkManager can do; every call takes seconds, so call it beside the frame loop."""

    def __init__(self, run: Run = run_program) -> None:
        self._run = run

    def networks(self) -> list[Network]:
        """Look around; the strongest first, each name once.

        Raises:
            WifiError: there is no NetworkManager (`missing`), or no Wi-Fi (`no_device`).
        """
        told = self._ask("--terse", "--fields", "TYPE", "device")
        if "wifi" not in told.splitlines():
            raise WifiError("no_device", "this machine has no Wi-Fi")
        fields = ("--terse", "--fields", "IN-USE,SIGNAL,SECURITY,SSID")
        told = self._ask(*fields, "device", "wifi", "list", "--rescan", "yes")
        found: dict[str, Network] = {}
        for line in told.splitlines():
            used, signal, security, name = (*_fields(line), "", "", "", "")[:4]
            if not name or not signal.isdigit():
                continue  # a hidden network has no name
            network = Network(name, int(signal), security.replace("--", ""), used == "*")
            best = found.get(name)
            if best is None or (network.joined, network.percent) > (best.joined, best.percent):
                found[name] = network
        return sorted(found.values(), key=lambda one: (not one.joined, -one.percent, one.name))

    def join(self, network: Network, password: str) -> None:
        """Join a network, and again after every start.

        Raises:
            WifiError: it cannot be joined; the network before is as it was.
        """
        manner = _manner(network)
        try:
            self._ask("connection", "delete", "id", _FRESH, may_fail=True)
            # Not yet at every start: a password is not known to be right.
            self._ask(
                "connection", "add", "type", "wifi", "con-name", _FRESH, "ssid", network.name,
                "connection.autoconnect", "no", *manner,
            )  # fmt: skip
            secret = f"802-11-wireless-security.psk:{password}\n" if manner else ""
            self._ask("connection", "up", "id", _FRESH, "passwd-file", _PASSWORDS, text=secret)
        except WifiError:
            self._ask("connection", "delete", "id", _FRESH, may_fail=True)
            raise
        self._ask("connection", "delete", "id", _PROFILE, may_fail=True)
        self._ask(
            "connection", "modify", "id", _FRESH, "connection.id", _PROFILE, "connection.autoconnect", "yes"
        )

    def _ask(self, *arguments: str, text: str = "", may_fail: bool = False) -> str:
        try:
            done = self._run((shutil.which(PROGRAM) or PROGRAM, *arguments), text)
        except OSError as error:
            raise WifiError("missing", f"{PROGRAM} cannot be run: {error}") from error
        except subprocess.TimeoutExpired as error:
            raise WifiError("fails", f"{PROGRAM} did not answer") from error
        if done.returncode == 0 or may_fail:
            return done.stdout
        said = done.stderr.strip() or f"code {done.returncode}"
        raise WifiError(_code(done.returncode, said), said)


def _code(returned: int, said: str) -> str:
    if returned == _NOT_RUNNING:
        return "missing"
    secrets = re.search(r"secrets|password|802-11-wireless-security", said, re.IGNORECASE)
    if returned in (_NOT_ACTIVATED, _TIMED_OUT) and secrets:
        return "password"
    return "no_device" if returned == _NOT_THERE and "device" in said.lower() else "fails"


def _manner(network: Network) -> tuple[str, ...]:
    """Give what a profile says of how a network is locked; the lock's key is not among it."""
    if network.open:
        return ()
    kinds = network.security.split()
    if "802.1X" in kinds or not any(kind.startswith("WPA") for kind in kinds):
        raise WifiError("kind", f"this machine's desk cannot join {network.security}")
    alone = all(kind == "WPA3" for kind in kinds)
    return ("wifi-sec.key-mgmt", "sae" if alone else "wpa-psk")


def _fields(line: str) -> list[str]:
    """Part a line of terse output: a colon within a field stands behind a backslash."""
    return [re.sub(r"\\(.)", r"\1", field) for field in re.split(r"(?<!\\):", line)]
