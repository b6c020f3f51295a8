"""The layers of the package: imports go one way, in the source and in a fresh interpreter."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "regtui"
FILES = sorted(PACKAGE.rglob("*.py"))

LEVELS = (
    {"outcome", "text", "clock", "frozen", "garbage"},
    {"outlet", "gotext", "gojson", "challenge", "redaction", "outfile", "allowing"},
    {"settings", "cache", "history", "asked"},
    {"reference"},
    {"host"},
    {"engines", "registry", "daemon"},
    {"events", "options", "stored", "lookups", "seen", "recorded_host"},
    {"session", "records", "stored_podman", "stored_containerd", "ssh"},
    {"stores"},
    {"spectator", "survey", "kept", "beside", "planner"},
    {"attempt", "health"},
    {"resolve", "report"},
    {"recording", "mirrors"},
    {"browse", "told", "replay", "markdown", "side_by_side", "fleet"},
    {"told_engines"},
    {"live", "export"},
    {"demo", "tui", "usage"},
    {"completion", "manual", "helping"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
"""The units of the package, lowest first: a unit imports itself and units of lower levels."""

UNITS = set().union(*LEVELS)

NEVER = {
    "events": {"registry"},
    "session": {"registry"},
    "stored": {"registry"},
    "report": {"registry", "attempt", "health"},
    "told": {"registry", "attempt", "health", "resolve"},
    "tui": {"lookups", "stored", "attempt", "health", "resolve", "live"},
}
"""What a unit may not import although it stands lower: what shows folds events, it asks nobody.

The screens name models of `registry` (a layer, a rate limit) as types; that none of it is loaded is tested below.
"""

THIRD_PARTY = {
    "registry": {"httpx", "httpcore"},
    "tui": {"textual", "rich"},
    "settings": {"platformdirs", "tomli_w"},
    "cache": {"platformdirs"},
    "history": {"platformdirs"},
}
"""All that a unit may import besides the standard library and regtui; others: nothing."""

LOWEST = set().union(*LEVELS[:4]) - {"settings", "cache", "history"}
PURE = sorted(
    LOWEST
    | {"engines", "events", "options", "stored", "session", "report", "told"}
    | {"daemon", "export", "markdown", "mirrors", "recorded_host", "recording", "records", "replay", "ssh"}
)
"""Units that load the standard library and lower units alone, so that a command line starts at once."""

WRITING = {"POST", "PUT", "PATCH", "DELETE"}


def level_of(unit: str) -> int:
    """Return the index of the unit's level."""
    return next(index for index, level in enumerate(LEVELS) if unit in level)


def unit_of(file: Path) -> str:
    """Return `host` for regtui/host/model.py, `cli` for regtui/cli.py, and the empty string for regtui/__init__.py."""
    first = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def name_of(file: Path) -> str:
    """Return the dotted name of the file's module."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(source: str) -> set[str]:
    """Return the dotted names that the source imports anywhere, in functions and for type checking too."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module="regtui", level=0, names=aliases):
                names |= {f"regtui.{alias.name}" for alias in aliases}
            case ast.ImportFrom(module=str(module), level=0):
                names.add(module)
            case ast.ImportFrom():
                names.add("a relative import")
    return names


def foreign(names: set[str]) -> set[str]:
    """Return the top-level packages among the names that are neither the standard library's nor regtui's."""
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"regtui"}


def units(names: set[str]) -> set[str]:
    """Return the units of regtui among the names."""
    return {name.split(".")[1] for name in names if name.startswith("regtui.")} - {"__version__"}


def loaded_by(*modules: str) -> set[str]:
    """Import the modules in a fresh interpreter and return the names of all that this loaded."""
    script = (
        "import importlib, json, sys\n"
        "before = set(sys.modules)\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    command = [sys.executable, "-c", script, *modules]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout))


def modules_of(unit: str) -> list[str]:
    """Return the names of the unit's modules."""
    return [name_of(file) for file in FILES if unit_of(file) == unit]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import httpx.config", {"httpx.config"}),
        ("def f():\n    from textual.app import App", {"textual.app"}),
        ("from regtui import cli, __version__", {"regtui.cli", "regtui.__version__"}),
        ("if TYPE_CHECKING:\n    import rich", {"rich"}),
        ("from . import model", {"a relative import"}),
    ],
)
def test_an_import_is_seen_wherever_it_stands(source: str, expected: set[str]) -> None:
    assert imports(source) == expected


