"""Sealing keys and kiosks: a new key goes out with the settings, and an old one is kept until every kiosk has let go of it."""

from django.conf import settings

from collector.fleet import setting
from collector.fleet.models import Kiosk, KioskKey, KioskSettings, SettingsReport
from collector.trust import keyholder, public
from collector.trust.kinds import Errand
from collector.trust.public import SealingKey
from survey.wire.sealing import SEAL_KEY


def rotate(errand: Errand) -> tuple[str, int]:
    """Make a new sealing key and have it signed into every kiosk's settings; gives its id, and to how many kiosks it goes.

    The caller's transaction holds the settings; those of many are signed in steps behind it. Where it fails behind this, the key is
    there, and any later `publish` sends it.
    """
    made = keyholder.held().make_sealing_key(errand=errand)
    standing = Kiosk.objects.filter(pk__in=KioskKey.objects.filter(revoked_at=None).values("kiosk"))
    setting.renew(standing)
    return made, standing.count()


def may_still_seal_to(key_id: str) -> list[str]:
    """Give the names of the kiosks that may still seal to this key, or hold something sealed to it that has not come in.

    A kiosk has let go once it was enrolled after a newer key was made, or has reported that it applied settings with a newer one:
    that report is a record, so whatever it had sealed before has come in before.
    """
    known = public.read(settings.IKM_KEYS).sealing
    newer = known[[one.id for one in known].index(key_id) + 1 :]
    if not newer:
        return list(Kiosk.objects.order_by("name").values_list("name", flat=True))
    held = KioskKey.objects.filter(revoked_at=None).select_related("kiosk").order_by("kiosk__name")
    return [key.kiosk.name for key in held if not _has_let_go(key, newer)]


def _has_let_go(key: KioskKey, newer: tuple[SealingKey, ...]) -> bool:
    if round(key.enrolled_at.timestamp() * 1000) >= newer[0].made_ms:
        return True
    streams = key.streams.values_list("pk", flat=True)
    applied = SettingsReport.objects.filter(kiosk_id=key.kiosk_id, stream_id__in=streams, applied=True)
    versions = set(applied.values_list("version", flat=True))
    contents = KioskSettings.objects.filter(kiosk_id=key.kiosk_id, version__in=versions)
    keys = {one.public_key for one in newer}
    return any(content.get(SEAL_KEY) in keys for content in contents.values_list("content", flat=True))
