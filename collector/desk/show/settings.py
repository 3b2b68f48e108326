"""Settings at the desk, layer by layer: what holds where, where it comes from, and what has become of it; administrators change it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from collector.accounts import roles
from collector.accounts.models import Office
from collector.desk import kiosk_words, setting_words
from collector.desk.setting_words import Row, ValueForm
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.evidence.kiosks import known
from collector.evidence.needs import standing_now
from collector.fleet import layers, setting
from collector.fleet.layers import ALL, EVERY, KIOSK, REGION, UNIT, Layer
from collector.fleet.models import Kiosk, SetValue
from collector.fleet.publication import DEFAULTS
from collector.language import say_here

ROWS = 40
_SHOWN = 20
_KINDS = {"semua": ALL, "wilayah": REGION, "unit": UNIT, "kios": KIOSK}
_NAMES = {kind: name for name, kind in _KINDS.items()}


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show where something is set, within reach, and lead to any layer."""
    offices = _offices(request)
    words = "".join(filter(str.isprintable, request.GET.get("di", "")))[:40].strip()
    if words:
        for layer in (Layer(REGION, words), Layer(UNIT, words), Layer(KIOSK, words)):
            if _is_seen(request, layer):
                return redirect(_path(layer))
        messages.error(request, say_here("setting.nowhere", text=words))
    found = _in_reach(offices)
    places = found.order_by("layer", "of").values_list("layer", "of").distinct()
    page = Paginator(places, ROWS).get_page(request.GET.get("page"))
    kiosks = _kiosks(offices)
    context = {
        "words": words,
        "page": page,
        "lines": [_line(Layer(kind, code), found) for kind, code in page],
        "own": [(setting_words.layer_words(one), _path(one)) for one in _own(offices)],
        "due": kiosks.filter(due=True).count(),
        "unsigned": _unsigned(kiosks),
    }
    return render(request, "desk/settings.html", context)


@login_required
@require_safe
def one(request: HttpRequest, kind: str, code: str = "") -> HttpResponse:
    """Show what holds in a layer and where each value comes from."""
    return _page(request, _seen(request, kind, code))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def value(request: HttpRequest, kind: str, key: str, code: str = "") -> HttpResponse:
    """Ask for a value of a layer, set it, or clear it."""
    layer = _seen(request, kind, code)
    if key not in setting_words.keys_of(layer):
        raise Http404(key)
    if not _may_change(request, layer, key):
        raise PermissionDenied
    placed = layers.in_force(layers.over(layer)).get(key)
    held = placed.value if placed is not None else DEFAULTS.get(key)
    form = ValueForm(request.POST if request.method == "POST" else None, key=key, value=held)
    if request.method == "POST" and ("clear" in request.POST or form.is_valid()):
        try:
            wanted = None if "clear" in request.POST else form.value()
            done = setting.change(layer, {key: wanted}, who=request.user.get_username())
        except (CollectorError, ValueError) as error:
            form.add_error(None, refused(error) if isinstance(error, CollectorError) else str(error))
        else:
            said = "same" if not done.keys else "signed" if done.signed else "in_steps"
            messages.success(request, say_here(f"setting.{said}", number=done.kiosks))
            return redirect(_path(layer))
    context = {
        "form": form,
        "label": setting_words.label(key),
        "where": setting_words.layer_words(layer),
        "path": _path(layer),
        "kiosks": layers.kiosks_of(layer).count(),
        "held": setting_words.value_words(key, held),
        "is_own": placed is not None and placed.layer == layer,
        "comes_from": setting_words.layer_words(placed.layer) if placed is not None else "",
    }
    return render(request, "desk/setting_value.html", context, status=400 if form.errors else 200)


