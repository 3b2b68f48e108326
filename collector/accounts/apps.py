"""The accounts' place among Django's apps."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Offices that accounts hold, and the links by which people come to them."""

    name = "collector.accounts"
    label = "accounts"
