"""Whether a questionnaire asks in the words of its rule, or in words of its own.

The rule's form is the shipped questionnaire of the same index. Copies of the annex differ in full stops, question marks, `tentang` in question 7 and
`tetapi` or `tapi`: so do these comparisons not. A paraphrase that stands beside the official words (`plain`) and translations are no words of its own;
elements that an office adds to the nine, as the rule allows, are not compared.
"""

import re
from functools import lru_cache

from survey.instrument.definition import shipped
from survey.instrument.instrument import FALLBACK_LANGUAGE, Instrument, Kind, Question

OWN_WORDS = "kata-kata sendiri"
"""What stands where an output names the rule, of a questionnaire whose words are not the rule's."""
_SPELLINGS = {"tapi": "tetapi", "tentang": ""}


def rule_line(instrument: Instrument) -> str:
    """Give the rule as an output cites it; `kata-kata sendiri` where the questionnaire does not ask in its words."""
    return OWN_WORDS if own_words(instrument) else instrument.rule


def own_words(instrument: Instrument) -> bool:
    """Tell whether a question or an answer is worded otherwise than in the rule's form, or answers stand in another order.

    What leads to shares has no form of a rule: its words are always its own.
    """
    return not any(not reworded(instrument, form) for form in forms_of(instrument))


def forms_of(instrument: Instrument) -> tuple[Instrument, ...]:
    """Give the shipped questionnaires of the same index: the rule's forms, as far as they are known here."""
    if instrument.kind is Kind.SHARES:
        return ()
    return tuple(
        form for form in shipped() if (form.kind, form.index_name) == (instrument.kind, instrument.index_name)
    )


def reworded(instrument: Instrument, form: Instrument) -> tuple[str, ...]:
    """Give the keys of the form's questions that an instrument asks in other words, in another order of answers, or not at all."""
    own = {question.key: question for question in instrument.questions}
    return tuple(
        asked.key
        for asked in form.questions
        if asked.key not in own or _texts(own[asked.key]) != _texts(asked)
    )


def _texts(question: Question) -> tuple[object, ...]:
    options = tuple(
        (option.value, _plain(option.label.get(FALLBACK_LANGUAGE, ""))) for option in question.options
    )
    return _plain(question.wording.get(FALLBACK_LANGUAGE, "")), options


@lru_cache(maxsize=1_000)
def _plain(text: str) -> str:
    """Give the words alone, in small letters."""
    words = re.findall(r"[^\W_]+", text.lower())
    return " ".join(filter(None, (_SPELLINGS.get(word, word) for word in words)))
