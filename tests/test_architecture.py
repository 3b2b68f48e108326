"""The house stands: imports point one way, and each library stays in its room (docs/architecture.md)."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"survey", "hardware", "uplink", "kiosk", "collector", "witness"}

MAY_IMPORT = {
    "survey": set(),
    "hardware": set(),
    "uplink": {"survey"},
    "kiosk": {"survey", "hardware", "uplink"},
    "collector": {"survey"},
    "witness": {"survey"},
}
LIBRARIES = {
    "survey": set(),
    "hardware": {"gpiozero", "lgpio"},
    "uplink": {"tinydb", "paho", "requests", "cryptography"},
    "kiosk": {"pygame", "segno"},
    "witness": {"cryptography"},
    "collector": {
        "django", "paho", "cryptography", "msgspec", "psycopg", "segno", "whitenoise", "gunicorn", "typst", "xlsxwriter", "pikepdf",
        "PIL", "allauth", "docx", "docxtpl", "jinja2", "lxml", "holidays", "requests", "ninja",
    },
}  # fmt: skip


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All of a module; read once, for every rule looks at all modules."""
    return tuple(ast.walk(ast.parse(path.read_text())))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module.partition(".")[0]


@pytest.mark.parametrize("package", sorted(OURS))
def test_a_package_imports_only_what_it_may(package: str) -> None:
    allowed = {package} | MAY_IMPORT[package] | LIBRARIES[package] | set(sys.stdlib_module_names)
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for line, name in imported(path)
        if name not in allowed
    ]
    assert wrong == []


def test_the_walk_sees_every_package() -> None:
    for package in OURS:
        assert len(modules(package)) > 1, package


def test_the_walk_sees_imports_inside_functions(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def late():\n    from collector import settings\n    import uplink.journal.journal\n")
    assert list(imported(module)) == [(2, "collector"), (3, "uplink")]


def rooms_of(package: Path) -> dict[str, dict[str, str]]:
    """For each room of a package (a folder or a module at its top) the rooms it imports, each with one place where."""
    graph: dict[str, dict[str, str]] = {}
    for path in sorted(package.rglob("*.py")):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        for node in nodes(path):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module == package.name:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for first, _, rest in (name.partition(".") for name in names):
                other = rest.partition(".")[0]
                if first == package.name and other not in ("", room):
                    where = f"{path.relative_to(package.parent)}:{getattr(node, 'lineno', 0)}"
                    graph.setdefault(room, {}).setdefault(other, where)
    return graph


def circle(graph: dict[str, dict[str, str]]) -> list[str]:
    """Every arrow that lies on a circle, with the place of the import."""

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            fresh = graph.get(waiting.pop(), {}).keys() - found
            found |= fresh
            waiting += fresh
        return found

    reach = {room: reached(room) for room in graph}
    return sorted(
        f"{room} -> {other} ({where})"
        for room, others in graph.items()
        for other, where in others.items()
        if room in reach.get(other, ())
    )


@pytest.mark.parametrize("package", ["survey", "hardware", "uplink", "kiosk", "witness"])
def test_no_circle_joins_the_rooms_of_a_package(package: str) -> None:
    graph = rooms_of(ROOT / package)
    assert graph, "the walk sees imports"
    assert circle(graph) == []


def test_a_circle_is_found_also_inside_functions(tmp_path: Path) -> None:
    house = tmp_path / "house"
    (house / "hall").mkdir(parents=True)
    (house / "hall" / "door.py").write_text("from house.attic import roof\nfrom house import cellar\n")
    (house / "attic.py").write_text("roof = 1\n")
    (house / "cellar.py").write_text("def stairs():\n    import house.hall.door\n")
    assert circle(rooms_of(house)) == [
        "cellar -> hall (house/cellar.py:2)",
        "hall -> cellar (house/hall/door.py:2)",
    ]


def test_the_kiosk_has_few_rooms_and_short_modules() -> None:
    rooms = [
        path.stem
        for path in (ROOT / "kiosk").iterdir()
        if path.suffix in ("", ".py") and not path.name.startswith("__")
    ]
    assert len(rooms) <= 16, sorted(rooms)
    for folder in ("show", "draw"):
        assert len(list((ROOT / "kiosk" / folder).glob("*.py"))) <= 12, folder
    long = [
        f"{path.relative_to(ROOT)}: {count}"
        for package in ("kiosk", "hardware", "survey/visit")
        for path in (ROOT / package).rglob("*.py")
        if (count := len(path.read_text().splitlines())) > 350
    ]
    assert long == []


def test_an_import_inside_a_function_gives_its_reason() -> None:
    wrong = []
    for package in OURS:
        for path in modules(package):
            lines = path.read_text().splitlines()
            for node in nodes(path):
                if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    continue
                wrong += [
                    f"{path.relative_to(ROOT)}:{inner.lineno}"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                    and "#" not in "".join(lines[inner.lineno - 1 : (inner.end_lineno or inner.lineno)])
                ]
    assert wrong == []


def test_no_module_outgrows_its_idea() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for package in OURS
        for path in modules(package)
        if "migrations" not in path.parts and (count := len(path.read_text().splitlines())) > 350
    }
    assert long == {}


