"""Addresses of log-in and of one's own account."""

from allauth.account import views as account
from django.urls import include, path

from collector.accounts.show import pages

urlpatterns = [
    path("akun/masuk/", account.login, name="account_login"),
    path("akun/keluar/", account.logout, name="account_logout"),
    path("akun/ulangi/", account.reauthenticate, name="account_reauthenticate"),
    path("akun/sandi/", account.password_change, name="account_change_password"),
    path("akun/berhenti/", account.account_inactive, name="account_inactive"),
    path("akun/faktor/", include("allauth.mfa.urls")),
    path("akun/sesi/", include("allauth.usersessions.urls")),
    path("akun/daftar/", pages.by_invitation, name="account_signup"),
    path("akun/lupa/", pages.by_invitation, name="account_reset_password"),
    path("akun/undangan/<str:secret>/", pages.invitation, name="invitation"),
    path("akun/surel/", pages.address, name="mail-address"),
    path("akun/kode/", pages.console_code, name="console-code"),
    path("api/v1/trail", pages.trail_head, name="trail-head"),
    path("akun/", pages.own, name="account"),
]
