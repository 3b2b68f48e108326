"""The catalogues are complete, equal in their placeholders, and every sentence in them is said somewhere."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from collector.alerts.rules import PRIVATE, Kind
from collector.errors import CollectorError
from collector.evidence.intake.projections import registered
from collector.evidence.needs import Need
from collector.evidence.proof.remarks import RemarkCode
from collector.evidence.standing import StreamStanding
from collector.followup.mend import Seen
from collector.releases.moved import Reason
from collector.scores.ask.results import GroupPart, QuestionError
from collector.scores.ask.scope import Dimension
from collector.scores.show.labels import ending_name, part_name, period_title
from collector.words.catalogue import LANGUAGES, catalogue
from survey.index.indices import Policy
from survey.index.periods import parse
from survey.record.findings import Finding
from survey.wire.trouble import VALUES

COLLECTOR = Path(__file__).resolve().parents[3] / "collector"
KIOSK = COLLECTOR.parent / "kiosk" / "show" / "locale"
ERRORS = {"CollectorError", "NotSetUp", "NotAllowed", "EnrolmentRefused", "QuestionError"}
FAMILIES = {
    "alert.kind_": {kind.value for kind in Kind},
    "alert.said_": {kind.value for kind in PRIVATE},
    "finding.": {finding.value for finding in Finding},
    "kiosk.do_": {need.value for need in Need},
    "kiosk.need_": {need.value for need in Need},
    "kiosk.standing_": {"other"} | {standing.value for standing in StreamStanding},
    "region.bad_": {"cells", "code", "long", "name", "signs", "table", "twice"},
    "remark.": {code.value for code in RemarkCode},
    "index.policy_": {policy.value for policy in Policy},
    "doubt.other_": {policy.value for policy in Policy},
    "mend.reason_": {reason.value for reason in Reason if reason is not Reason.NONE},
    "mend.seen_": {seen.name.lower() for seen in Seen},
    "trouble.": {"unknown"} | set(VALUES),
}
"""Keys made of a value: there is one for each."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


@cache
def sentences() -> tuple[tuple[str, ast.expr, set[str]], ...]:
    """Give, for every place that says something, the place, the key it uses and the values it gives; read once, for it is asked again."""
    return tuple(_sentences())


