"""One hosts.toml: the hosts that stand in for a registry, in the order of the file.

Rules: remotes/docker/config/hosts.go of containerd 1.6 (parseHostsFile, parseHostConfig). Whatever is wrong with the
file makes containerd go on without it, with a line in its log.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from regtui.frozen import dataclass
from regtui.host.containerd.model import ALL_CAPABILITIES, Capability, HostEntry
from regtui.host.credentials import Secret
from regtui.host.gourl import GoUrlError, parse_url
from regtui.host.model import Source
from regtui.host.toml_file import TomlFailure, TomlFile, read_toml
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME = "hosts.toml"
NO_HOST_TREE = "invalid `host` tree"
HOST_KEYS = frozenset(("capabilities", "ca", "client", "skip_verify", "header", "override_path"))
ROOT_KEYS = HOST_KEYS | {"server", "host"}
# Known to containerd 1.7 or 2 only; an older one passes them over.
_LATER_KEYS = frozenset(("dial_timeout",))


class HostsTomlError(ValueError):
    """containerd does not use the file; `str()` is what its log says, without secrets."""

    def __init__(self, text: str, source: Source) -> None:
        super().__init__(text)
        self.source = source


@dataclass(frozen=True, slots=True)
class HostsToml:
    """The entries in the order in which they are asked, and the keys that mean nothing."""

    entries: tuple[HostEntry, ...]
    unknown_keys: tuple[Source, ...] = ()


def read_hosts_toml(folder: str, data: bytes) -> HostsToml:
    """Read a file. Raises HostsTomlError."""
    path = f"{folder}/{NAME}"
    file = read_toml(path, data)
    if isinstance(file, TomlFailure):
        where = f"({file.line}, {file.column})"
        raise HostsTomlError(f"failed to parse TOML: {where}: {file.words}", Source(printable(path), file.line))
    hosts = file.fields.get("host")
    if not isinstance(hosts, dict):
        raise HostsTomlError(NO_HOST_TREE, Source(printable(path)))
    entries = [_entry(file, folder, name, hosts[name], ("host", name)) for name in _in_order(file, hosts)]
    server = file.fields.get("server", "")
    if not isinstance(server, str):
        raise HostsTomlError("server is no text", file.source("server"))
    entries.append(_entry(file, folder, server, file.fields, ()))
    numbered = tuple(replace(entry, key=f"{path}#{number}") for number, entry in enumerate(entries))
    return HostsToml(numbered, tuple(_unknown(file, hosts)))


def _in_order(file: TomlFile, hosts: Mapping[str, Any]) -> list[str]:
    """Return the hosts by the line on which each first appears."""

    def first_line(name: str) -> int:
        lines = [line for place, line in file.lines.items() if place[:2] == ("host", name)]
        return min(lines, default=0)

    return sorted(hosts, key=first_line)


def _entry(file: TomlFile, folder: str, server: str, fields: object, place: tuple[str, ...]) -> HostEntry:
    source = file.source(*(place or ("server",)))
    if not isinstance(fields, dict):
        raise HostsTomlError(f"{printable(server, 100)} is no table", source)
    reader = _Fields(file, folder, fields, place)
    scheme, host, path = _address(server, reader.flag("override_path") or False, source)
    return HostEntry(
        scheme=scheme,
        host=host,
        path=path,
        capabilities=reader.capabilities(),
        skip_verify=reader.flag("skip_verify"),
        authorities=reader.authorities(),
        pairs=reader.pairs(),
        headers=reader.headers(),
        source=source,
    )


def _address(server: str, override_path: bool, source: Source) -> tuple[str, str, str]:
    """Return scheme, host and the root of the API; nothing for an empty server."""
    if not server:
        return "", "", ""
    text = server if server.startswith("http") else f"https://{server}"
    try:
        url = parse_url(text)
    except GoUrlError as error:
        raise HostsTomlError(f"unable to parse server {printable(text)}: {error}", source) from None
    path = posixpath.normpath(url.path) if url.path else ""
    if not override_path and not path.endswith("/v2"):
        path += "/v2"
    return url.scheme, url.host, posixpath.normpath(f"/{path}").replace("//", "/").rstrip("/")


@dataclass(frozen=True, slots=True)
class _Fields:
    """The keys of one host, each in the types that it may have."""

    file: TomlFile
    folder: str
    fields: Mapping[str, Any]
    place: tuple[str, ...]

    def flag(self, name: str) -> bool | None:
        value = self.fields.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise self._wrong(name, f"Can't convert {printable(str(value), 60)} to bool")

    def capabilities(self) -> tuple[Capability, ...]:
        value = self.fields.get("capabilities")
        if value is None:
            return ALL_CAPABILITIES
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong("capabilities", "capabilities is no list of texts")
        found = []
        for item in value:
            if item.lower() not in set(Capability):
                raise self._wrong("capabilities", f"unknown capability {printable(item, 60)}")
            found.append(Capability(item.lower()))
        return tuple(found) or ALL_CAPABILITIES

    def authorities(self) -> tuple[str, ...]:
        value = self.fields.get("ca")
        match value:
            case None:
                return ()
            case str():
                return (self._path(value),)
            case list() if all(isinstance(item, str) for item in value):
                return tuple(self._path(item) for item in value)
            case _:
                raise self._wrong("ca", 'invalid type for "ca"')

    def pairs(self) -> tuple[tuple[str, str], ...]:
        value = self.fields.get("client")
        match value:
            case None:
                return ()
            case str():
                return ((self._path(value), ""),)
            case list():
                return tuple(self._pair(item) for item in value)
            case _:
                raise self._wrong("client", 'invalid type for "client"')

    def _pair(self, item: object) -> tuple[str, str]:
        match item:
            case str():
                return (self._path(item), "")
            case [str() as certificate, str() as key]:
                return (self._path(certificate), self._path(key))
            case list():
                raise self._wrong("client", 'invalid pair for "client"')
            case _:
                raise self._wrong("client", 'invalid type for "client"')

    def headers(self) -> tuple[tuple[str, Secret], ...]:
        value = self.fields.get("header")
        if value is None:
            return ()
        if not isinstance(value, dict):
            raise self._wrong("header", "header is no table")
        found = []
        for name, texts in value.items():
            for text in texts if isinstance(texts, list) else [texts]:
                if not isinstance(text, str):
                    raise self._wrong("header", f"invalid type for header {printable(name, 60)}")
                found.append((name, Secret(text)))
        return tuple(found)

    def _path(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.folder, path))

    def _wrong(self, name: str, text: str) -> HostsTomlError:
        source = self.file.source(*self.place, name)
        where = f"({source.line}, 1): " if source.line and text.startswith("Can't") else ""
        return HostsTomlError(where + text, source)


def _unknown(file: TomlFile, hosts: Mapping[str, Any]) -> Iterator[Source]:
    for key in file.fields:
        if key not in ROOT_KEYS | _LATER_KEYS:
            yield file.source(key)
    for name, fields in hosts.items():
        for key in fields if isinstance(fields, dict) else ():
            if key not in HOST_KEYS | _LATER_KEYS:
                yield file.source("host", name, key)