def test_every_unit_has_its_level() -> None:
    assert {unit_of(file) for file in FILES} - {""} == UNITS


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_imports_go_one_way(file: Path) -> None:
    unit, names = unit_of(file), imports(file.read_text())
    assert foreign(names) <= THIRD_PARTY.get(unit, set())
    if not unit:
        assert not units(names)
        return
    lower = set().union(*LEVELS[: level_of(unit)])
    assert units(names) <= (lower | {unit}) - NEVER.get(unit, set())


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_unit_loads_no_higher_one(unit: str) -> None:
    loaded = units(loaded_by(*modules_of(unit)))
    assert loaded <= set().union(*LEVELS[: level_of(unit)]) | {unit}
    assert not loaded & NEVER.get(unit, set())


@pytest.mark.parametrize("unit", PURE)
def test_a_pure_unit_needs_the_standard_library_alone(unit: str) -> None:
    assert foreign(loaded_by(*modules_of(unit))) == set()


@pytest.mark.parametrize("unit", ["registry", "lookups", "attempt", "health", "resolve", "live", "demo"])
def test_what_asks_does_not_load_what_shows(unit: str) -> None:
    assert not foreign(loaded_by(*modules_of(unit))) & {"textual", "rich"}


def test_what_shows_does_not_load_what_asks() -> None:
    assert not foreign(loaded_by(*modules_of("tui"))) & {"httpx", "httpcore"}


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (["--help"], {"textual", "rich", "httpx", "httpcore", "asyncio", "ssl"}),
        (["info"], {"textual", "rich", "httpx", "httpcore"}),
        (["resolve", "etcd", "--dry-run"], {"textual", "rich"}),
        (["--demo", "resolve", "debian"], {"textual", "rich"}),
    ],
    ids=["help", "info", "dry run", "demo"],
)
def test_a_command_loads_only_what_it_needs(words: list[str], unwanted: set[str], tmp_path: Path) -> None:
    config = tmp_path / "docker"
    config.write_text("ADD_REGISTRY='--add-registry 198.51.100.4:5000'\n")
    options = [] if "--demo" in words else ["--config", str(config)]
    command = [sys.executable, "-X", "importtime", "-m", "regtui", *words, *options]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    loaded = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert ran.returncode == 0, [line for line in ran.stderr.splitlines() if not line.startswith("import time:")]
    assert "regtui.cli" in loaded
    assert not {name.split(".")[0] for name in loaded} & unwanted


def writing(node: ast.AST) -> bool:
    """Say whether the node is the name of an HTTP method that changes something."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.upper() in WRITING


def nodes_of(file: Path) -> list[ast.AST]:
    """Return the nodes of the file's source."""
    return list(ast.walk(ast.parse(file.read_text())))


def test_nothing_but_get_and_head_is_sent_save_to_a_token_service() -> None:
    naming, sending = set(), []
    for file in FILES:
        if unit_of(file) == "demo":
            continue  # the demo's servers answer such requests, with a refusal
        for node in nodes_of(file):
            if writing(node):
                naming.add(name_of(file))
            if isinstance(node, ast.Call):
                values = [*node.args, *(keyword.value for keyword in node.keywords)]
                sending += [name_of(file) for value in values if writing(value)]
    assert sending == ["regtui.registry.token_service"]
    assert naming == {f"regtui.registry.{name}" for name in ("asking", "token_service", "transport")}


def test_the_client_calls_no_method_that_writes() -> None:
    called = {
        f"{name_of(file)}: {node.func.attr}"
        for file in FILES
        if "httpx" in foreign(imports(file.read_text()))
        for node in nodes_of(file)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.upper() in WRITING
    }
    assert called == set()
