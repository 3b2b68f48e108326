"""Settings from the collector: checked wholly, applied between visits, refused with a reason, never believed unsigned."""

from pathlib import Path

import pytest

from kiosk.ports import Voice
from kiosk.remote.inbox import Inbox
from kiosk.remote.settings import check
from kiosk.show.texts import catalogue
from kiosk.show.views import ChoiceView, LetterView, MessageView
from survey.settings.shown import SettingsRefused
from survey.visit.state import Step
from survey.wire.messages import Settings, pack_settings
from tests.kiosk.journals import records
from tests.kiosk.rigs import Rig, rig
from uplink.journal.enrolment import verifier
from uplink.journal.identity import Identity

QUESTIONNAIRE = (
    Path(__file__).resolve().parents[3] / "survey" / "instrument" / "shipped" / "spkp.toml"
).read_text()

INDEX: dict[str, object] = {
    "period": "2026-TW3",
    "value": "84.12",
    "low": "81.26",
    "high": "86.71",
    "category": "B",
    "n": 1312,
    "address": "KH33RUMM",
}


def publish(
    home: Path, collector: Identity, version: int, content: dict[str, object], *, kiosk: str = "k-0001"
) -> None:
    path = home / "uplink" / "settings"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pack_settings(Settings(kiosk=kiosk, version=version, content=content), collector.sign))


def wait_for_look(kiosk: Rig) -> None:
    kiosk.wait(6)


@pytest.mark.parametrize(
    "content, reason",
    [
        ({"instruments": ["skm-2017@1"]}, "first instrument is the smiley"),
        ({"instruments": ["pulse@1", "pulse@1"]}, "only the first"),
        ({"instruments": ["pulse@1", "skm-2099@1"]}, "unknown to this version"),
        ({"instruments": "pulse@1"}, "list of texts"),
        ({"instruments": []}, "smiley"),
        ({"questionnaire": ["id = 'x'"]}, "questionnaire 1"),
        ({"questionnaire": 5}, "list of TOML texts"),
        ({"texts": {"nothing.here": {"id": "x"}}}, "no text 'nothing.here'"),
        ({"texts": {"idle.title": "x"}}, "object of languages"),
        ({"texts": {"idle.title": {"id": ""}}}, "characters"),
        ({"texts": {"idle.title": {"id": "Halo {name}"}}}, "names a value"),
        ({"texts": {"ticket.text": {"id": "{days.__class__}"}}}, "brace"),
        ({"texts": {"idle.title": {"id": "Halo {"}}}, "brace"),
        ({"opening_hours": {"monday": []}}, "no such day"),
        ({"opening_hours": {"mon": [["16:00", "08:00"]]}}, "rise and not overlap"),
        ({"volume_percent": 101}, "volume_percent"),
        ({"brightness_percent": True}, "brightness_percent"),
        ({"published_index": INDEX | {"n": None}}, "never shown without"),
        ({"published_index": INDEX | {"value": 84.12}}, "value is a text with two decimals"),
        ({"published_index": INDEX | {"low": None}}, "low is a text with two decimals"),
        ({"published_index": INDEX | {"category": "E"}}, "A, B, C or D"),
        ({"published_index": INDEX | {"archived": 1313}}, "how many of n"),
        ({"published_index": INDEX | {"address": "kh33 rumm"}}, "address"),
        ({"services": [{"code": "a b", "name": "x"}]}, "a service has"),
        ({"services": [{"code": "a", "name": "x"}, {"code": "a", "name": "y"}]}, "same code"),
        ({"services": [{"code": "a", "name": "x", "unit": 5}]}, "a service's unit"),
        ({"languages": ["xx"]}, "no catalogue"),
        ({"languages": []}, "at least one"),
    ],
)
def test_one_bad_value_refuses_the_whole_message(content: dict[str, object], reason: str) -> None:
    with pytest.raises(SettingsRefused, match=reason):
        check(content)


