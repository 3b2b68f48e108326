"""The house stands: imports point one way, and each library stays in its room (docs/architecture.md)."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"survey", "hardware", "uplink", "kiosk", "collector"}

MAY_IMPORT = {
    "survey": set(),
    "hardware": set(),
    "uplink": {"survey"},
    "kiosk": {"survey", "hardware", "uplink"},
    "collector": {"survey"},
}
LIBRARIES = {
    "survey": set(),
    "hardware": {"gpiozero", "lgpio"},
    "uplink": {"tinydb", "paho", "requests", "cryptography"},
    "kiosk": {"pygame", "segno"},
    "collector": {"django", "paho", "cryptography", "msgspec", "psycopg", "segno", "whitenoise", "gunicorn"},
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
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
        for node in ast.walk(ast.parse(path.read_text())):
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


@pytest.mark.parametrize("package", ["survey", "hardware", "uplink", "kiosk"])
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
            for node in ast.walk(ast.parse("\n".join(lines))):
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
        if "migrations" not in path.parts and (count := len(path.read_text().splitlines())) > 400
    }
    assert long == {}
