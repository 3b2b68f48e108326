"""Addresses behind the log-in."""

from django.urls import path, re_path

from collector.desk.show import home, people, releases, weeks

_PERIOD = r"(?P<period>[0-9]{4}(?:-[A-Za-z0-9]{1,4})?)"
_UNIT = r"(?P<code>[A-Za-z0-9._-]{1,40})"

urlpatterns = [
    path("meja/", home.home, name="desk"),
    path("meja/minggu-ini/", weeks.week, name="desk-week"),
    path("meja/belum-melapor/", weeks.missing, name="desk-missing"),
    re_path(rf"^meja/ingatkan/{_UNIT}/{_PERIOD}/$", weeks.remind, name="desk-remind"),
    path("meja/rilis/", releases.listed, name="desk-releases"),
    re_path(rf"^meja/unit/{_UNIT}/{_PERIOD}/$", releases.one, name="desk-release"),
    re_path(rf"^meja/unit/{_UNIT}/{_PERIOD}/(?P<name>[a-z]+)/$", releases.act, name="desk-act"),
    path("meja/akun/", people.listed, name="people"),
    path("meja/akun/undang/", people.invite, name="invite"),
    path("meja/akun/jabatan/<int:number>/serahkan/", people.hand_over, name="hand-over"),
    path("meja/akun/jabatan/<int:number>/akhiri/", people.end, name="end-office"),
    path("meja/akun/jabatan/<int:number>/kembali/", people.let_back, name="let-back"),
]
