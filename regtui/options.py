"""The words of the command line as data, and what is wrong with them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

from regtui.frozen import dataclass
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.host.model import ContainerdClient, EngineName

USAGE_ERROR = 2
"""Exit status for arguments or a configuration that are refused."""


class UsageError(Exception):
    """The arguments are refused; `str()` says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    command: str
    words: tuple[str, ...]
    configs: tuple[str, ...] = ()
    root: str = "/"
    engine: EngineName | None = None
    client: ContainerdClient | None = None
    every_engine: bool = False
    timeout: float | None = None
    json: bool = False
    color: bool = True
    cache: bool = True
    resolve: tuple[str, ...] = ()
    connect_to: tuple[str, ...] = ()
    allowed_realms: frozenset[tuple[str, str]] = frozenset()
    strict: bool = False
    push: bool = False
    ask_all: bool = False
    dry_run: bool = False
    record: str = ""
    report: str = ""
    demo: bool = False
    long: bool = False
    sort: str = ""


class Parser(argparse.ArgumentParser):
    """argparse, with errors that the caller prints."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of leaving the program."""
        raise UsageError(printable(message))


def realm_pair(text: str) -> tuple[str, str]:
    """Read one `--allow-auth-realm REGISTRY=HOST`."""
    registry, equals, host = text.partition("=")
    if not equals or not registry or not host or "/" in text:
        example = "reg.example.com=auth.example.com"
        raise UsageError(f"--allow-auth-realm {printable(text)}: it is REGISTRY=HOST, for example {example}")
    return registry.lower(), host.lower()
