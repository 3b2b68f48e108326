"""Addresses of log-in and of one's own account."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path

from collector.accounts.show import pages as shown

pages: list[URLPattern | URLResolver] = [
    path("akun/masuk/", account.login, name="account_login"),
    path("akun/keluar/", account.logout, name="account_logout"),
    path("akun/ulangi/", account.reauthenticate, name="account_reauthenticate"),
    path("akun/sandi/", account.password_change, name="account_change_password"),
    path("akun/berhenti/", account.account_inactive, name="account_inactive"),
    path("akun/faktor/", include("allauth.mfa.urls")),
    path("akun/sesi/", include("allauth.usersessions.urls")),
    path("akun/daftar/", shown.by_invitation, name="account_signup"),
    path("akun/lupa/", shown.by_invitation, name="account_reset_password"),
    path("akun/undangan/<str:secret>/", shown.invitation, name="invitation"),
    path("akun/surel/", shown.address, name="mail-address"),
    path("akun/kode/", shown.console_code, name="console-code"),
    path("akun/", shown.own, name="account"),
]
"""In both languages."""
urlpatterns: list[URLPattern] = [path("api/v1/trail", shown.trail_head, name="trail-head")]
