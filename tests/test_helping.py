"""`--help`: every command with what follows it, and a command's own page without the options of the others."""

from __future__ import annotations

import re

import pytest

from regtui.cli import COMMANDS, build_parser, run
from regtui.helping import help_for
from regtui.usage import TAKES, usage_of

USAGE = usage_of(build_parser(), COMMANDS)


def options_in(text: str) -> set[str]:
    """Return the long options that a help lists."""
    return set(re.findall(r"^  (?:-[a-zA-Z], )?(--[a-z-]+)", text, re.MULTILINE))


def test_the_help_lists_every_command_with_its_words_within_the_screen() -> None:
    text = help_for(build_parser(), COMMANDS)
    for command in COMMANDS:
        assert re.search(
            rf"^  regtui {command}{re.escape(' ' + TAKES[command]) if command in TAKES else ''}  ", text, re.MULTILINE
        )
    assert options_in(text) == {option.long for option in USAGE.options}
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_a_commands_help_has_its_own_options_and_no_others(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: regtui {command} {TAKES.get(command, '')}".strip())
    assert options_in(text) == {option.long for option in USAGE.options_of(command)}
    assert all(example.split()[1] == command for example in re.findall(r"^  (regtui .*)", text, re.MULTILINE))
    assert "128+N ended by signal N." in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_a_name_that_is_no_command_has_the_help_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["debian", "-h"]) == 0
    assert capsys.readouterr().out == help_for(build_parser(), COMMANDS)
