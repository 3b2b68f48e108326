"""Addresses behind the log-in."""

from django.urls import path, re_path

from collector.desk.show import (
    followup,
    forums,
    home,
    jobs,
    kiosks,
    papers,
    pekppp,
    people,
    releases,
    services,
    weeks,
)

_PERIOD = r"(?P<period>[0-9]{4}(?:-[A-Za-z0-9]{1,4})?)"
_RELEASE = r"(?P<text>[A-Za-z0-9-]{8,12})"
_UNIT = r"(?P<code>[A-Za-z0-9._-]{1,40})"

_PLANS = rf"^meja/unit/{_UNIT}/tindak-lanjut/"
_PLAN = rf"{_PLANS}(?P<number>[0-9]{{1,6}})/"
_SERVICES = rf"^meja/unit/{_UNIT}/layanan/"

urlpatterns = [
    path("meja/", home.home, name="desk"),
    path("meja/minggu-ini/", weeks.week, name="desk-week"),
    path("meja/belum-melapor/", weeks.missing, name="desk-missing"),
    re_path(rf"^meja/ingatkan/{_UNIT}/{_PERIOD}/$", weeks.remind, name="desk-remind"),
    path("meja/kios/", kiosks.listed, name="desk-kiosks"),
    re_path(r"^meja/kios/(?P<name>[A-Za-z0-9._-]{1,32})/$", kiosks.one, name="desk-kiosk"),
    path("meja/rilis/", releases.listed, name="desk-releases"),
    re_path(rf"^meja/unit/{_UNIT}/{_PERIOD}/$", releases.one, name="desk-release"),
    re_path(rf"^meja/unit/{_UNIT}/{_PERIOD}/(?P<name>[a-z]+)/$", releases.act, name="desk-act"),
    re_path(rf"{_PLANS}$", followup.listed, name="desk-followup"),
    re_path(rf"{_PLANS}baru/$", followup.add, name="desk-plan-add"),
    re_path(rf"{_PLANS}laporan/$", followup.report, name="desk-report-day"),
    re_path(rf"{_PLANS}bukti/(?P<file>[0-9]{{1,12}})/$", followup.evidence, name="desk-evidence"),
    re_path(rf"{_PLAN}$", followup.one, name="desk-plan"),
    re_path(rf"{_PLAN}ubah/$", followup.correct, name="desk-plan-correct"),
    re_path(rf"{_PLAN}selesai/$", followup.done, name="desk-plan-done"),
    re_path(rf"{_PLAN}(?P<name>[a-z]+)/$", followup.act, name="desk-plan-act"),
    re_path(rf"^meja/unit/{_UNIT}/pekppp/$", pekppp.year, name="desk-pekppp-last"),
    re_path(rf"^meja/unit/{_UNIT}/pekppp/(?P<of>[0-9]{{4}})/$", pekppp.year, name="desk-pekppp"),
    re_path(
        rf"^meja/unit/{_UNIT}/pekppp/(?P<of>[0-9]{{4}})/folder/$", pekppp.download, name="desk-pekppp-folder"
    ),
    re_path(rf"^meja/unit/{_UNIT}/forum/$", forums.listed, name="desk-forums"),
    re_path(rf"^meja/unit/{_UNIT}/forum/baru/$", forums.add, name="desk-forum-add"),
    re_path(rf"{_SERVICES}$", services.listed, name="desk-services"),
    re_path(rf"{_SERVICES}baru/$", services.add, name="desk-service-add"),
    re_path(rf"{_SERVICES}impor/$", services.bring_in, name="desk-services-import"),
    re_path(rf"{_SERVICES}pengguna/$", services.users, name="desk-users"),
    re_path(
        rf"{_SERVICES}ubah/(?P<service>[A-Za-z0-9._-]{{1,40}})/$", services.change, name="desk-service-change"
    ),
    path("meja/rilis/berkas/", jobs.of_period, name="period-papers"),
    re_path(rf"^meja/rilis/{_RELEASE}/berkas/$", papers.listed, name="desk-papers"),
    re_path(rf"^meja/rilis/{_RELEASE}/berkas/semua/$", papers.everything, name="desk-papers-all"),
    re_path(
        rf"^meja/rilis/{_RELEASE}/berkas/(?P<file>[a-z0-9][a-z0-9.-]{{2,59}})$", papers.one, name="desk-paper"
    ),
    re_path(rf"^meja/rilis/{_RELEASE}/laporan/$", papers.report, name="desk-report"),
    re_path(rf"^meja/rilis/{_RELEASE}/laporan/unggah/$", papers.give_back, name="desk-report-back"),
    path("meja/pekerjaan/", jobs.listed, name="jobs"),
    path("meja/pekerjaan/<int:number>/", jobs.one, name="job"),
    path("meja/pekerjaan/<int:number>/batal/", jobs.cancel, name="cancel-job"),
    path("meja/pekerjaan/<int:number>/berkas.zip", jobs.file, name="job-file"),
    path("meja/akun/", people.listed, name="people"),
    path("meja/akun/undang/", people.invite, name="invite"),
    path("meja/akun/jabatan/<int:number>/serahkan/", people.hand_over, name="hand-over"),
    path("meja/akun/jabatan/<int:number>/akhiri/", people.end, name="end-office"),
    path("meja/akun/jabatan/<int:number>/kembali/", people.let_back, name="let-back"),
]
