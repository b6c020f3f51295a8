"""What each word of a command line is, and so how a shell completes it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.usage import Option


class Shell(StrEnum):
    """The shells for which there is a script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


class Kind(StrEnum):
    """What a word is, and so how a shell completes it."""

    NAME = "names"
    REGISTRY = "registries"
    FILE = "file"
    FOLDER = "folder"
    HOST = "host"
    SHELL = "shell"
    CHOICE = "choice"
    OTHER = "other"
    NOTHING = "nothing"


_TAKES = {
    "catalog": Kind.REGISTRY,
    "info": Kind.NOTHING,
    "lint": Kind.NOTHING,
    "doctor": Kind.NOTHING,
    "manual": Kind.NOTHING,
    "replay": Kind.FILE,
    "compare": Kind.HOST,
    "completion": Kind.SHELL,
}
_VALUES = {
    "FILE": Kind.FILE,
    "DIR": Kind.FOLDER,
    "REGISTRY": Kind.REGISTRY,
    "HOST": Kind.HOST,
    "[USER@]HOST": Kind.HOST,
}
HOST_OPTIONS = ("--config", "--root", "--engine")
"""Options with a value that decide which registries there are; `--demo` does so without one."""


def takes(command: str) -> Kind:
    """Return what follows a command; the name of an image where nothing else is known."""
    return _TAKES.get(command, Kind.NAME)


def value_of(option: Option) -> Kind:
    """Return what an option's value is."""
    if not option.value:
        return Kind.NOTHING
    return Kind.CHOICE if option.choices else _VALUES.get(option.value, Kind.OTHER)


def quoted(text: str) -> str:
    """Return a text in single quotes, as all three shells read it."""
    return "'" + text.replace("'", "'\\''") + "'"


def filled(template: str, **parts: str) -> str:
    """Put the parts into their places; the scripts are full of braces that are theirs."""
    for name, part in parts.items():
        template = template.replace(f"{{{name}}}", part)
    return template