def test_good_settings_are_read() -> None:
    remote = check(
        {
            "instruments": ["pulse@1", "spkp@1"],
            "questionnaire": [QUESTIONNAIRE],
            "texts": {"idle.title": {"id": "Apa kabar pelayanan kami?"}},
            "opening_hours": {"mon": [["08:00", "16:00"]]},
            "volume_percent": 30,
            "brightness_percent": 80,
            "published_index": INDEX | {"kinerja": "Baik", "rule": "14/2017"},
            "services": [{"code": "ktp", "name": "KTP-el"}],
            "languages": ["id"],
            "colour": "green",
        },
    )
    assert [instrument.id for instrument in remote.instruments or ()] == ["pulse", "spkp"]
    assert remote.unknown == ("colour",)
    assert (remote.volume_percent, remote.brightness_percent, remote.languages) == (30, 80, ("id",))
    assert remote.published_index is not None
    assert remote.published_index.n == 1312


def test_settings_are_applied_between_visits_and_recorded(home: Path, collector: Identity) -> None:
    with rig(home) as kiosk:
        kiosk.press(3)
        assert kiosk.loop.service.state.step is Step.INVITATION
        publish(home, collector, 1, {"texts": {"idle.title": {"id": "Bagaimana tadi?"}}, "languages": ["id"]})
        wait_for_look(kiosk)
        assert kiosk.loop.service.plan.languages == ("id", "en"), "not in the middle of a visit"
        kiosk.wait(50)
        assert kiosk.loop.service.plan.languages == ("id",)
        assert isinstance(kiosk.view, ChoiceView)
        assert kiosk.view.title == "Bagaimana tadi?"
    assert [record.body for record in records(home, "settings")] == [{"version": 1, "applied": True}]


def test_the_volume_is_the_voices_from_then_on(home: Path, collector: Identity) -> None:
    heard: list[int] = []
    voice = Voice(
        say=lambda _pieces, _code: None,
        hush=lambda: None,
        release=lambda: None,
        set_volume=heard.append,
        tune=lambda _louder, _pace: None,
        fault=lambda: None,
    )
    with rig(home, voice=voice) as kiosk:
        publish(home, collector, 1, {"volume_percent": 30})
        wait_for_look(kiosk)
        kiosk.wait(5)
    assert heard == [30]


def test_the_published_index_stands_on_the_idle_screen_with_its_doubt_and_its_address(
    home: Path, collector: Identity
) -> None:
    with rig(home) as kiosk:
        publish(home, collector, 1, {"published_index": INDEX})
        wait_for_look(kiosk)
        assert index_on(kiosk.view) == (
            "IKM Triwulan III 2026",
            "84,12 Baik",
            "antara 81,26 dan 86,71 · 1.312 responden · kode KH33RUMM",
        )
        publish(home, collector, 2, {"published_index": INDEX | {"archived": 40, "period": "2026-07"}})
        wait_for_look(kiosk)
        assert index_on(kiosk.view)[0] == "IKM Jul 2026 (arsip)"


def test_what_was_mended_and_what_is_promised_reach_the_screen(home: Path, collector: Identity) -> None:
    mended = {"problem": "Antre lama", "result": "Loket kedua dibuka", "done_on": "2026-02-16"}
    standard = {"code": "kk", "name": "Kartu keluarga", "texts": {"waktu": "1 hari", "biaya": "Rp0"}}
    with rig(home) as kiosk:
        publish(home, collector, 1, {"mended": [mended], "standards": [standard]})
        wait_for_look(kiosk)
        assert isinstance(kiosk.view, ChoiceView)
        assert kiosk.view.told is not None
        assert [page.text for page in kiosk.view.told.pages] == ["Loket kedua dibuka", "1 hari. Biaya: Rp0."]
        kiosk.touch("standards")
        kiosk.press(1)
        assert isinstance(kiosk.view, LetterView)
        assert (kiosk.view.bar.left_strong, kiosk.view.paragraphs) == ("Kartu keluarga", ("1 hari",))


def index_on(view: object) -> tuple[str, str, str]:
    assert isinstance(view, ChoiceView)
    told = view.told
    assert told is not None
    return tuple(text.replace("\xa0", " ") for text in (told.caption, told.value, told.doubt))  # type: ignore[return-value]


def test_a_stall_in_the_sun_is_told_from_afar_and_back(home: Path, collector: Identity) -> None:
    with rig(home) as kiosk:
        for version, content in enumerate(({"sunlight": True}, {}), start=1):
            publish(home, collector, version, content)
            wait_for_look(kiosk)
        assert kiosk.display.sunlit == [True, False]


