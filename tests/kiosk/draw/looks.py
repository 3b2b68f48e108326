"""The look of a kiosk with its default settings."""

from kiosk.app import look_of
from kiosk.config import Config

LOOK = look_of(Config().screen)
