"""What a start loads, counted: a command that answers from files must not wait for a library that asks the network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

RUN = """
import gc, json, sys
before = set(sys.modules)
sys.argv = ["regtui", *sys.argv[1:]]
from regtui.__main__ import main
status = main()
loaded = sorted(set(sys.modules) - before)
sys.stderr.write("\\n" + json.dumps([status, loaded, gc.get_threshold()]))
"""

NETWORK = {"asyncio", "ssl", "socket", "httpx", "httpcore", "anyio", "concurrent", "selectors"}
SCREEN = {"textual", "rich", "pygments", "markdown_it"}
HEAVY = {"tomllib", "logging", "subprocess", "shutil", "tempfile", "zoneinfo", "email"}

HOST = """\
ADD_REGISTRY='--add-registry 198.51.100.4:5000 --add-registry 198.51.100.5'
INSECURE_REGISTRY='--insecure-registry 198.51.100.4:5000'
OPTIONS='--registry-mirror=http://198.51.100.4:5000 --signature-verification=false'
"""


def loaded_by(*words: str) -> tuple[int, set[str], tuple[int, int, int]]:
    """Run the command in a fresh interpreter; return its status, the modules it loaded, the collector's thresholds."""
    command = [sys.executable, "-c", RUN, *words]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    status, loaded, threshold = json.loads(ran.stderr.rpartition("\n")[2])
    return status, set(loaded), threshold


def packages(names: set[str]) -> set[str]:
    """Return the first parts of dotted names."""
    return {name.partition(".")[0] for name in names}


@pytest.fixture
def host(tmp_path: Path) -> str:
    path = tmp_path / "docker"
    path.write_text(HOST)
    return str(path)


def test_the_version_needs_nothing() -> None:
    status, loaded, _ = loaded_by("--version")
    assert status == 0
    assert {name for name in loaded if name.startswith("regtui")} == {"regtui", "regtui.__main__"}
    assert len(loaded) <= 4


def test_info_reads_files_and_loads_what_that_takes(host: str) -> None:
    status, loaded, _ = loaded_by("info", "--config", host)
    assert status == 0
    assert not packages(loaded) & (NETWORK | SCREEN | HEAVY | {"json", "platformdirs", "tomli_w"})
    assert not {name for name in loaded if name.startswith(("regtui.registry", "regtui.engines", "importlib.metadata"))}
    assert len(loaded) <= 125


def test_names_are_looked_up_without_an_event_loop(tmp_path: Path) -> None:
    path = tmp_path / "docker"
    path.write_text("ADD_REGISTRY='--add-registry registry.invalid'\n")
    status, loaded, _ = loaded_by("info", "--config", str(path))
    assert status == 0
    assert packages(loaded) & NETWORK == {"socket", "selectors"}
    assert "regtui.lookups" in loaded


def test_info_as_json_loads_what_lint_takes_and_no_network(host: str) -> None:
    status, loaded, _ = loaded_by("info", "--json", "--config", host)
    assert status == 0
    assert not packages(loaded) & (NETWORK | SCREEN | (HEAVY - {"tomllib"}) | {"platformdirs", "tomli_w"})
    assert not {name for name in loaded if name.startswith(("regtui.registry", "importlib.metadata"))}


@pytest.mark.parametrize("words", [["--demo", "resolve", "debian"], ["--demo", "resolve", "debian", "--json"]])
def test_a_resolution_draws_nothing(words: list[str]) -> None:
    status, loaded, _ = loaded_by(*words)
    assert status == 0
    assert "httpx" in loaded
    assert not packages(loaded) & SCREEN
    assert "importlib.metadata" not in loaded
    assert "click" not in loaded  # httpx's own command line
    assert not loaded & {"regtui.host.lint", "regtui.export", "regtui.stored_podman", "regtui.daemon"}


@pytest.mark.parametrize("words", [["resolve", "debian", "--dry-run"], ["resolve", "debian", "--dry-run", "--json"]])
def test_a_plan_loads_nothing_of_the_network(words: list[str], host: str) -> None:
    status, loaded, _ = loaded_by(*words, "--config", host)
    assert status == 0
    assert not packages(loaded) & (NETWORK | SCREEN | HEAVY)
    assert not {name for name in loaded if name.startswith(("regtui.registry", "regtui.live", "regtui.browse"))}


@pytest.mark.parametrize("words", [["tags", "quay.io/coreos/etcd"], ["catalog", "quay.io"]])
def test_a_listing_loads_what_one_registry_takes(words: list[str]) -> None:
    status, loaded, _ = loaded_by("--demo", *words)
    assert status == 0
    assert "httpx" in loaded
    assert not packages(loaded) & SCREEN
    assert not loaded & {"anyio._backends._asyncio", "regtui.redaction", "regtui.stored_podman", "regtui.daemon"}


def test_a_start_does_not_look_for_garbage_among_what_stays(host: str) -> None:
    """With Python's threshold of 700 a collection comes every few modules, and each looks at all of them."""
    _, _, threshold = loaded_by("info", "--config", host)
    assert threshold[0] >= 20_000


FIRST_PAINT = """
import json, sys
before = set(sys.modules)
import regtui.__main__, regtui.cli, regtui.commands.tui, regtui.commands.host, regtui.tui.run, regtui.tui.app
loaded = sorted(set(sys.modules) - before)
slow = [
    f"{name}.{cls.__qualname__}"
    for name in loaded if name.startswith("regtui.")
    for cls in vars(sys.modules[name]).values()
    if isinstance(cls, type) and cls.__module__ == name
    and getattr(cls, "__dataclass_params__", None) and cls.__dataclass_params__.frozen
]
print(json.dumps([loaded, slow]))
"""


def test_the_first_paint_waits_for_nothing_that_it_does_not_show() -> None:
    ran = subprocess.run([sys.executable, "-c", FIRST_PAINT], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded, slow = json.loads(ran.stdout)
    assert slow == []  # regtui.frozen makes such classes without compiling anything
    assert not packages(set(loaded)) & {"httpx", "httpcore", "h11", "anyio", "tomllib", "tomli_w"}
    later = ("browse", "registry", "demo", "live", "resolve", "host.lint", "host.podman.load", "host.containerd.load")
    assert [name for name in loaded if name.startswith(tuple(f"regtui.{part}" for part in later))] == []
    assert "regtui.tui.screens.panel" not in loaded
    assert "importlib.metadata" not in loaded
    assert len([name for name in loaded if name.startswith("regtui")]) <= 100
