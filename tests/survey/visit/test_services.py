"""Under one roof the kiosk asks first who served, then with what, and then the questions; the answers name that unit."""

from kiosk.show.length import visit_length
from survey.instrument.definition import load
from survey.settings.keys import check
from survey.settings.shown import SettingsRefused
from survey.visit.offer import offer, question_key
from survey.visit.plan import OfferedService
from survey.visit.state import Step
from tests.survey.visits import Walk, full_plan

MALL = (
    OfferedService("info", "Informasi", unit_name="Mal Pelayanan"),
    OfferedService("ktp", "KTP", unit="dukcapil", unit_name="Dukcapil"),
    OfferedService("kk", "KK", unit="dukcapil", unit_name="Dukcapil"),
    OfferedService("samsat.ktp", "KTP lama", unit="samsat", unit_name="Samsat"),
    OfferedService("pajak", "Pajak", unit="samsat", unit_name="Samsat"),
)


def mall(**changes: object) -> Walk:
    walk = Walk(full_plan(services=MALL, complaint=False, **changes))
    walk.wait(1)
    walk.touch("answer:3")
    walk.wait(1)
    walk.touch("accept")
    return walk


def answered(walk: Walk) -> None:
    while walk.state.step is Step.QUESTION:
        walk.wait(1)
        walk.touch("answer:3")
        walk.wait(1)


def test_who_served_is_asked_before_the_questions_and_its_service_after_that() -> None:
    walk = mall()
    assert walk.state.step is Step.SERVICE
    assert offer(walk.plan, walk.state).options == ("within:1", "within:2", "within:3")
    walk.wait(1)
    walk.touch("within:2")
    walk.wait(1)
    assert offer(walk.plan, walk.state).options == ("service:ktp", "service:kk")
    walk.touch("service:kk")
    walk.wait(1)
    assert (walk.state.step, walk.state.place) == (Step.QUESTION, 0)
    answered(walk)
    assert walk.state.step is Step.PROFILE, "the service is not asked a second time"
    walk.wait(1)
    while walk.state.step is Step.PROFILE:
        walk.touch("skip")
        walk.wait(1)
    index = walk.responses[-1].response
    assert (index.service, index.unit, index.complete) == ("kk", "dukcapil", True)
    assert walk.responses[0].response.service is None, "the smiley was pressed before anybody was asked"


def test_a_unit_with_one_service_is_that_service() -> None:
    walk = mall()
    walk.wait(1)
    walk.touch("within:1")
    walk.wait(1)
    assert (walk.state.step, walk.state.service) == (Step.QUESTION, "info")


def test_back_leads_from_the_questions_to_the_units_and_out_to_the_invitation() -> None:
    walk = mall()
    walk.wait(1)
    walk.touch("within:3")
    walk.wait(1)
    walk.touch("back")
    assert (walk.state.step, walk.state.place) == (Step.SERVICE, 0)
    walk.wait(1)
    walk.touch("skip")
    walk.wait(1)
    assert (walk.state.step, walk.state.service) == (Step.QUESTION, None)
    walk.touch("back")
    assert (walk.state.step, walk.state.place) == (Step.SERVICE, 0)
    walk.touch("back")
    assert walk.state.step is Step.INVITATION


def test_whoever_attended_a_course_is_asked_its_questions_and_everybody_else_the_kiosks() -> None:
    form = load("partisipasi")
    course = OfferedService("kades", "Pelatihan", "pelatihan-3", "Pelatihan Kades", form=form)
    walk = Walk(full_plan(services=(*MALL, course), complaint=False))
    assert visit_length(walk.plan).questions == 9, "nobody is told fewer than may come"
    for action in ("answer:3", "accept", "within:4"):
        walk.choose(action)
        walk.wait(1)
    assert question_key(walk.plan, walk.state) == "diundang"
    walk.touch("answer:3")
    walk.touch("back")
    walk.touch("back")
    walk.touch("within:1")
    assert question_key(walk.plan, walk.state) == "persyaratan"
    assert walk.state.answers == (), "what was said of the course is taken back with it"
    walk.touch("back")
    walk.touch("within:4")
    answered(walk)
    walk.wait(1)
    while walk.state.step is Step.PROFILE:
        walk.touch("skip")
        walk.wait(1)
    given = walk.responses[-1].response
    assert (given.instrument, given.unit, given.service) == ("partisipasi", "pelatihan-3", "kades")
    assert (given.complete, len(given.answers), len(walk.responses)) == (True, 4, 2)
    walk.wait(60)
    for action in ("answer:3", "accept", "skip"):
        walk.touch(action)
        walk.wait(1)
    assert question_key(walk.plan, walk.state) == "persyaratan"


def test_all_of_it_goes_by_the_buttons_alone() -> None:
    walk = Walk(full_plan(services=MALL, complaint=False))
    for action in ("answer:3", "accept", "within:3", "service:samsat.ktp"):
        walk.choose(action)
        walk.wait(1)
    assert (walk.state.step, walk.state.service) == (Step.QUESTION, "samsat.ktp")


def test_where_one_unit_serves_the_questions_come_first_as_before() -> None:
    walk = Walk(full_plan(complaint=False))
    walk.wait(1)
    walk.touch("answer:3")
    walk.wait(1)
    walk.touch("accept")
    assert walk.state.step is Step.QUESTION


def test_the_name_of_a_unit_is_checked() -> None:
    def said(name: object) -> str:
        try:
            check({"services": [{"code": "ktp", "name": "KTP", "unit": "u", "unit_name": name}]})
        except SettingsRefused as refused:
            return str(refused)
        return ""

    assert said("Dukcapil") == ""
    assert "120" in said("x" * 121)
    assert "120" in said(7)
