"""File complaints at the collector that the environment names, and print their codes: `python -m tests.browser.complained`."""

import os
from datetime import UTC, date, datetime

import django


def main() -> None:
    """File them: one that is answered and stays so, one that is new, one to be taken back, and an answered one to be settled."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
    django.setup()
    from collector.complaints.models import Ticket, TicketStatus, TicketStep  # noqa: PLC0415 - its models load after django.setup()
    from collector.fleet import tree  # noqa: PLC0415 - as above
    from tests.collector.complaints.filed import filed  # noqa: PLC0415 - as above

    unit = tree.add_unit(
        code="sukamaju",
        name="Balai Desa Sukamaju",
        region=tree.add_region("18.01.05.2003"),
        agency=None,
        time_zone="Asia/Jakarta",
    )
    answered, new, regretted, settling = (filed(unit, phone="081234567890") for _ in range(4))
    said = (
        (TicketStatus.FORWARDED, ""),
        (TicketStatus.ANSWERED, "Loket kedua dibuka mulai Senin.\nTerima kasih atas pengaduan Anda."),
    )
    for one in (answered, settling):
        for number, (status, answer) in enumerate(said):
            step = TicketStep.objects.create(ticket=one.ticket, status=status, who="rina", answer=answer)
            TicketStep.objects.filter(pk=step.pk).update(at=datetime(2026, 11, 12 + number, 3, tzinfo=UTC))
        Ticket.objects.filter(pk=one.ticket.pk).update(status=TicketStatus.ANSWERED)
    Ticket.objects.update(due_on=date(2026, 12, 15))
    print(answered.code, new.code, regretted.code, settling.code)  # noqa: T201 - a script


if __name__ == "__main__":
    main()
