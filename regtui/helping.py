"""What `--help` prints: all commands, or one of them with the options that it takes."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from regtui.usage import TAKES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

_WIDTH = 78
_COLUMN = 36
"""Where the words about a command begin."""
_MORE = {
    "resolve": ("regtui resolve etcd", "regtui resolve quay.io/coreos/etcd:v3.5.21 --json"),
    "catalog": ("regtui catalog reg.example.com:5000", "regtui catalog reg.example.com:5000 team/"),
    "tags": ("regtui tags quay.io/coreos/etcd --sort semver | head", "regtui tags quay.io/coreos/etcd --long"),
    "inspect": (
        "regtui inspect quay.io/coreos/etcd:latest",
        "regtui inspect debian --platform linux/arm64",
        "regtui inspect debian --raw | sha256sum",
    ),
}
"""Command -> how it is used."""
_LISTED = "Exit status: 0 all names came, 1 the list is not complete or was refused"
_STATUS = {
    "catalog": _LISTED,
    "tags": _LISTED,
    "inspect": "Exit status: 0 shown, 1 no registry has it or it is not for the platform",
}
"""Command -> what its first two exit statuses mean, where that is not what they mean to all."""


def help_for(parser: argparse.ArgumentParser, commands: Mapping[str, str], command: str = "") -> str:
    """Return the help of a command, empty for all of them. Options of other commands are left out."""
    formatter = parser._get_formatter()  # noqa: SLF001 - argparse prints a parser as a whole or not at all
    shown = f"{command} {TAKES.get(command, '')}".strip()
    formatter.add_text(f"usage: regtui {shown} [OPTIONS]" if command else f"usage: {parser.usage}")
    if command:
        formatter.add_text(textwrap.fill(f"{commands[command][:1].upper()}{commands[command][1:]}.", _WIDTH))
        formatter.add_text("\n".join(f"  {example}" for example in _MORE.get(command, ())))
    else:
        formatter.add_text(textwrap.fill(parser.description or "", _WIDTH))
        formatter.add_text("\n".join(_about(commands)))
        formatter.add_text("What a single command takes: regtui COMMAND --help")
    groups = sorted(parser._action_groups, key=lambda group: group.title != command)  # noqa: SLF001 - as above
    for group in groups:
        options = [action for action in group._group_actions if action.option_strings]  # noqa: SLF001 - as above
        if options and (not command or group.title == command or group.title not in commands):
            formatter.start_section(group.title)
            formatter.add_arguments(options)
            formatter.end_section()
    first, separator, rest = (parser.epilog or "").partition(", 2 ")
    formatter.add_text(textwrap.fill(f"{_STATUS.get(command, first)}{separator}{rest}", _WIDTH))
    return formatter.format_help()


def _about(commands: Mapping[str, str]) -> list[str]:
    shown = {"[NAME]": "the terminal interface; NAME is resolved at once"}
    shown |= {f"{command} {TAKES.get(command, '')}".strip(): words for command, words in commands.items()}
    lines = []
    for typed, words in shown.items():
        first, *more = textwrap.wrap(words, _WIDTH - _COLUMN)
        lines.append(f"{f'  regtui {typed}':{_COLUMN}}{first}")
        lines += [" " * _COLUMN + line for line in more]
    return lines
