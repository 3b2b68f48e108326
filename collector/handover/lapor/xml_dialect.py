"""The older dialect: a report is pushed as XML.

Known from public code of 2018: POST to `/api/stream/addstream`, `lapor` with its token, `pelapor` with `email`, `telpon`, `namadepan` and
`namabelakang`, `laporan` with `rahasia` and `anonim` around `isi`; the answer has `trackingid` and `transaksiid`. Not known: whether it still
answers, and how reports are asked for. It has no field for a number of ours, so that stands at the end of the text, and polling
has no default path.

XML from outside is read without entities, without a document type and without the network.
"""

from collections.abc import Sequence

from lxml import etree

from collector.handover.lapor import line
from collector.handover.lapor.adapter import Asked, MaybeTaken, NotTaken, Refused, Report, State
from collector.handover.lapor.json_dialect import day_of
from collector.handover.lapor.settings import Settings

_HEADERS = {"Content-Type": "text/xml; charset=UTF-8", "Accept": "text/xml"}
_FIRST_NAME, _LAST_NAME = "Unit", "Layanan"
"""The unit reports as itself: a complaint from a kiosk has no reporter."""


class XmlDialect:
    """Speaks it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, report: Report) -> str:
        """Hand a report over; gives its tracking number."""
        root = self._root()
        who = etree.SubElement(root, "pelapor")
        for name, words in (
            ("email", ""),
            ("telpon", ""),
            ("namadepan", _FIRST_NAME),
            ("namabelakang", _LAST_NAME),
        ):
            etree.SubElement(who, name).text = words
        told = etree.SubElement(root, "laporan", rahasia="1" if report.secret else "0", anonim="1")
        etree.SubElement(told, "isi").text = _legal(_text(report))
        answer = self._ask(self._settings.send_url, root)
        number = (answer.findtext("trackingid") or answer.findtext(".//trackingid") or "").strip()
        if number:
            return number
        if answer.find(".//error") is not None:
            raise Refused("it answers with an error")
        raise MaybeTaken("the answer names no tracking number")

    def poll(self, asked: Sequence[Asked]) -> Sequence[State | None]:
        """Ask how reports stand."""
        root = self._root()
        for one in asked:
            etree.SubElement(
                root, "laporan", trackingid=one.tracking_id, referensi=_reference(one.number, one.key)
            )
        try:
            answer = self._ask(self._settings.poll_url, root)
        except (MaybeTaken, Refused) as error:
            raise NotTaken(str(error)) from error
        rows = [row for row in answer.iter("laporan") if (row.findtext("trackingid") or "").strip()]
        return [next((_state(row) for row in rows if _is(row, one)), None) for one in asked]

    def _root(self) -> etree._Element:
        return etree.Element("lapor", token=self._settings.token())

    def _ask(self, url: str, root: etree._Element) -> etree._Element:
        body = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        return read(line.post(url, body, headers=_HEADERS, timeouts=self._settings.timeouts))


def read(content: bytes) -> etree._Element:
    """Read XML from outside.

    Raises:
        MaybeTaken: it is none, or carries a document type.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MaybeTaken("the answer is no XML") from error
    if root.getroottree().docinfo.doctype:
        raise MaybeTaken("the answer carries a document type")
    return root


def _text(report: Report) -> str:
    return "\n".join((report.title, report.text, f"[{_reference(report.number, report.key)}]"))


def _reference(number: str, key: str) -> str:
    return f"Nomor kami {number}-{key[:8]}"


def _legal(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(
        one
        for one in text
        if one in "\n\t" or (one >= " " and not "\ud800" <= one <= "\udfff" and one < "\ufffe")
    )


def _is(row: etree._Element, asked: Asked) -> bool:
    if asked.tracking_id:
        return (row.findtext("trackingid") or "").strip() == asked.tracking_id
    return _reference(asked.number, asked.key) in (row.findtext("isi") or "")


def _state(row: etree._Element) -> State:
    def word(name: str) -> str:
        return (row.findtext(name) or "").strip()

    return State(word("trackingid"), word("status"), day_of(word("tanggal")), word("jawaban"))
