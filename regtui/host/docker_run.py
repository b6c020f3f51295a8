"""`docker run` as it stands in a unit file: which ports of the host lead to what is set for the container."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.gonet import parse_ip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regtui.host.model import Setting

_PROGRAM = re.compile(r"docker(-\w+)?|podman")
_SWITCHES = frozenset(
    {"--detach", "--interactive", "--tty", "--rm", "--privileged", "--publish-all", "--init", "--read-only"}
    | {"--no-healthcheck", "--sig-proxy", "--disable-content-trust", "--oom-kill-disable", "--quiet", "--replace"}
)
_SHORT_SWITCHES = "ditPq"
_SHORT = {"-e": "--env", "-p": "--publish", "-v": "--volume"}
_PUBLISHED = re.compile(
    r"(?:(?P<address>\[[0-9A-Fa-f:.]+\]|[0-9.]+):)?(?P<host>[0-9]{1,5}):(?P<container>[0-9]{1,5})(?:/tcp)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Published:
    """A port of the host that leads to one of the container; `address` is empty for all of the host's."""

    address: str
    port: int
    container: int


@dataclass(frozen=True, slots=True)
class Run:
    """A container as it is started.

    `environment` holds `NAME=VALUE`, or `NAME` alone where the value is that of docker's own environment, each with its
    source; `volumes` are `HOST:CONTAINER` paths; `on_host` says that it uses the host's own network.
    """

    image: str
    environment: tuple[Setting, ...] = ()
    env_files: tuple[str, ...] = ()
    ports: tuple[Published, ...] = ()
    volumes: tuple[str, ...] = ()
    on_host: bool = False
    arguments: tuple[str, ...] = ()


def parse_run(program: str, words: Sequence[Setting]) -> Run | None:
    """Return what `docker run` or `podman run` starts, None for any other command; what is not known is left out."""
    if not _PROGRAM.fullmatch(program.rpartition("/")[2]):
        return None
    begin = next((index for index, word in enumerate(words) if word.value == "run"), None)
    if begin is None:
        return None
    options, rest = _options(words[begin + 1 :])
    if not rest:
        return None
    texts = [(name, value.value) for name, value in options]
    return Run(
        rest[0].value,
        tuple(value for name, value in options if name == "--env"),
        tuple(value for name, value in texts if name == "--env-file"),
        tuple(port for name, value in texts if name == "--publish" and (port := _published(value)) is not None),
        tuple(value for name, value in texts if name == "--volume"),
        any(name in ("--net", "--network") and value == "host" for name, value in texts),
        tuple(word.value for word in rest[1:]),
    )


def _options(words: Sequence[Setting]) -> tuple[list[tuple[str, Setting]], Sequence[Setting]]:
    """Return the options with their values, and the words from the image on."""
    found: list[tuple[str, Setting]] = []
    at = 0
    while at < len(words):
        word = words[at]
        text = word.value
        if not text.startswith("-") or text == "-":
            break
        at += 1
        if text == "--":
            break
        name, equals, value = text.partition("=")
        if not text.startswith("--"):
            if not text[1:].strip(_SHORT_SWITCHES):
                continue
            name, value = _SHORT.get(text[:2], text[:2]), text[2:].removeprefix("=")
            equals = "=" if value else ""
        if equals:
            found.append((name, _with_value(word, value)))
        elif name not in _SWITCHES and at < len(words):
            found.append((name, words[at]))
            at += 1
    return found, words[at:]


def _with_value(word: Setting, value: str) -> Setting:
    return type(word)(word.option, value, word.source)


def _published(text: str) -> Published | None:
    """Return `[ADDRESS:]PORT:PORT[/tcp]`; ranges, and ports that docker chooses, tell nothing beforehand."""
    found = _PUBLISHED.fullmatch(text)
    if found is None:
        return None
    address = (found["address"] or "").strip("[]")
    if address and parse_ip(address) is None:
        return None
    port, container = int(found["host"]), int(found["container"])
    return Published(address, port, container) if 0 < port < 65536 and 0 < container < 65536 else None
