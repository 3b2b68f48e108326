"""Enrolment, settings, state: who may speak for a kiosk, and what is believed of what it says."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from collector.errors import CollectorError, EnrolmentRefused
from collector.evidence.intake.rebuild import rebuild
from collector.evidence.models import Stream
from collector.fleet import checks, enrolment, publication, tree
from collector.fleet.models import Assignment, EnrolmentCode, Kiosk, KioskKey, KioskState, Unit
from collector.trust import ca, keys, public
from collector.trust.kinds import Use
from survey.wire.messages import unpack_settings
from tests.collector.clocks import stopped
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, csr
from tests.collector.hearing import hear

pytestmark = pytest.mark.django_db

NOW_MS = MORNING_MS + 3_600_000


def ask(client: Client, code: str, *, key: bytes | None = None, request: str | None = None) -> object:
    public_key = key or Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    body = {"code": code, "public_key": public_key.hex(), "csr": request or csr()}
    return client.post("/api/v1/enrol", json.dumps(body), content_type="application/json")


def test_a_code_gives_name_place_keys_and_certificate_once(unit: Unit, client: Client) -> None:
    tree.add_service(unit=unit, code="ktp", name="KTP")
    code = enrolment.new_code(unit, place=tree.place_of(unit))
    answer = ask(client, code.lower().replace("-", " "))
    assert answer.status_code == 200
    facts = answer.json()
    collector = public.read(settings.IKM_KEYS)
    assert (facts["kiosk"], facts["unit"]["code"], facts["timezone"]) == (
        "k-0001",
        "sukamaju",
        "Asia/Jakarta",
    )
    assert facts["services"] == [{"code": "ktp", "name": "KTP"}]
    assert (facts["collector_key"], facts["seal_key"]) == (
        collector.signing.hex(),
        collector.seal_key.hex(),
    )
    certificate = x509.load_pem_x509_certificate(facts["certificate"].encode())
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [one.value for one in names] == ["k-0001"]
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(facts["ca"].encode()))
    again = ask(client, code)
    assert (again.status_code, again.json()["code"]) == (403, "code")


def test_at_a_shared_place_a_neighbours_services_name_their_unit(unit: Unit) -> None:
    other = tree.add_unit(
        code="disdukcapil", name="Disdukcapil", region=unit.region, agency=None, time_zone="Asia/Jakarta"
    )
    place = tree.place_of(unit)
    tree.add_service(unit=unit, code="sku", name="Usaha")
    tree.add_service(unit=other, code="ktp", name="KTP")
    FakeKiosk.enrolled(other, place=place)
    assert publication.services_at(unit, place) == [
        {"code": "sku", "name": "Usaha", "unit_name": unit.name},
        {"code": "ktp", "name": "KTP", "unit": "disdukcapil", "unit_name": "Disdukcapil"},
    ]


def test_a_refused_enrolment_does_not_use_the_code_up(unit: Unit, client: Client) -> None:
    code = enrolment.new_code(unit, place=tree.place_of(unit))
    assert ask(client, code, request="junk").json()["code"] == "csr"
    assert ask(client, code, key=b"short").json()["code"] == "public_key"
    assert ask(client, code).status_code == 200


def test_a_code_grows_old(unit: Unit) -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    code = enrolment.new_code(unit, place=tree.place_of(unit), now=now)
    request = enrolment.Request(
        code=code, public_key=Ed25519PrivateKey.generate().public_key().public_bytes_raw(), csr=csr()
    )
    with pytest.raises(EnrolmentRefused, match="older than a day"):
        enrolment.enrol(request, now=now + timedelta(hours=25))


def test_codes_are_kept_as_digests_only(unit: Unit) -> None:
    code = enrolment.new_code(unit, place=tree.place_of(unit))
    assert code.replace("-", "").encode() not in bytes(EnrolmentCode.objects.get().digest)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"code":1}', b'{"code":"a","public_key":"zz","csr":""}', b"\xff"]
)
def test_nonsense_is_refused_plainly(db: None, client: Client, body: bytes) -> None:
    answer = client.post("/api/v1/enrol", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "enrolment_json")


def test_a_reimaged_card_gets_a_second_key_and_keeps_its_name(unit: Unit) -> None:
    first = FakeKiosk.enrolled(unit, name="k-0042")
    second = FakeKiosk.enrolled(unit, name="k-0042")
    assert (first.name, second.name) == ("k-0042", "k-0042")
    assert (Kiosk.objects.count(), KioskKey.objects.count(), Assignment.objects.count()) == (1, 2, 1)
    ended = KioskKey.objects.exclude(revoked_at=None).get()
    assert (bytes(ended.public_key), ended.revoked_why) == (first.public_key, "enrolled anew")


def test_the_old_card_ends_with_a_re_enrolment_and_what_it_earned_stays(
    unit: Unit, arrive: Callable[..., list[object]]
) -> None:
    old = FakeKiosk.enrolled(unit, name="k-0042")
    old.responses(4, 3)
    arrive(old.batch())
    new = FakeKiosk.enrolled(unit, name="k-0042")
    old.responses(1)
    other_life = FakeKiosk("k-0042", old.key)
    other_life.responses(1)
    new.responses(2)
    outcomes = arrive(old.batch(3, 3), other_life.batch(), new.batch())
    assert [getattr(one, "code", "taken") for one in outcomes] == ["kiosk_revoked", "kiosk_revoked", "taken"]
    assert rebuild(lambda _line: None) == 3


def test_no_kiosk_is_called_as_the_collector_itself(unit: Unit) -> None:
    with pytest.raises(CollectorError, match="cannot be called 'collector'"):
        enrolment.new_code(unit, place=tree.place_of(unit), kiosk="collector")
    code = enrolment.new_code(unit, place=tree.place_of(unit))
    EnrolmentCode.objects.update(kiosk_name="collector")  # a code from a version that knew no better
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(EnrolmentRefused, match="cannot be called 'collector'"):
        enrolment.enrol(enrolment.Request(code=code, public_key=key, csr=csr()))
    assert Kiosk.objects.count() == 0


def test_settings_are_signed_versioned_and_given_out(kiosk: FakeKiosk, client: Client) -> None:
    one = Kiosk.objects.get()
    assert publication.publish(one, changes={}).version == 1
    publication.publish(one, changes={"volume_percent": 60})
    verify = keys.verifier(public.read(settings.IKM_KEYS).signing)
    given = unpack_settings(client.get(f"/api/v1/settings/{kiosk.name}").content, verify)
    assert (given.version, given.content["volume_percent"]) == (2, 60)
    assert [(name, message) for _, name, message in publication.unpublished()] == [
        (kiosk.name, publication.in_force(kiosk.name))
    ]
    publication.mark_published(pk for pk, _, _ in publication.unpublished())
    assert publication.unpublished() == []
    assert client.get("/api/v1/settings/k-9999").status_code == 404
    tag = client.get(f"/api/v1/settings/{kiosk.name}")["ETag"]
    unchanged = client.get(f"/api/v1/settings/{kiosk.name}", headers={"if-none-match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    publication.publish(one, changes={"volume_percent": 70})
    assert client.get(f"/api/v1/settings/{kiosk.name}", headers={"if-none-match": tag}).status_code == 200


def test_a_heartbeat_proves_how_far_a_kiosk_has_written(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    kiosk.responses(4, 3, 2)
    arrive(kiosk.batch(1, 1))
    assert hear(kiosk.name, kiosk.state(3), now_ms=NOW_MS) is None
    assert hear(kiosk.name, kiosk.state(2), now_ms=NOW_MS) is None
    assert Stream.objects.get().heard_seq == 3
    assert hear(kiosk.name, b'{"online":false}', now_ms=NOW_MS) is None
    known = KioskState.objects.get()
    assert (known.online, known.health) == (False, {"disk": "ok"})


@pytest.mark.parametrize("changes", [{"seq": 9, "signature": "AAAA"}, {"link": "x"}, {"stream": "no"}])
def test_a_head_the_kiosk_did_not_sign_is_refused(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]], changes: dict[str, object]
) -> None:
    kiosk.responses(4)
    arrive(kiosk.batch())
    assert hear(kiosk.name, kiosk.state(1, changes=changes), now_ms=NOW_MS) == "state_head"
    assert (Stream.objects.get().heard_seq, KioskState.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "payload, code",
    [
        (b"", "state_json"),
        (b"[1]", "state_json"),
        (b'{"online":"yes"}', "state_json"),
        (b'{"online":true,"health":{"a":"\\u0000"}}', "state_json"),
        (b"x" * 20_000, "state_size"),
        (b"[" * 5_000, "state_json"),
    ],
)
def test_a_state_that_cannot_be_read_is_refused(kiosk: FakeKiosk, payload: bytes, code: str) -> None:
    assert hear(kiosk.name, payload, now_ms=NOW_MS) == code


def test_a_strangers_state_is_refused(db: None) -> None:
    assert hear("k-9999", b'{"online":true}', now_ms=NOW_MS) == "kiosk_unknown"


@pytest.mark.parametrize("code", ["18", "18.01", "18.01.05", "18.01.05.2003", "91.03.01.3001"])
def test_regions_have_kemendagri_codes(db: None, code: str) -> None:
    assert tree.add_region(code).pk == code


@pytest.mark.parametrize("code", ["", "1801", "18.1", "18.01.05.4003", "18.01.05.20031", "Lampung"])
def test_other_region_codes_are_refused(db: None, code: str) -> None:
    with pytest.raises(CollectorError, match="Kemendagri"):
        tree.add_region(code)


def test_a_unit_is_added_by_its_command_and_renamed_by_it(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Balai Lama", "Balai Baru"):
        call_command("unit", "add", "--code", "baru", "--name", name, "--region", "18.01.05.2003")
    assert list(Unit.objects.values_list("name", "region")) == [("Balai Baru", "18.01.05.2003")]
    with pytest.raises(CommandError, match="is not known here"):
        call_command("enrol", "--unit", "nowhere")


def test_a_revoked_kiosk_shows_as_such(kiosk: FakeKiosk, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("kiosk", "revoke", kiosk.name, "--why", "stolen")
    call_command("kiosk", "list")
    assert (
        capsys.readouterr().out.splitlines()[-1]
        == f"{kiosk.name}  sukamaju at sukamaju  never heard  settings 1 sent  REVOKED"
    )


@pytest.mark.parametrize(
    "name, value, code",
    [
        ("TIME_ZONE", "Asia/Jakarta", "fleet.E001"),
        ("USE_TZ", False, "fleet.E001"),
        ("IKM_TIME_ZONE", "WIB", "fleet.E002"),
    ],
)
def test_settings_that_would_store_local_times_are_refused(
    settings: object, name: str, value: object, code: str
) -> None:
    assert checks.check_times(None) == []
    setattr(settings, name, value)
    assert [one.id for one in checks.check_times(None)] == [code]


def test_a_kiosks_certificate_lives_for_five_years_and_an_authoritys_for_twenty(unit: Unit) -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    with stopped(now):
        text = ca.issue(settings.IKM_KEYS, csr_pem=csr(), name="k-0001", use=Use.KIOSK)
    certificate = x509.load_pem_x509_certificate(text.encode())
    assert certificate.not_valid_before_utc == now - timedelta(days=1), "a kiosk's clock may be behind"
    assert certificate.not_valid_after_utc == now + timedelta(days=5 * 365)
    authority = x509.load_pem_x509_certificate((settings.IKM_KEYS / "ca.crt").read_bytes())
    assert authority.not_valid_after_utc - certificate.not_valid_after_utc > timedelta(days=14 * 365)
