"""What a visitor is asked follows from the configuration and the instruments."""

from dataclasses import replace

from kiosk.config import Config
from kiosk.remote.plan import make_plan
from survey.instrument.ages import ONE_SCREEN
from survey.instrument.definition import load
from survey.instrument.profile import USER

PULSE, SKM = load("pulse"), load("skm-2017")


def test_a_village_asks_the_annexs_profile_and_no_more() -> None:
    assert [one.key for one in make_plan(Config()).profile] == ["sex", "age", "education", "job"]
    assert dict(make_plan(Config()).profile)["age"] == ONE_SCREEN


def test_internal_and_external_users_are_told_apart_where_an_instrument_says_so() -> None:
    asking = replace(SKM, profile=(USER,))
    plan = make_plan(Config(), instruments=(PULSE, asking))
    assert [one.key for one in plan.profile] == ["sex", "age", "education", "job", "user"]
    assert plan.profile[-1].values == ("internal", "eksternal")
    config = Config(visit=Config().visit._replace(profile=False))
    assert make_plan(config, instruments=(PULSE, asking)).profile == (), (
        "a kiosk that asks nothing asks not this either"
    )
