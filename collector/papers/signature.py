"""The empty field in which an official signs electronically, put into a PDF without its ceasing to be PDF/A-1b.

The field stands in the file from the beginning: who signs adds to the file and changes nothing in it.
"""

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, String

FIELD = "TandaTangan"
_HIDDEN_NEVER = 4  # printed
_LOCKED = 128


def with_field(data: bytes, box: tuple[float, float, float, float], *, page: int = -1) -> bytes:
    """Give a PDF with an empty signature field on one page, the last if no other is meant; the same bytes for the same file.

    `box` is left, bottom, right and top in points from the page's lower left corner.
    """
    with pikepdf.open(io.BytesIO(data)) as pdf:
        look = pdf.make_stream(
            b"",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, box[2] - box[0], box[3] - box[1]],
            Resources=Dictionary(),
        )
        sheet = pdf.pages[page].obj
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                T=String(FIELD),
                TU=String("Tanda tangan elektronik"),
                Rect=list(box),
                F=_HIDDEN_NEVER | _LOCKED,
                AP=Dictionary(N=look),
                P=sheet,
            )
        )
        sheet.Annots = Array([*sheet.get("/Annots", []), field])
        pdf.Root.AcroForm = Dictionary(Fields=[field], SigFlags=0)
        out = io.BytesIO()
        # PDF/A-1 is PDF 1.4, which has no object streams.
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()
