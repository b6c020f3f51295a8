"""The habits of the repository that a machine can check."""

from __future__ import annotations

import ast
import os
import re
import stat
from pathlib import Path

import pytest

from regtui.cli import COMMANDS, build_parser
from tests import layers_picture, readme

ROOT = Path(__file__).parent.parent
LINE_LIMIT = 400
MADE = {".git", ".venv", "__pycache__", "dist", "build"}
"""Folders that hold nothing written here; so do those whose names end in `_cache` or `.egg-info`."""


def tracked() -> list[Path]:
    """Return the files of the tree that somebody wrote."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in MADE and not name.endswith(("_cache", ".egg-info"))]
        found += [Path(folder, name) for name in files if name != ".git"]  # a file in a worktree
    return sorted(path for path in found if ".hypothesis" not in path.parts)


SOURCES = [path for path in tracked() if path.suffix == ".py"]
SHEETS = [path for path in tracked() if path.suffix == ".tcss"]


def name_of(path: Path) -> str:
    """Return the path below the repository."""
    return str(path.relative_to(ROOT))


def shell_blocks() -> list[str]:
    """Return the commands that README shows first in each of its shell blocks."""
    return [
        block.strip().splitlines()[0]
        for block in re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    ]


@pytest.mark.parametrize("path", SOURCES + SHEETS, ids=name_of)
def test_a_file_has_one_idea(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LINE_LIMIT


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_says_why_it_exists(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert docstring.split("\n")[0].endswith((".", "?", ":")), docstring


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", ".gitignore"])
def test_the_repository_has(name: str) -> None:
    assert (ROOT / name).stat().st_size > 0


def test_nothing_names_a_path_that_users_do_not_have() -> None:
    # Put together here, so that this file does not hold them.
    absent = ("../" + "shared", "/" + "work/", "." + "library")
    naming = {
        name_of(path): place
        for path in tracked()
        for place in absent
        if path.suffix != ".svg" and place.encode() in path.read_bytes()
    }
    assert naming == {}


def test_ci_runs_the_commands_of_the_readme() -> None:
    demo, check = shell_blocks()[:2]
    script = (ROOT / ".ci/run").read_text().splitlines()
    assert demo.endswith("&& regtui --demo")
    assert f"{demo} resolve debian || exit" in script
    assert f"REGTUI_REQUIRE_SERVERS=1 {check}" in script


@pytest.mark.parametrize("name", [".ci/run", "tests/check"])
def test_a_script_is_strict_and_can_be_run(name: str) -> None:
    path = ROOT / name
    first, *lines = path.read_text().splitlines()
    assert first == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert path.stat().st_mode & stat.S_IXUSR


def test_the_changelog_has_this_version() -> None:
    version = re.search(r'__version__ = "(.+)"', (ROOT / "regtui/__init__.py").read_text())
    assert version
    assert f"## [{version[1]}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_and_the_command_line_agree() -> None:
    readme = (ROOT / "README.md").read_text()
    known = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", build_parser().format_help()))
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", readme))
    assert told <= known
    assert [name for name in COMMANDS if f"`regtui {name}" not in readme] == []


@pytest.mark.parametrize("name", readme.MADE)
def test_a_part_of_the_readme_is_as_the_program_makes_it(name: str) -> None:
    assert readme.part(name) == readme.MADE[name](), "run: python -m tests.readme"


def test_the_picture_of_the_layers_is_their_table() -> None:
    drawn = layers_picture.PICTURE.read_text()
    assert drawn == layers_picture.picture(), "run: python -m tests.layers_picture"


def test_a_link_in_a_page_leads_somewhere() -> None:
    for page in sorted(ROOT.glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (ROOT / target).exists(), f"{page.name}: {target}"
