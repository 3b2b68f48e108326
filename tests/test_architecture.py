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


_CLOCKS = {
    ("timezone", "now"), ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"),
}  # fmt: skip


def test_only_one_module_of_the_collector_reads_the_clock() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in modules("collector")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in _CLOCKS
    }
    assert found == {"collector/clock.py"}
