"""A trouble as a code with values: what status files and health reports carry, and every screen finds its own words for.

Nothing that goes wrong makes a sentence for people where it happens; only screens, pages and consoles have words. A new code
stands here once, and a test fails until each finished catalogue has words for it.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Code = Literal[
    "disk_full",
    "disk_fails",
    "disk_too_small",
    "journal_foreign",
    "record_refused",
    "writer_stopped",
    "journal_restored",
    "journal_deleted",
    "journal_cut",
    "journal_rescued",
    "identity_damaged",
    "buttons_stuck",
    "no_picture",
    "no_touch_device",
    "touch_forbidden",
    "weak_power",
    "battery_low",
    "settings_refused",
    "speech_missing",
    "sound_fails",
    "microphone_missing",
    "microphone_fails",
    "no_stick",
    "stick_fails",
    "pin_unreadable",
    "broker_no_answer",
    "broker_silent",
    "broker_refuses",
    "broker_certificate",
    "kiosk_revoked",
    "certificate_ends",
    "address_refused",
    "no_encryption",
    "clock_unknown",
    "connection_lost",
    "message_refused",
    "nobody_listens",
    "collector_no_answer",
    "collector_status",
    "collector_refuses",
    "record_too_large",
    "records_refused",
    "record_undeclared",
    "no_receipts",
    "records_wait",
    "receipt_ahead",
    "data_set_back",
    "log_fork",
    "log_uncosigned",
    "log_other",
    "case_opened",
    "wifi_missing",
    "wifi_no_device",
    "wifi_password",
    "wifi_kind",
    "wifi_fails",
]
"""Everything that can be wrong with a kiosk while it serves."""

VALUES: Mapping[Code, tuple[str, ...]] = {
    "disk_full": (),
    "disk_fails": (),
    "disk_too_small": ("megabytes",),
    "journal_foreign": (),
    "record_refused": (),
    "writer_stopped": (),
    "journal_restored": ("seq",),
    "journal_deleted": ("seq",),
    "journal_cut": ("seq",),
    "journal_rescued": (),
    "identity_damaged": (),
    "buttons_stuck": ("buttons",),
    "no_picture": (),
    "no_touch_device": (),
    "touch_forbidden": (),
    "weak_power": (),
    "battery_low": ("percent",),
    "settings_refused": ("version",),
    "speech_missing": (),
    "sound_fails": (),
    "microphone_missing": ("programs",),
    "microphone_fails": (),
    "no_stick": (),
    "stick_fails": (),
    "pin_unreadable": (),
    "broker_no_answer": ("host", "port"),
    "broker_silent": ("host", "port"),
    "broker_refuses": ("code",),
    "broker_certificate": (),
    "kiosk_revoked": (),
    "certificate_ends": ("days",),
    "address_refused": ("address", "why"),
    "no_encryption": (),
    "clock_unknown": (),
    "connection_lost": (),
    "message_refused": ("code",),
    "nobody_listens": (),
    "collector_no_answer": (),
    "collector_status": ("status",),
    "collector_refuses": ("code",),
    "record_too_large": ("seq",),
    "records_refused": ("seq", "code"),
    "record_undeclared": ("seq",),
    "no_receipts": (),
    "records_wait": ("seq", "hours"),
    "receipt_ahead": ("seq",),
    "data_set_back": ("through", "confirmed"),
    "log_fork": (),
    "log_uncosigned": (),
    "log_other": (),
    "case_opened": (),
    "wifi_missing": (),
    "wifi_no_device": (),
    "wifi_password": (),
    "wifi_kind": (),
    "wifi_fails": (),
}
"""The values each code comes with, by name; words may use these and no others."""


class Trouble(NamedTuple):
    """One thing that is wrong; make it with `trouble`."""

    code: str
    """A `Code`, or one that only another version of the program knows."""
    values: tuple[tuple[str, str | int], ...] = ()

    def to_fields(self) -> dict[str, object]:
        """Give it as it stands in a status file or a health report."""
        return {"code": self.code, "values": dict(self.values)}


def trouble(code: Code, /, **values: str | int) -> Trouble:
    """Make a trouble of a code and the values that belong to it."""
    return Trouble(code, tuple(values.items()))


def trouble_of(fields: object) -> Trouble | None:
    """Read what `to_fields` gave; None where there is nothing, or nothing that makes sense."""
    if not isinstance(fields, dict) or not isinstance(code := fields.get("code"), str) or not code:
        return None
    values = fields.get("values")
    pairs = values.items() if isinstance(values, dict) else ()
    return Trouble(code, tuple((str(name), value) for name, value in pairs if isinstance(value, str | int)))
