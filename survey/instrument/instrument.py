"""An instrument: one version of one questionnaire, as plain frozen data.

The files in `survey/instrument/shipped/` become these objects through `survey.instrument.definition`, which checks them; code that holds
an `Instrument` may rely on every rule named there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import NamedTuple

from survey.instrument.bands import BandTable
from survey.instrument.kinds import Kind, ScaleMapping
from survey.instrument.scales import Scale, scales_of
from survey.instrument.weights import WeightMode, weight_as_used, weight_label

__all__ = [
    "FALLBACK_LANGUAGE",
    "Element",
    "Instrument",
    "Kind",
    "LabelOrder",
    "Option",
    "Question",
    "ScaleMapping",
    "in_language",
]

FALLBACK_LANGUAGE = "id"


class LabelOrder(StrEnum):
    """In which order a sheet numbers its elements U1, U2, …; published sheets do it both ways."""

    LIST = "list"
    """As the regulation lists them: U8 is complaints, U9 is facilities."""
    QUESTIONNAIRE = "questionnaire"
    """As the annex asks them: U8 is facilities, U9 is complaints."""


class Element(NamedTuple):
    """One thing that is judged (*unsur*)."""

    key: str
    """What answers are stored under; never a number, for numbers differ between sheets."""
    name: Mapping[str, str]
    """Official name by language."""
    short: Mapping[str, str]
    """Short name for tables by language."""
    weight: Fraction
    definition: str = ""
    """The rule's own sentence, in Indonesian."""
    is_fact: bool = False
    """Whether it asks for a fact and not an opinion, as the tariff does; shown apart in analysis, never left out."""


class Option(NamedTuple):
    """One possible answer."""

    value: int
    label: Mapping[str, str]
    """Official wording of the option by language."""


class Question(NamedTuple):
    """One question as printed; it fills exactly one element."""

    key: str
    """The element it fills."""
    code: str
    """The code the form prints (`14.d.T`); gaps and all."""
    number: int
    """The number a reader sees, 1, 2, 3 …"""
    wording: Mapping[str, str]
    """Official wording by language; other languages than Indonesian are our translation."""
    plain: Mapping[str, str]
    """A plainer paraphrase by language, shown under the official wording, never instead of it."""
    options: tuple[Option, ...]
    """From worst to best, as the official form prints them."""


@dataclass(frozen=True)  # no slots: cached properties need a place
class Instrument:
    """One version of one questionnaire: what is asked, and by which rule the answers become a number."""

    id: str
    version: str
    kind: Kind
    index_name: str
    """What its number is called: IKM for an SKM and for nothing else."""
    titles: Mapping[str, str]
    lowest: int
    highest: int
    elements: tuple[Element, ...]
    """In the order of the regulation's list."""
    questions: tuple[Question, ...]
    """In the order they are asked."""
    label_order: LabelOrder
    """How this version's own sheets number the elements."""
    weight_mode: WeightMode
    bands: BandTable | None
    mapping: ScaleMapping | None
    """Only of kind perception."""
    rule: str
    """The rule in force that this version follows, as it is cited."""
    languages: tuple[str, ...]
    profile: tuple[str, ...]
    """What it asks of a visitor beyond the annex's profile: keys of `survey.instrument.profile.EXTRA`."""
    sources: tuple[str, ...]
    unverified: tuple[str, ...]
    """What in this file no source at hand confirms."""

    @property
    def name(self) -> str:
        """Give `id@version`, as settings and outputs name it."""
        return f"{self.id}@{self.version}"

    @cached_property
    def element_keys(self) -> tuple[str, ...]:
        """The elements' keys in the order of the regulation's list."""
        return tuple(element.key for element in self.elements)

    @cached_property
    def question_order(self) -> tuple[str, ...]:
        """The elements' keys in the order the questionnaire asks them."""
        return tuple(question.key for question in self.questions)

    @cached_property
    def weights(self) -> tuple[Fraction, ...]:
        """The elements' weights in the order of `element_keys`; they sum to exactly 1."""
        return tuple(element.weight for element in self.elements)

    @cached_property
    def values(self) -> tuple[int, ...]:
        """The scale from lowest to highest."""
        return tuple(range(self.lowest, self.highest + 1))

    @cached_property
    def weight_denominator(self) -> int:
        """The smallest whole number that makes every weight whole."""
        return lcm(*(weight.denominator for weight in self.weights))

    @cached_property
    def weight_units(self) -> tuple[int, ...]:
        """The weights times `weight_denominator`: whole numbers, so that a respondent's weighted score is one too."""
        return tuple(int(weight * self.weight_denominator) for weight in self.weights)

    @cached_property
    def weights_by_mode(self) -> Mapping[WeightMode, tuple[tuple[Fraction, ...], str]]:
        """The weights as each mode takes them, in the order of `element_keys`, and how they are printed."""
        return {
            mode: (
                tuple(weight_as_used(weight, mode) for weight in self.weights),
                weight_label(self.weights, mode),
            )
            for mode in WeightMode
        }

    @cached_property
    def scales(self) -> Mapping[ScaleMapping | None, Scale]:
        """The scale its index is printed on, by the mapping to four points that makes it; under None its own choice. None where there is no index."""
        return scales_of(self.kind, self.lowest, self.highest, self.mapping)

    @cached_property
    def slots(self) -> Mapping[str, tuple[int, int]]:
        """The place and the whole-number weight of every element, by key."""
        return {key: (place, self.weight_units[place]) for place, key in enumerate(self.element_keys)}

    @cached_property
    def slot_scores(self) -> tuple[int, ...]:
        """What one answer adds to the weighted score, for every place among a tally's counts."""
        return tuple(weight * value for weight in self.weight_units for value in self.values)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What sheets and forms call every element: `U1` … in this version's own order; of F-03 the code its form prints (`14.d.T`)."""
        if self.kind is Kind.F03:
            return {question.key: question.code for question in self.questions}
        return {key: label for label, key in self.keys_by_label(self.label_order).items()}

    def keys_by_label(self, order: LabelOrder | str) -> dict[str, str]:
        """Give the element key behind `U1`, `U2`, … in a sheet that uses `order`.

        Whoever imports a sheet states its order: the annex of PermenPAN-RB 14/2017 lists complaints as the eighth element
        and asks them as the ninth question, and published sheets follow either.
        """
        keys = self.element_keys if LabelOrder(order) is LabelOrder.LIST else self.question_order
        return {f"U{number}": key for number, key in enumerate(keys, start=1)}

    @property
    def asks_as_listed(self) -> bool:
        """Whether it asks its elements in the order of the list: then `U8` means the same in every sheet."""
        return self.element_keys == self.question_order

    def element(self, key: str) -> Element:
        """Give the element under `key`.

        Raises:
            KeyError: the instrument has no such element.
        """
        return self._elements_by_key[key]

    def question(self, key: str) -> Question:
        """Give the question that fills the element `key`.

        Raises:
            KeyError: the instrument has no such element.
        """
        return self._questions_by_key[key]

    def is_complete(self, answers: Mapping[str, int]) -> bool:
        """Say whether every element of the instrument is answered; only then does a response enter the index."""
        return all(key in answers for key in self.element_keys)

    @cached_property
    def _elements_by_key(self) -> Mapping[str, Element]:
        return {element.key: element for element in self.elements}

    @cached_property
    def _questions_by_key(self) -> Mapping[str, Question]:
        return {question.key: question for question in self.questions}


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Give the text in `language`, or in Indonesian where there is no translation, or nothing."""
    return texts.get(language) or texts.get(FALLBACK_LANGUAGE, "")
