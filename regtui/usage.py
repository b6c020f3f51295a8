"""The command line as data, read from its parser: what the manual and the shells' completions are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

TAKES = {
    "resolve": "NAME",
    "catalog": "REGISTRY [PREFIX]",
    "tags": "REPOSITORY",
    "inspect": "NAME [OTHER]",
    "compare": "HOST...",
    "replay": "FILE",
    "completion": "SHELL",
}
"""Command -> the words that follow it; the others take none."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its names, the name of its value (empty for a switch), what is allowed, and what it does.

    `command` is the one that it belongs to, empty for an option of all of them; `group` is its heading in `--help`;
    `repeats` says that it may be given more than once.
    """

    names: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    words: str
    group: str
    command: str
    repeats: bool

    @property
    def long(self) -> str:
        """The name with two dashes."""
        return next(name for name in self.names if name.startswith("--"))


@dataclass(frozen=True, slots=True)
class Usage:
    """Everything that `--help` tells: `commands` maps each to what it tells, in order."""

    program: str
    synopsis: str
    description: str
    commands: Mapping[str, str]
    options: tuple[Option, ...]
    closing: str

    def options_of(self, command: str) -> tuple[Option, ...]:
        """Return the options that may follow a command; without one, those of all commands."""
        return tuple(option for option in self.options if option.command in ("", command))

    def groups(self) -> dict[str, tuple[Option, ...]]:
        """Return the options by their headings, in order."""
        headings = dict.fromkeys(option.group for option in self.options)
        return {name: tuple(option for option in self.options if option.group == name) for name in headings}


def usage_of(parser: argparse.ArgumentParser, commands: Mapping[str, str]) -> Usage:
    """Read a parser whose groups of options are named after a command, or hold for all."""
    options = tuple(
        _option(action, group.title or "", commands)
        for group in parser._action_groups  # noqa: SLF001 - argparse has no public way to list what was added
        for action in group._group_actions  # noqa: SLF001 - as above
        if action.option_strings
    )
    return Usage(
        parser.prog,
        parser.usage or "",
        (parser.description or "").partition("\n")[0],
        dict(commands),
        options,
        parser.epilog or "",
    )


def _option(action: argparse.Action, group: str, commands: Mapping[str, str]) -> Option:
    choices = tuple(str(choice) for choice in action.choices or ())
    value = ""
    if action.nargs != 0:
        value = action.metavar if isinstance(action.metavar, str) else "WORD"
    return Option(
        names=tuple(action.option_strings),
        value=value,
        choices=choices,
        words=action.help or "",
        group=group,
        command=group if group in commands else "",
        repeats=isinstance(action.default, list),
    )
