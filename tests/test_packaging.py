"""What people install: a wheel and an sdist that every build makes alike, and one file for a host with Python alone."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regtui import __version__
from regtui.cli import COMMANDS, build_parser
from regtui.completion.scripts import script
from regtui.completion.words import Shell
from regtui.manual import man_page
from regtui.usage import usage_of
from tests.programs import missing
from tests.tui_pty import running_command

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
WHEEL, SDIST = f"regtui-{__version__}-py3-none-any.whl", f"regtui-{__version__}.tar.gz"
DATE = "1700000000"
NOT_SOURCES = shutil.ignore_patterns(".git", ".venv", "dist", "__pycache__", ".*_cache", ".hypothesis")


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which nothing of this one's Python counts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1", **more}


def run(command: Sequence[str | Path], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever that is."""
    return subprocess.run(
        command, cwd=folder, env=environment(**more), capture_output=True, text=True, check=False, timeout=300
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree, which nobody edits meanwhile."""
    folder = tmp_path_factory.mktemp("source") / "regtui"
    shutil.copytree(ROOT, folder, ignore=NOT_SOURCES)
    return folder


def built(source: Path, target: Path, *, mask: int = 0o022) -> Path:
    """Build sdist and wheel of a tree into a folder; the wheel is made from the sdist."""
    tools = [name for name in ("build", "hatchling", "twine") if importlib.util.find_spec(name) is None]
    if tools:
        missing(f"needs {', '.join(tools)}, not installed here (pip install '.[package]')")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(source)]
    before = os.umask(mask)
    try:
        ran = run(command, source, SOURCE_DATE_EPOCH=DATE)
    finally:
        os.umask(before)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return target


@pytest.fixture(scope="module")
def packages(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(source, tmp_path_factory.mktemp("packages"))


def test_two_builds_give_the_same_bytes(packages: Path, source: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another name"
    shutil.copytree(source, elsewhere, copy_function=shutil.copyfile)  # other dates, other permissions
    (elsewhere / ".ci/run").chmod(0o755)
    (elsewhere / ".ci/build_pyz.py").chmod(0o755)
    (elsewhere / "tests/check").chmod(0o755)
    again = built(elsewhere, tmp_path / "again", mask=0o077)
    assert {name: digest(again / name) for name in (WHEEL, SDIST)} == {
        name: digest(packages / name) for name in (WHEEL, SDIST)
    }


def test_the_index_would_take_them(packages: Path) -> None:
    ran = run([sys.executable, "-m", "twine", "check", "--strict", WHEEL, SDIST], packages)
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.count("PASSED") == 2


def test_the_wheel_has_all_that_the_package_reads(packages: Path, source: Path) -> None:
    names = set(zipfile.ZipFile(packages / WHEEL).namelist())
    files = {str(path.relative_to(source)) for path in (source / "regtui").rglob("*") if path.is_file()}
    assert files <= names
    assert {path.partition("/")[0] for path in names} == {
        "regtui",
        f"regtui-{__version__}.dist-info",
        f"regtui-{__version__}.data",
    }


def test_the_wheel_brings_the_manual_and_the_completions(packages: Path) -> None:
    usage = usage_of(build_parser(), COMMANDS)
    shared = f"regtui-{__version__}.data/data/share"
    expected = {
        f"{shared}/man/man1/regtui.1": man_page(usage, __version__),
        f"{shared}/bash-completion/completions/regtui": script(Shell.BASH, usage),
        f"{shared}/zsh/site-functions/_regtui": script(Shell.ZSH, usage),
        f"{shared}/fish/vendor_completions.d/regtui.fish": script(Shell.FISH, usage),
    }
    with zipfile.ZipFile(packages / WHEEL) as wheel:
        names = [name for name in wheel.namelist() if ".data/" in name]
        assert {name: wheel.read(name).decode() for name in names} == expected


def test_the_sdist_can_be_tested(packages: Path) -> None:
    with tarfile.open(packages / SDIST) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {".ci/run", "tests/check", "tests/conftest.py", "README.md", "CHANGELOG.md", "LICENSE"} <= names


def test_the_installed_wheel_runs(packages: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    ran = run([*pip, str(packages / WHEEL)], tmp_path)
    assert ran.returncode == 0, ran.stderr
    paths = os.pathsep.join([str(target), *(path for path in sys.path if path.endswith("site-packages"))])
    for name, status in (("debian", 0), ("nosuch", 1)):
        ran = run([target / "bin/regtui", "--demo", "resolve", name], tmp_path, PYTHONPATH=paths)
        assert ran.returncode == status, ran.stderr


def builder() -> Any:
    """Return .ci/build_pyz.py as a module."""
    spec = importlib.util.spec_from_file_location("build_pyz", ROOT / ".ci/build_pyz.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pyz(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one file, built by its one command."""
    target = tmp_path_factory.mktemp("pyz") / "regtui.pyz"
    ran = run([sys.executable, source / ".ci/build_pyz.py", str(target)], source, SOURCE_DATE_EPOCH=DATE)
    if ran.returncode:
        missing(f"pip got no packages: {(ran.stderr.strip().splitlines() or ['no word why'])[-1]}")
    return target


def alone(pyz: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the file with Python's own library and no other package."""
    return run([sys.executable, "-I", "-S", pyz, *words], pyz.parent, HOME=str(pyz.parent))


@pytest.mark.parametrize(
    ("words", "status", "printed"),
    [
        (["--version"], 0, f"regtui {__version__}"),
        (["--demo", "resolve", "debian"], 0, "found  docker.io/library/debian:latest"),
        (["--demo", "resolve", "nosuch"], 1, "docker pull would fail"),
        (["--demo", "resolve", "quay.io/coreos/etcd", "--json"], 0, '"exit": 0'),
        (["--demo", "info"], 0, "Registries: okd-lr.zyl.io:5000 (insecure), quay.io (secure), docker.io (secure)"),
        (["manual"], 0, ".SH EXIT STATUS"),
        (["completion", "bash"], 0, "complete -F _regtui"),
    ],
)
def test_the_one_file_runs_with_python_alone(pyz: Path, words: list[str], status: int, printed: str) -> None:
    ran = alone(pyz, *words)
    assert ran.returncode == status, ran.stderr
    assert printed in ran.stdout


def test_the_one_file_shows_its_screen(pyz: Path) -> None:
    """The style sheets are in the archive; `q` leaves."""
    command = [sys.executable, "-I", "-S", str(pyz), "--demo"]
    with running_command(command, environ={"HOME": str(pyz.parent)}) as terminal:
        terminal.until("okd-lr.zyl.io:5000")
        terminal.send(b"q")
        assert terminal.end() == 0, terminal.out[-2000:].decode("utf-8", "replace")


def test_the_one_file_is_for_every_machine(pyz: Path) -> None:
    assert pyz.read_bytes().startswith(b"#!/usr/bin/env python3\n")
    assert os.access(pyz, os.X_OK)
    names = zipfile.ZipFile(pyz).namelist()
    assert not [name for name in names if name.endswith((".so", ".pyd")) or "__pycache__" in name]
    assert [name for name in names if name.endswith("regtui/demo/schema1.json")]
    with zipfile.ZipFile(pyz) as archive:
        assert str(ROOT).encode() not in b"".join(archive.read(name) for name in names)


def test_the_same_packages_give_the_same_file(pyz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = builder()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", DATE)
    content = tmp_path / "content"
    with zipfile.ZipFile(pyz) as archive:
        archive.extractall(content)
    for path in content.rglob("*.pyc"):
        path.unlink()
    make.clean(content)
    make.compile_all(content)
    make.write(content, tmp_path / "again.pyz")
    assert digest(tmp_path / "again.pyz") == digest(pyz)


def test_an_old_python_gets_a_sentence() -> None:
    """Also one that is too old to read what a newer one writes."""
    main: str = builder().MAIN
    ast.parse(main, feature_version=(3, 4))
    ran = run([sys.executable, "-c", f"import sys\nsys.version_info = (3, 6, 8)\nexec({main!r})"], ROOT)
    assert ran.returncode == 2
    assert "regtui needs Python 3.11 or newer, and this is 3.6" in ran.stderr
    assert "--root" in ran.stderr
