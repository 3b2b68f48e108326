"""Addresses behind the log-in."""

from django.urls import URLPattern, path, re_path

from collector.desk.show import (
    alerts,
    complaint_reports,
    complaint_rooms,
    complaints,
    copying,
    fleet_sheets,
    followup,
    forums,
    home,
    jobs,
    kiosks,
    malls,
    numbers,
    papers,
    pekppp,
    people,
    regions,
    release_mails,
    releases,
    services,
    settings,
    speech,
    standards,
    tokens,
    unit_releases,
    units,
    visits,
    weeks,
)

_PERIOD = r"(?P<period>[0-9]{4}(?:-[A-Za-z0-9]{1,4})?)"
_RELEASE = r"(?P<text>[A-Za-z0-9-]{8,12})"
_UNIT = r"(?P<code>[A-Za-z0-9._-]{1,40})"

_COMPLAINT = r"^meja/pengaduan/(?P<number>[0-9]{1,12})/"
_PLANS = rf"^meja/unit/{_UNIT}/tindak-lanjut/"
_STANDARDS = rf"^meja/unit/{_UNIT}/standar/"
_STANDARD = rf"{_STANDARDS}layanan/(?P<service>[A-Za-z0-9._-]{{1,40}})/"
_MAKLUMAT = rf"^meja/unit/{_UNIT}/maklumat/"
_VISITS = rf"^meja/unit/{_UNIT}/kunjungan/"
_VISIT = rf"{_VISITS}(?P<number>[0-9]{{1,6}})/"
_PLAN = rf"{_PLANS}(?P<number>[0-9]{{1,6}})/"
_MALL = r"^meja/mal/(?P<code>[A-Za-z0-9._-]{1,40})/"
_SERVICES = rf"^meja/unit/{_UNIT}/layanan/"
_SETTING = r"^meja/setelan/(?P<kind>wilayah|unit|kios)/(?P<code>[A-Za-z0-9._-]{1,40})/"

