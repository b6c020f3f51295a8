"""The manual page: everything that the parser knows is in it, and man(1) has nothing to complain about."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from regtui import __version__
from regtui.cli import COMMANDS, build_parser, run
from regtui.manual import escape, man_page
from regtui.usage import usage_of
from tests.programs import needs

if TYPE_CHECKING:
    from pathlib import Path

USAGE = usage_of(build_parser(), COMMANDS)


def shown(page: str, folder: Path, width: int = 80) -> tuple[str, str]:
    """Return the page as man(1) shows it, and its warnings."""
    needs("man", "man-db")
    path = folder / "regtui.1"
    path.write_text(page)
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": str(width), "MANROFFSEQ": ""}
    command = ["man", "--warnings", "--encoding=UTF-8", "--local-file", str(path)]
    ran = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60)
    return re.sub(r".\x08", "", ran.stdout), ran.stderr


def test_the_command_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["manual"]) == 0
    assert capsys.readouterr().out == man_page(USAGE, __version__)


def test_the_usage_is_all_that_the_parser_has() -> None:
    told = {name for option in USAGE.options for name in option.names}
    lines = re.findall(r"^  (-.*?)(?:   ?|$)", build_parser().format_help(), re.MULTILINE)  # what it does stands behind
    assert told == {name for line in lines for name in re.findall(r"(?<![\w-])--?[a-zA-Z][a-z-]*", line)}
    assert {option.command for option in USAGE.options} <= {"", *COMMANDS}
    assert {option.long for option in USAGE.options if option.repeats} >= {"--config", "--resolve"}
    assert next(option for option in USAGE.options if option.long == "--engine").choices[0] == "auto"


def test_man_shows_every_command_and_option_without_a_warning(tmp_path: Path) -> None:
    text, warnings = shown(man_page(USAGE, __version__), tmp_path)
    assert warnings == ""
    assert f"regtui {__version__}" in text
    for name in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "EXIT STATUS", "FILES", "EXAMPLES"):
        assert f"\n{name}\n" in text
    words = set(text.replace(",", " ").split())
    assert [command for command in COMMANDS if command not in words] == []
    assert [name for option in USAGE.options for name in option.names if name not in words] == []
    status = text.partition("EXIT STATUS")[2].partition("FILES")[0]
    assert re.findall(r"^       (\S+)", status, re.MULTILINE) == ["0", "1", "2", "70", "74", "128+N"]


def test_no_line_of_the_page_is_wider_than_the_screen(tmp_path: Path) -> None:
    text, _ = shown(man_page(USAGE, __version__), tmp_path, width=60)
    assert max(map(len, text.splitlines())) <= 60


@pytest.mark.parametrize(
    "text",
    [".TH is no request here", "'quoted'", r"a\fBbackslash\n", "--long-option", '`name` ^ ~ "x"', "...and more"],
)
def test_a_text_stands_on_the_page_as_it_is(text: str, tmp_path: Path) -> None:
    page = f'.TH X 1 "" "x" "y"\n.SH NAME\nx \\- y\n.SH TEXT\n{escape(text)}\n'
    found, warnings = shown(page, tmp_path)
    assert warnings == ""
    assert f"\n       {text}\n" in found


def test_the_same_version_gives_the_same_bytes() -> None:
    assert man_page(USAGE, "1.2.3") == man_page(usage_of(build_parser(), COMMANDS), "1.2.3")
    assert not re.search(r"20\d\d-\d\d", man_page(USAGE, "1.2.3"))
