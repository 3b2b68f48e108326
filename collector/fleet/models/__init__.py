"""The tree of units, and the kiosks that stand in it."""

from collector.fleet.models.kiosks import (
    Assignment,
    EnrolmentCode,
    Kiosk,
    KioskEnding,
    KioskKey,
    KioskState,
    OfferedPlace,
    WantedKiosk,
)
from collector.fleet.models.regions import Region, RegionChange, RegionEdition
from collector.fleet.models.settings import KioskSettings, SettingsReport, SetValue
from collector.fleet.models.units import Agency, Counter, Place, Service, Tenant, Unit

__all__ = [
    "Agency",
    "Assignment",
    "Counter",
    "EnrolmentCode",
    "Kiosk",
    "KioskEnding",
    "KioskKey",
    "KioskSettings",
    "KioskState",
    "OfferedPlace",
    "Place",
    "Region",
    "RegionChange",
    "RegionEdition",
    "Service",
    "SetValue",
    "SettingsReport",
    "Tenant",
    "Unit",
    "WantedKiosk",
]
