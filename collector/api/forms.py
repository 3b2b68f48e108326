"""What other rooms' answers look like, as JSON Schema: what a program may rely on, and no more. A live test holds answers to it."""

from collections.abc import Mapping

Form = Mapping[str, object]

TEXT: Form = {"type": "string"}
WHOLE: Form = {"type": "integer"}
NUMBER: Form = {"type": "number"}
ANYTHING: Form = {"type": "object"}
DAY: Form = {"type": "string", "format": "date"}


def shape(**fields: Form) -> Form:
    """Give the form of an object that has at least these."""
    return {"type": "object", "properties": fields, "required": sorted(fields)}


def rows(form: Form) -> Form:
    """Give the form of a list."""
    return {"type": "array", "items": form}


def maybe(form: Form) -> Form:
    """Give a form that may be null."""
    return {"anyOf": [form, {"type": "null"}]}


def one_of(*words: str) -> Form:
    """Give the form of a word out of a list."""
    return {"type": "string", "enum": list(words)}


_INTERVAL: Form = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
_SUBJECT = shape(kind=TEXT, code=TEXT, name=TEXT)

RELEASES = shape(
    releases=rows(
        shape(
            address=TEXT, subject=one_of("unit", "region", "agency", "ipp"), code=TEXT, period=TEXT, instrument=TEXT,
            edition=WHOLE, state=TEXT, n=maybe(WHOLE), value=maybe(NUMBER), interval=maybe(_INTERVAL),
            category=maybe(TEXT), successor=maybe(TEXT),
        )
    ),
    next=maybe(TEXT),
)  # fmt: skip
EXPORTS = shape(title=TEXT, datasets=rows(shape(title=TEXT)))
RELEASE = shape(
    format=WHOLE, address=TEXT, number=WHOLE, corrects=maybe(TEXT), published=TEXT, subject=_SUBJECT,
    period=shape(id=TEXT, title=TEXT, **{"from": DAY, "to": DAY}),
)  # fmt: skip
INDICES = shape(period=TEXT, instrument=TEXT, index_name=TEXT, n=maybe(WHOLE), **{"from": DAY, "to": DAY})
BREAKDOWNS = shape(
    subject=_SUBJECT, period=TEXT, instrument=TEXT, responses=TEXT, method=TEXT, releases=rows(TEXT), left_out=WHOLE,
    groups=maybe(rows(shape(by=TEXT, code=TEXT, n=maybe(WHOLE), value=maybe(NUMBER)))),
)  # fmt: skip
IPP = shape(unit=TEXT, period=TEXT, round=TEXT, value=NUMBER, category=TEXT, published={"const": False})
EXPLAINED = ANYTHING
VERDICT = shape(content=TEXT, signature=TEXT)
FOLLOWUP = shape(unit=TEXT, items=rows(shape(number=WHOLE)))
STANDARDS = shape(
    unit=TEXT,
    name=TEXT,
    on=DAY,
    services=rows(shape(code=TEXT, name=TEXT, standard=maybe(ANYTHING))),
    maklumat=maybe(ANYTHING),
)
TRAIL = shape(number=WHOLE, link=TEXT)
ENROLMENT = shape(code=TEXT, public_key=TEXT, csr=TEXT)
ENROLLED = shape(kiosk=TEXT)
KIOSKS_REFUSAL = shape(code=TEXT, message=TEXT)
