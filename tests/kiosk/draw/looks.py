"""The look of a kiosk with its default settings."""

from kiosk.config import Config
from kiosk.fitted.opening import look_of

LOOK = look_of(Config().screen)