def _sentences() -> Iterator[tuple[str, ast.expr, set[str]]]:
    for path in sorted(COLLECTOR.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            values = {keyword.arg or "" for keyword in node.keywords}
            where = f"{path.relative_to(COLLECTOR)}:{node.lineno}"
            if called(node) in ("say", "_say", "say_here", "later"):
                yield where, node.args[0], values
            elif called(node) in ERRORS:
                chosen = next((one.value for one in node.keywords if one.arg == "sentence"), None)
                word = chosen or node.args[1 if called(node) == "EnrolmentRefused" else 0]
                prefix = ast.JoinedStr([ast.Constant("error."), *getattr(word, "values", [word])])
                yield where, prefix, values - {"sentence"}


def pattern(key: ast.expr) -> str | None:
    """Give what keys an expression can be; None for a variable, which was made of a key elsewhere."""
    if isinstance(key, ast.Constant):
        return re.escape(str(key.value))
    if isinstance(key, ast.JoinedStr):
        parts = [
            re.escape(str(one.value)) if isinstance(one, ast.Constant) else "[a-z_0-9]+" for one in key.values
        ]
        return "".join(parts)
    if isinstance(key, ast.IfExp):
        return f"(?:{pattern(key.body)}|{pattern(key.orelse)})"
    return None


def fitting(key: ast.expr) -> frozenset[str]:
    wanted = pattern(key)
    return frozenset() if wanted is None else matching(wanted)


@cache
def matching(wanted: str) -> frozenset[str]:
    return frozenset(one for one in catalogue("id") if re.fullmatch(wanted, one))


def test_the_catalogues_have_the_same_keys_with_the_same_placeholders() -> None:
    indonesian, english = (
        {key: placeholders(text) for key, text in catalogue(language).items()} for language in LANGUAGES
    )
    assert indonesian == english


def test_every_sentence_that_is_said_exists_and_gets_its_values() -> None:
    wrong = []
    for where, key, values in sentences():
        found = fitting(key)
        needed = set().union(*(placeholders(catalogue("id")[one]) for one in found))
        one_of_many = isinstance(key, ast.JoinedStr) and any(
            isinstance(one, ast.FormattedValue) for one in key.values
        )
        if pattern(key) is not None and (not found or not (one_of_many or needed <= values)):
            wrong.append(f"{where}: {pattern(key)} needs {sorted(needed)}, given {sorted(values)}")
    assert wrong == []


def test_every_sentence_of_the_catalogues_is_said_somewhere() -> None:
    used = set().union(*(fitting(key) for _, key, _ in sentences()))
    text = "\n".join(path.read_text() for path in COLLECTOR.rglob("*.py"))
    # A key that is looked for first, `known(key)`, is a variable where it is said.
    families = {f"{found}." for found in re.findall(r'key = f"([a-z_]+)\.\{', text)}
    unused = [key for key in catalogue("id") if key not in used and f"{key.split('.')[0]}." not in families]
    assert unused == []


def test_a_family_of_keys_has_one_for_each_value() -> None:
    for prefix, values in FAMILIES.items():
        assert {key.removeprefix(prefix) for key in catalogue("id") if key.startswith(prefix)} == values


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trouble_is_said_as_on_the_kiosk_s_own_screen(language: str) -> None:
    screen = tomllib.loads((KIOSK / f"{language}.toml").read_text())["trouble"]
    said = catalogue(language)
    assert {key: said[f"trouble.{key}"] for key in screen} == screen


def test_every_reason_for_setting_a_record_aside_has_its_words() -> None:
    text = "\n".join(
        path.read_text()
        for path in [*(COLLECTOR / "evidence").rglob("*.py"), *COLLECTOR.glob("*/tallies/*.py")]
    )
    named = re.findall(
        r'^(?:KIND|KIOSK|TIME|PROJECTION|UNREADABLE|LOST|WRONG|BODY)[A-Z_]* = "(\w+)"', text, re.MULTILINE
    )
    raised = re.findall(r'Malformed\("(\w+)"', text)
    fields = [f"{kind}_field" for projection in registered() for kind in projection.kinds]
    missing = {f"set_aside.{code}" for code in [*named, *raised, *fields]} - set(catalogue("id"))
    assert missing == set()
    assert len(named) >= 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_is_a_code_with_values_and_a_sentence_in_every_language(language: str) -> None:
    error = QuestionError("period", sentence="period_none", text="TW9")
    assert (error.code, error.values) == ("period", {"text": "TW9"})
    assert error.sentence(language).startswith(
        "'TW9' is no period" if language == "en" else "'TW9' bukan periode"
    )
    assert str(error) == error.sentence("en")


def test_an_error_that_no_catalogue_knows_still_says_what_it_was_given() -> None:
    assert str(CollectorError("a sentence of a plug-in")) == "a sentence of a plug-in"


@pytest.mark.parametrize(
    "part, indonesian, english",
    [
        (GroupPart(Dimension.SERVICE, "", ""), "Tanpa layanan", "No service"),
        (GroupPart(Dimension.AGENCY, "", ""), "Tanpa instansi", "No agency"),
        (GroupPart(Dimension.SERVICE, "ktp", "KTP"), "KTP", "KTP"),
        (GroupPart(Dimension.KIOSK, "lain", ""), "lain", "lain"),
        (GroupPart(Dimension.HOUR, "08", ""), "08.00–08.59", "08:00–08:59"),
        (GroupPart(Dimension.HOUR, "?", ""), "waktu tidak pasti", "time uncertain"),
        (GroupPart(Dimension.JOB, "lain", ""), "lainnya", "other"),
        (GroupPart(Dimension.MONTH, "2026-11", ""), "November 2026", "2026-11"),
        (GroupPart(Dimension.DAY, "2026-11-02", ""), "2026-11-02", "2026-11-02"),
    ],
)
def test_groups_have_names_in_every_language(part: GroupPart, indonesian: str, english: str) -> None:
    assert (part_name(part, "id"), part_name(part, "en")) == (indonesian, english)


def test_endings_and_periods_have_names() -> None:
    assert ending_name("timeout", "id") == "ditinggalkan"
    assert ending_name("something new", "en") == "other"
    assert period_title(parse("2026-TW3"), "id") == "Triwulan III Tahun 2026"