def test_refused_settings_leave_everything_and_are_recorded_with_the_reason(
    home: Path, collector: Identity
) -> None:
    with rig(home) as kiosk:
        publish(home, collector, 1, {"languages": ["en"]})
        wait_for_look(kiosk)
        publish(home, collector, 2, {"languages": ["id"], "volume_percent": 500})
        wait_for_look(kiosk)
        assert kiosk.loop.service.plan.languages == ("en",)
    bodies = [record.body for record in records(home, "settings")]
    assert bodies[0] == {"version": 1, "applied": True}
    assert (bodies[1]["version"], bodies[1]["applied"]) == (2, False)
    assert "volume_percent" in bodies[1]["refused"]


def test_after_a_restart_the_last_good_settings_are_in_force_and_not_told_again(
    home: Path, collector: Identity
) -> None:
    with rig(home) as kiosk:
        publish(home, collector, 1, {"languages": ["en"]})
        wait_for_look(kiosk)
        publish(home, collector, 2, {"volume_percent": 500})
        wait_for_look(kiosk)
    with rig(home) as kiosk:
        assert kiosk.loop.service.plan.languages == ("en",)
        wait_for_look(kiosk)
        assert kiosk.loop.service.plan.languages == ("en",)
    assert len(records(home, "settings")) == 2


@pytest.mark.parametrize("forger", ["stranger", "other kiosk", "garbage", "older"])
def test_settings_that_are_not_ours_change_nothing(home: Path, collector: Identity, forger: str) -> None:
    with rig(home) as kiosk:
        publish(home, collector, 5, {"languages": ["en"]})
        wait_for_look(kiosk)
        match forger:
            case "stranger":
                publish(home, Identity.ephemeral("x"), 6, {"languages": ["id"]})
            case "other kiosk":
                publish(home, collector, 6, {"languages": ["id"]}, kiosk="k-0002")
            case "garbage":
                (home / "uplink" / "settings").write_bytes(b"IKS1 nonsense" * 20)
            case "older":
                publish(home, collector, 4, {"languages": ["id"]})
        wait_for_look(kiosk)
        assert kiosk.loop.service.plan.languages == ("en",)
    assert len(records(home, "settings")) == 1


def test_opening_hours_dim_the_screen_say_when_it_opens_and_a_press_still_counts(
    home: Path, collector: Identity
) -> None:
    publish(home, collector, 1, {"opening_hours": {"tue": [["08:00", "16:00"]]}})
    with rig(home) as kiosk:
        wait_for_look(kiosk)
        assert isinstance(kiosk.view, MessageView)
        assert kiosk.view.dimmed
        assert "Selasa" in kiosk.view.text
        assert "08.00" in kiosk.view.text
        kiosk.press(3)
        assert kiosk.loop.service.state.step is Step.INVITATION
    (pulse,) = records(home, "response")
    assert pulse.body["outside_hours"] is True


def test_every_text_of_the_catalogue_can_be_set_to_itself() -> None:
    texts = {key: {"id": text} for key, text in catalogue("id").items() if not key.startswith("language.")}
    assert check({"texts": texts}).texts["id"]["idle.title"] == texts["idle.title"]["id"]


def test_a_version_is_judged_once_whatever_comes_under_its_number_later(
    home: Path, collector: Identity
) -> None:
    inbox = Inbox(home, kiosk="k-0001", verify=verifier(collector.public_key))
    publish(home, collector, 3, {"volume_percent": 30})
    news = inbox.look(0.0)
    assert news is not None
    assert (news.told.version, news.content is not None) == (3, True)
    for version, content in (
        (3, {"volume_percent": 31, "brightness_percent": 5}),
        (2, {}),
        (3, {"volume_percent": 600}),
    ):
        publish(home, collector, version, content)
        assert inbox.look(10.0 * version + len(content)) is None
    assert (inbox.version, inbox.refused) == (3, "")
    publish(home, collector, 4, {"volume_percent": 600})
    news = inbox.look(1_000.0)
    assert news is not None
    assert (news.told.version, news.content) == (4, None)
    assert "volume_percent" in inbox.refused