pages: list[URLPattern] = [
    path("meja/", home.home, name="desk"),
    path("meja/minggu-ini/", weeks.week, name="desk-week"),
    path("meja/belum-melapor/", weeks.missing, name="desk-missing"),
    re_path(rf"^meja/ingatkan/{_UNIT}/{_PERIOD}/$", weeks.remind, name="desk-remind"),
    path("meja/kios/", kiosks.listed, name="desk-kiosks"),
    path("meja/setelan/", settings.listed, name="desk-settings"),
    re_path(r"^meja/setelan/(?P<kind>semua)/$", settings.one, name="desk-setting-all"),
    re_path(
        r"^meja/setelan/(?P<kind>semua)/(?P<key>[a-z_]{1,40})/$",
        settings.value,
        name="desk-setting-all-value",
    ),
    re_path(rf"{_SETTING}$", settings.one, name="desk-setting"),
    re_path(rf"{_SETTING}(?P<key>[a-z_]{{1,40}})/$", settings.value, name="desk-setting-value"),
    path("meja/wilayah/", regions.page, name="desk-regions"),
    path("meja/wilayah/periksa/", regions.check, name="desk-regions-check"),
    path("meja/wilayah/masukkan/", regions.take, name="desk-regions-take"),
    path("meja/armada/", fleet_sheets.page, name="desk-fleet-sheets"),
    path("meja/armada/periksa/", fleet_sheets.check, name="desk-fleet-check"),
    path("meja/armada/masukkan/", fleet_sheets.take, name="desk-fleet-take"),
    re_path(r"^meja/kios/(?P<name>[A-Za-z0-9._-]{1,32})/$", kiosks.one, name="desk-kiosk"),
    path("meja/peringatan/", alerts.listed, name="desk-alerts"),
    path("meja/peringatan/tangani/", alerts.take, name="desk-alert-take"),
    path("meja/peringatan/penerima/", alerts.told, name="desk-alert-receivers"),
    path("meja/peringatan/penerima/coba/", alerts.test, name="desk-alert-test"),
    path("meja/surel/", release_mails.own, name="release-mails"),
    path("meja/surel/simpan/", release_mails.keep, name="release-mails-keep"),
    path("meja/pengaduan/", complaints.listed, name="desk-complaints"),
    path("meja/pengaduan/kalender/", complaint_rooms.holidays, name="desk-calendar"),
    path("meja/pengaduan/aturan/", complaint_rooms.shown_rules, name="desk-complaint-rules"),
    path("meja/pengaduan/bulan/", complaint_reports.month, name="desk-complaint-month"),
    path("meja/pengaduan/rantai/", complaint_reports.chain, name="desk-complaint-chain"),
    re_path(rf"{_COMPLAINT}$", complaints.one, name="desk-complaint"),
    re_path(rf"{_COMPLAINT}(?P<name>isi|nomor)/$", complaints.read, name="desk-complaint-read"),
    re_path(rf"{_COMPLAINT}(?P<name>[a-z]+)/$", complaints.act, name="desk-complaint-act"),
    re_path(rf"^meja/unit/{_UNIT}/jawaban/$", complaint_rooms.templates, name="desk-answers"),
    path("meja/rilis/", releases.listed, name="desk-releases"),
    re_path(rf"^meja/unit/{_UNIT}/{_PERIOD}/$", releases.one, name="desk-release"),
    re_path(rf"^meja/unit/{_UNIT}/rilis/$", unit_releases.listed, name="desk-unit-releases"),
    path("meja/angka/", numbers.live, name="desk-numbers"),
    re_path(rf"^meja/unit/{_UNIT}/{_PERIOD}/jam/$", numbers.hours, name="desk-hours"),
    re_path(rf"^meja/unit/{_UNIT}/{_PERIOD}/(?P<name>[a-z]+)/$", releases.act, name="desk-act"),
    re_path(rf"{_PLANS}$", followup.listed, name="desk-followup"),
    re_path(rf"{_PLANS}baru/$", followup.add, name="desk-plan-add"),
    re_path(rf"{_PLANS}laporan/$", followup.report, name="desk-report-day"),
    re_path(rf"{_PLAN}$", followup.one, name="desk-plan"),
    re_path(rf"{_PLAN}ubah/$", followup.correct, name="desk-plan-correct"),
    re_path(rf"{_PLAN}selesai/$", followup.done, name="desk-plan-done"),
    re_path(rf"{_PLAN}(?P<name>[a-z]+)/$", followup.act, name="desk-plan-act"),
    re_path(rf"^meja/unit/{_UNIT}/pekppp/$", pekppp.year, name="desk-pekppp-last"),
    re_path(rf"^meja/unit/{_UNIT}/pekppp/(?P<of>[0-9]{{4}})/$", pekppp.year, name="desk-pekppp"),
    re_path(
        rf"^meja/unit/{_UNIT}/pekppp/(?P<of>[0-9]{{4}})/folder/$", pekppp.make, name="desk-pekppp-folder"
    ),
    re_path(rf"^meja/unit/{_UNIT}/forum/$", forums.listed, name="desk-forums"),
    re_path(rf"^meja/unit/{_UNIT}/forum/baru/$", forums.add, name="desk-forum-add"),
    re_path(rf"{_STANDARDS}$", standards.listed, name="desk-standards"),
    re_path(rf"{_STANDARD}$", standards.one, name="desk-standard"),
    re_path(rf"{_STANDARD}tulis/$", standards.write, name="desk-standard-write"),
    re_path(rf"{_MAKLUMAT}$", standards.write_promise, name="desk-maklumat"),
    re_path(
        rf"{_MAKLUMAT}(?P<number>[0-9]{{1,6}})/tarik-foto/$",
        standards.take_photo_back,
        name="desk-maklumat-photo",
    ),
    re_path(rf"{_VISITS}$", visits.listed, name="desk-visits"),
    re_path(rf"{_VISIT}$", visits.one, name="desk-visit"),
    re_path(rf"{_VISIT}tanggapan/$", visits.reply, name="desk-visit-reply"),
    path("meja/kunjungan/luring.js", visits.worker, name="desk-visit-worker"),
    re_path(rf"^meja/kunjungan/{_UNIT}/$", visits.check, name="desk-visit-check"),
    re_path(rf"^meja/unit/{_UNIT}/keadaan/$", units.one, name="desk-unit"),
    re_path(
        rf"^meja/unit/{_UNIT}/keadaan/(?P<name>akhiri|sembunyikan|kembalikan)/$",
        units.act,
        name="desk-unit-act",
    ),
    re_path(rf"{_SERVICES}$", services.listed, name="desk-services"),
    re_path(rf"{_SERVICES}baru/$", services.add, name="desk-service-add"),
    re_path(rf"{_SERVICES}impor/$", services.bring_in, name="desk-services-import"),
    re_path(rf"{_SERVICES}pengguna/$", services.users, name="desk-users"),
    re_path(
        rf"{_SERVICES}ubah/(?P<service>[A-Za-z0-9._-]{{1,40}})/$", services.change, name="desk-service-change"
    ),
    path("meja/mal/", malls.listed, name="desk-malls"),
    re_path(rf"{_MALL}$", malls.one, name="desk-mall"),
    re_path(rf"{_MALL}gerai/$", malls.tenant, name="desk-mall-tenant"),
    re_path(rf"{_MALL}gerai/(?P<unit>[A-Za-z0-9._-]{{1,40}})/akhiri/$", malls.leave, name="desk-mall-leave"),
    re_path(rf"{_MALL}izin/$", malls.agree, name="desk-mall-agree"),
    re_path(rf"{_MALL}izin/(?P<number>[0-9]{{1,9}})/tarik/$", malls.withdraw, name="desk-mall-withdraw"),
    re_path(rf"{_MALL}terbit/$", malls.publish, name="desk-mall-publish"),
    path("meja/rilis/berkas/", jobs.of_period, name="period-papers"),
    re_path(rf"^meja/rilis/{_RELEASE}/berkas/$", papers.listed, name="desk-papers"),
    re_path(rf"^meja/rilis/{_RELEASE}/berkas/semua/$", papers.everything, name="desk-papers-all"),
    re_path(rf"^meja/rilis/{_RELEASE}/lembar-salin/$", copying.sheet, name="desk-copying"),
    re_path(rf"^meja/rilis/{_RELEASE}/laporan/$", papers.report, name="desk-report"),
    re_path(rf"^meja/rilis/{_RELEASE}/laporan/unggah/$", papers.give_back, name="desk-report-back"),
    path("meja/pekerjaan/", jobs.listed, name="jobs"),
    path("meja/pekerjaan/<int:number>/", jobs.one, name="job"),
    path("meja/pekerjaan/<int:number>/batal/", jobs.cancel, name="cancel-job"),
    path("meja/akun/", people.listed, name="people"),
    path("meja/akun/undang/", people.invite, name="invite"),
    path("meja/akun/token/", tokens.listed, name="desk-tokens"),
    path("meja/akun/token/baru/", tokens.make, name="desk-token-make"),
    path("meja/akun/token/<int:number>/akhiri/", tokens.end, name="desk-token-end"),
    path("meja/akun/jabatan/<int:number>/serahkan/", people.hand_over, name="hand-over"),
    path("meja/akun/jabatan/<int:number>/akhiri/", people.end, name="end-office"),
    path("meja/akun/jabatan/<int:number>/kembali/", people.let_back, name="let-back"),
]
"""In both languages."""
urlpatterns: list[URLPattern] = [
    re_path(rf"{_PLANS}bukti/(?P<file>[0-9]{{1,12}})/$", followup.evidence, name="desk-evidence"),
    re_path(rf"{_STANDARD}lembar\.pdf$", standards.sheet, name="desk-standard-sheet"),
    re_path(rf"{_VISIT}foto/(?P<file>[0-9]{{1,12}})/$", visits.photo, name="desk-visit-photo"),
    re_path(
        rf"^meja/rilis/{_RELEASE}/berkas/(?P<file>[a-z0-9][a-z0-9.-]{{2,59}})$", papers.one, name="desk-paper"
    ),
    path("meja/pengaduan/rantai.csv", complaint_reports.chain_file, name="desk-complaint-chain-file"),
    re_path(rf"{_COMPLAINT}suara/(?P<recording>[0-9]{{1,3}})/$", speech.hear, name="desk-complaint-voice"),
    re_path(
        r"^meja/armada/(?P<name>(?:templat|armada)\.xlsx|[a-z]{4,8}\.csv)$",
        fleet_sheets.file,
        name="desk-fleet-file",
    ),
    path("meja/pekerjaan/<int:number>/berkas.zip", jobs.file, name="job-file"),
]
"""Files, which are of no language."""
