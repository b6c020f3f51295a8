"""The words of the command line as data, and what is wrong with them."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeVar

from regtui.frozen import dataclass
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.daemon.answers import LiveDaemon
    from regtui.engines.base import Platform
    from regtui.host.files import FileSource
    from regtui.host.model import ContainerdClient, EngineName
    from regtui.registry.network import Dialer, Resolver

T = TypeVar("T")

USAGE_ERROR = 2
"""Exit status for arguments or a configuration that are refused."""


class UsageError(Exception):
    """The arguments are refused; `str()` says why and what would be right."""


class OtherHost(Protocol):
    """The host of `--host`, logged in to; reading its files raises SshError where it is lost, unless `bear_loss`."""

    @property
    def name(self) -> str:
        """`[USER@]HOST`, printable."""
        ...

    @property
    def root(self) -> str:
        """What stands for the root of its files."""
        ...

    @property
    def home(self) -> str:
        """The home of the person who is logged in there."""
        ...

    @property
    def machine(self) -> str:
        """What `uname -m` prints there."""
        ...

    @property
    def logins(self) -> bool:
        """Whether its docker logins may be used."""
        ...

    @property
    def files(self) -> FileSource:
        """Its files."""
        ...

    @property
    def dialer(self) -> Dialer:
        """Connects from there."""
        ...

    def resolver(self) -> Resolver:
        """Return what looks names up there."""
        ...

    def settle(self, reading: Callable[[], T]) -> T:
        """Return what a reading of its files makes, called again when what it missed has been fetched."""
        ...

    def known(self, reading: Callable[[], T]) -> T | None:
        """Return what a reading makes of the files that were fetched already; None where it misses one."""
        ...

    def bear_loss(self) -> None:
        """Let readings go on with what is known when the connection is lost, for a screen that stays."""
        ...

    async def daemon(self) -> LiveDaemon:
        """Return what its daemon of docker says of itself, or raise DaemonError."""
        ...

    def packages(self) -> dict[str, str]:
        """Return the versions of the installed packages that bring an engine."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line; `there` is the host of `--host` while it is logged in to."""

    command: str
    words: tuple[str, ...]
    configs: tuple[str, ...] = ()
    root: str = "/"
    host: str = ""
    sudo: bool = False
    remote_credentials: bool = False
    name: str = ""
    screen: bool = False
    there: OtherHost | None = None
    engine: EngineName | None = None
    client: ContainerdClient | None = None
    every_engine: bool = False
    tty: bool = False
    timeout: float | None = None
    json: bool = False
    color: bool = True
    cache: bool = True
    resolve: tuple[str, ...] = ()
    connect_to: tuple[str, ...] = ()
    allowed_realms: frozenset[tuple[str, str]] = frozenset()
    strict: bool = False
    ask: bool = False
    push: bool = False
    ask_all: bool = False
    dry_run: bool = False
    record: str = ""
    report: str = ""
    demo: bool = False
    long: bool = False
    sort: str = ""
    platform: Platform | None = None
    raw: bool = False


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


_KNOWN_AS = {"x86_64": "amd64", "aarch64": "arm64"}
"""The kernel's words for architectures -> those of images."""


def platform_named(text: str) -> Platform:
    """Read `--platform OS/ARCHITECTURE[/VARIANT]`, as docker has it."""
    from regtui.engines.base import Platform

    if not re.fullmatch(r"[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9.]+)?", text, re.ASCII):
        example = "linux/arm64 or linux/arm/v7"
        raise UsageError(f"--platform {printable(text, 100)}: it is OS/ARCHITECTURE[/VARIANT], for example {example}")
    system, architecture, *variant = text.split("/")
    return Platform(system, _KNOWN_AS.get(architecture, architecture), *variant)