# Inside `uplink`: two processes, and only one of them has the key.

KEY_HOLDERS = {
    "uplink.journal.identity",
    "uplink.journal.journal",
    "uplink.journal.writer",
    "uplink.journal.table",
    "uplink.journal.segments.storage",
    "uplink.journal.segments.recovery",
}
"""What the process with the network must never load, by whatever way."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def ours(path: Path, known: set[str]) -> set[str]:
    """The modules of ours that a module imports, at the top or inside a function."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found & known


def imports_of(*packages: str) -> dict[str, set[str]]:
    known = {module_name(path): path for package in packages for path in modules(package)}
    return {name: ours(path, set(known)) for name, path in known.items()}


def reached(start: str, arrows: dict[str, set[str]]) -> set[str]:
    """Everything that comes along when `start` is imported."""
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += arrows[name]
    return seen


def test_the_process_with_the_network_imports_nothing_that_can_hold_the_key() -> None:
    arrows = imports_of("survey", "uplink")
    forwarder = [name for name in arrows if name.startswith("uplink.forwarder")]
    assert len(forwarder) > 10
    wrong = {name: found for name in forwarder if (found := reached(name, arrows) & KEY_HOLDERS)}
    assert wrong == {}


@pytest.mark.parametrize(
    "program", ["uplink.forwarder.app", "uplink.forwarder.enrol", "kiosk.commands.uplink"]
)
def test_the_process_with_the_network_loads_nothing_that_can_hold_the_key(program: str) -> None:
    every = [module_name(path) for path in modules("uplink/forwarder")]
    wanted = every if program.startswith("uplink") else [program]
    code = f"import {program}, {', '.join(wanted)}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert program in loaded
    assert loaded & (KEY_HOLDERS | {"tinydb"}) == set()


def test_there_is_no_circle_in_uplink() -> None:
    arrows = imports_of("uplink")
    circles = {
        name for name, imported in arrows.items() if any(name in reached(one, arrows) for one in imported)
    }
    assert circles == set()


def test_the_files_of_the_journal_know_nothing_of_the_journal() -> None:
    arrows = imports_of("uplink")
    for name, imported in arrows.items():
        if name.startswith("uplink.journal.segments"):
            assert {one for one in imported if not one.startswith("uplink.journal.segments")} <= {
                "uplink.errors"
            }, name
        elif name.startswith("uplink.journal"):
            assert not {one for one in imported if one.startswith("uplink.forwarder")}, name


COLLECTOR_GROUND = {
    "words",
    "errors",
    "clock",
    "local",
    "statements",
    "language",
    "database",
    "servers",
    "notify",
    "settings",
    "wsgi",
    "headers",
    "pictures",
    "mail",
    "unpacking",
}
COLLECTOR_ORDER = (
    {"people"},
    {"trust"},
    {"fleet"},
    {"accounts"},
    {"evidence"},
    {"log"},
    {"scores", "complaints"},
    {"challenges"},
    {"releases"},
    {"followup", "opendata", "visits"},
    {"papers"},
    {"standards", "handover"},
    {"pekppp"},
    {"jobs"},
    {"alerts"},
    {"api"},
    {"desk"},
    {"console"},
    {"manage", "urls"},
)
"""Each room may import those before it, and the ground; rooms beside each other know nothing of each other."""
GROUND_MAY_IMPORT = {
    "errors": {"words"},
    "settings": {"database", "mail"},
    "pictures": {"errors"},
    "language": {"words"},
}
MOST_ROOMS = {"collector/scores": 12, "collector/evidence": 12, "survey": 8}