def _page(request: HttpRequest, layer: Layer) -> HttpResponse:
    above = layers.over(layer)
    held = layers.in_force(above)
    rows = []
    for key in setting_words.keys_of(layer):
        placed = held.get(key)
        words = setting_words.value_words(key, placed.value if placed is not None else DEFAULTS.get(key))
        where = setting_words.layer_words(placed.layer) if placed is not None else ""
        is_own = placed is not None and placed.layer == layer
        may = _may_change(request, layer, key)
        rows.append(
            Row(key, setting_words.label(key), words, placed.layer if placed else None, where, is_own, may)
        )
    nearer = layers.nearer(layer)
    kiosks = layers.kiosks_of(layer)
    context = {
        "layer": layer,
        "name": setting_words.layer_words(layer),
        "path": _path(layer),
        "above": [
            (setting_words.layer_words(one), _path(one) if _is_seen(request, one) else "")
            for one in reversed(above[1:])
        ],
        "rows": rows,
        "changes": any(row.may_change for row in rows),
        "nearer": [_line(Layer(kind, code), nearer) for kind, code in _places(nearer)[:_SHOWN]],
        "nearer_more": max(0, _places(nearer).count() - _SHOWN),
        "kiosks": kiosks.count(),
        "names": setting_words.kiosks_at(layer),
        "due": kiosks.filter(due=True).count(),
        "unsigned": _unsigned(kiosks),
    }
    if layer.kind == KIOSK:
        (told,) = known(Kiosk.objects.filter(name=layer.code))
        context["state"] = kiosk_words.settings_words(told.settings, told.zone)
        context["refused"] = told.settings.refused
    return render(request, "desk/setting_layer.html", context)


def _places(found: QuerySet[SetValue]) -> QuerySet[SetValue, tuple[str, str]]:
    return found.order_by("layer", "of").values_list("layer", "of").distinct()


def _line(layer: Layer, among: QuerySet[SetValue]) -> dict[str, object]:
    """Give a layer in which something is set, as lists say it."""
    own = list(among.filter(layer=layer.kind, of=layer.code).order_by("key"))
    newest = max(own, key=lambda row: row.set_at)
    return {
        "name": setting_words.layer_words(layer),
        "path": _path(layer),
        "values": [
            (setting_words.label(row.key), setting_words.value_words(row.key, row.value)) for row in own
        ],
        "by": newest.set_by,
        "at": newest.set_at,
    }


def _unsigned(kiosks: QuerySet[Kiosk]) -> list[tuple[str, str]]:
    found = kiosks.exclude(unsigned_why="").order_by("name")
    return list(found.values_list("name", "unsigned_why")[:_SHOWN])


def _path(layer: Layer) -> str:
    if layer.kind == ALL:
        return reverse("desk-setting-all", args=[_NAMES[ALL]])
    return reverse("desk-setting", args=[_NAMES[layer.kind], layer.code])


def _offices(request: HttpRequest) -> list[Office]:
    offices = roles.held(request.user, roles.OFFICERS)
    if not offices:
        raise PermissionDenied
    return offices


def _seen(request: HttpRequest, kind: str, code: str) -> Layer:
    """Give a layer in reach; to whom it is not there is none."""
    _offices(request)
    layer = Layer(_KINDS[kind], code)
    if not _is_seen(request, layer):
        raise Http404(code)
    return layer


def _is_seen(request: HttpRequest, layer: Layer) -> bool:
    return _reaches(request, layer, roles.OFFICERS)


def _may_change(request: HttpRequest, layer: Layer, key: str) -> bool:
    return _reaches(request, layer, (roles.ADMINISTRATOR,), key)


def _reaches(request: HttpRequest, layer: Layer, who: tuple[str, ...], key: str = "") -> bool:
    try:
        layers.find(layer.kind, layer.code)
    except CollectorError:
        return False
    kind, code = setting.office_over(layer, (key,))
    return roles.reaches(request.user, who, kind=kind, code=code)


def _own(offices: list[Office]) -> list[Layer]:
    """Give the layers that offices hold over."""
    found: dict[Layer, None] = {}
    for office in offices:
        if office.unit is not None:
            found[Layer(UNIT, office.unit.code)] = None
        elif office.region is not None:
            found[Layer(REGION, office.region.pk)] = None
        elif office.agency is None:
            found[EVERY] = None
    return list(found)


def _kiosks(offices: list[Office]) -> QuerySet[Kiosk]:
    return standing_now(roles.units_of(offices))


def _in_reach(offices: list[Office]) -> QuerySet[SetValue]:
    """Give what is set in layers that offices reach."""
    own = _own(offices)
    if EVERY in own:
        return SetValue.objects.all()
    units = roles.units_of(offices)
    kiosks = Kiosk.objects.filter(stands__in=units.values("pk"))
    found = Q(layer=UNIT, of__in=units.values("code")) | Q(layer=KIOSK, of__in=kiosks.values("name"))
    for layer in own:
        if layer.kind == REGION:
            found |= Q(layer=REGION, of=layer.code) | Q(layer=REGION, of__startswith=f"{layer.code}.")
    return SetValue.objects.filter(found)