def rooms(path: Path) -> Iterator[tuple[int, str]]:
    """Give the collector's own rooms that a module imports."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (
                (node.lineno, alias.name.split(".")[1])
                for alias in node.names
                if alias.name.startswith("collector.")
            )
        elif isinstance(node, ast.ImportFrom) and node.module == "collector":
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("collector."):
            yield node.lineno, str(node.module).split(".")[1]


def collector_room(path: Path) -> str:
    return path.relative_to(ROOT / "collector").parts[0].removesuffix(".py")


def allowed_in(room: str) -> set[str]:
    if room in COLLECTOR_GROUND:
        return {room} | GROUND_MAY_IMPORT.get(room, set())
    below: set[str] = set()
    for level in COLLECTOR_ORDER:
        if room in level:
            return COLLECTOR_GROUND | below | {room}
        below |= level
    raise AssertionError(f"collector/{room} has no place in the order: give it one in COLLECTOR_ORDER")


def test_no_room_of_the_collector_imports_a_higher_one() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports collector.{room}"
        for path in modules("collector")
        if path != ROOT / "collector" / "__init__.py"
        for line, room in rooms(path)
        if room not in allowed_in(collector_room(path))
    ]
    assert wrong == []


def test_evidence_knows_its_projections_only_by_what_they_registered() -> None:
    for room in ("scores", "complaints", "console"):
        assert room not in allowed_in("evidence")


def test_the_walk_sees_every_kind_of_import_of_a_room(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "from collector import clock\nimport collector.fleet.tree\nfrom collector.scores.ask import latest\n"
    )
    assert list(rooms(module)) == [(1, "clock"), (2, "fleet"), (3, "scores")]


@pytest.mark.parametrize("package", sorted(MOST_ROOMS))
def test_a_package_has_few_rooms_at_its_top(package: str) -> None:
    folder = ROOT / package
    found = [
        entry.name
        for entry in folder.iterdir()
        if (entry.suffix == ".py" and entry.name != "__init__.py") or (entry / "__init__.py").exists()
    ]
    assert len(found) <= MOST_ROOMS[package], sorted(found)


_CLOCKS = {
    ("timezone", "now"), ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"),
}  # fmt: skip


def test_only_one_module_of_the_collector_reads_the_clock() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in modules("collector")
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in _CLOCKS
    }
    assert found == {"collector/clock.py"}


def test_only_the_holder_of_the_keys_loads_private_keys() -> None:
    """Listener, pages and import run as users that can read none: whoever loads one there fails in the field only."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in modules("collector")
        for node in nodes(path)
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "load"
            and getattr(node.value, "id", "") == "keys"
        )
        or (isinstance(node, ast.alias) and node.name == "KeysAtHand")
        or (
            isinstance(node, ast.Attribute) and node.attr == "issue" and getattr(node.value, "id", "") == "ca"
        )
    }
    assert found == {
        "collector/trust/at_hand.py",
        "collector/trust/keyholder.py",
        "collector/trust/keeper/command.py",
        "collector/trust/keeper/server.py",
    }


def test_the_keeper_holds_keys_and_little_else() -> None:
    code = "import sys, collector.trust.keeper.command; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "collector.trust.keeper.server" in loaded
    assert (
        not {"django.db", "django.http", "collector.evidence", "collector.people", "paho", "gunicorn"}
        & loaded
    )


def test_strangers_tools_load_neither_django_nor_anything_of_the_collector() -> None:
    code = "import sys, witness.verify.command, witness.cosign.command; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "witness" in loaded
    assert not {"django", "collector", "uplink", "kiosk", "requests", "msgspec", "paho"} & loaded
