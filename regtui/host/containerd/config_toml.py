"""The registries of containerd's config.toml, which the kubelet's pulls follow (CRI).

Rules: pkg/cri/config and pkg/cri/server/image_pull.go of containerd 1.6; the plugin's name differs between the three
versions of the file.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from regtui.host.containerd.model import CriRegistry, HostEntry
from regtui.host.credentials import Credential, Secret
from regtui.host.files import FileText
from regtui.host.model import Source
from regtui.host.toml_file import TomlFailure, TomlFile, read_toml
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.files import FileSource

CONFIG = "/etc/containerd/config.toml"
_PLUGINS = {1: "cri", 2: "io.containerd.grpc.v1.cri", 3: "io.containerd.cri.v1.images"}
"""The table below `plugins` by the version of the file; a file that names none is of version 1."""
IMPORTS_LIMIT = 100
"""Files that a configuration may import, directly or through others."""
_BOTH = "invalid plugin config: `{}` cannot be set when `config_path` is provided"
_DEFAULT_V3 = ("/etc/containerd/certs.d", "/etc/docker/certs.d")


class ConfigTomlError(ValueError):
    """containerd does not start, or its CRI plugin does not; `str()` is its error."""

    def __init__(self, text: str, source: Source) -> None:
        super().__init__(text)
        self.source = source


def read_config_toml(files: FileSource, path: str = CONFIG) -> CriRegistry:
    """Return the registries of config.toml and of the files that it imports. Raises ConfigTomlError."""
    found, version = CriRegistry(), 1
    for file in _with_imports(files, path):
        version = _version(file) or version
        found = _merged(found, _registry_of(file, version))
        _check_plugins(file, version)
    if version > 2 and found.config_path_source is None:
        found = replace(found, config_path=_DEFAULT_V3)
    if found.config_path:
        tables = {"mirrors": found.mirror_sources, "configs.tls": found.tls_sources}
        for name, sources in tables.items():
            if sources:
                raise ConfigTomlError(_BOTH.format(name), next(iter(sources.values())))
    return found


def _with_imports(files: FileSource, path: str) -> Iterator[TomlFile]:
    """Yield the file, its imports, and theirs; each replaces what those before it say."""
    pending, seen = [path], set[str]()
    while pending and len(seen) < IMPORTS_LIMIT:
        path = pending.pop(0)
        if path in seen:
            continue
        seen.add(path)
        file = _read(files, path)
        if file is None:
            continue
        yield file
        imports = file.fields.get("imports")
        for pattern in imports[:IMPORTS_LIMIT] if isinstance(imports, list) else ():
            if isinstance(pattern, str):
                whole = pattern if pattern.startswith("/") else f"{path.rpartition('/')[0]}/{pattern}"
                pending += _matching(files, whole)


def _version(file: TomlFile) -> int:
    version = file.fields.get("version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        value = str(version).lower() if isinstance(version, bool) else str(version)
        kind = {str: "string", bool: "bool", float: "float64"}.get(type(version), "map")
        source = file.source("version")
        text = f"containerd: failed to unmarshal TOML: ({source.line or 1}, 1): Can't convert {value}({kind}) to int"
        raise ConfigTomlError(printable(text), source)
    return version or 0


def _check_plugins(file: TomlFile, version: int) -> None:
    """Refuse a plugin's short name in a file of version 2 (ValidateV2)."""
    for name in _table(file.fields.get("plugins")):
        if version > 1 and name.count(".") < 3:
            text = f"containerd: failed to load TOML from {file.path}: invalid plugin key URI {go_quote(name)}"
            raise ConfigTomlError(f"{text} expect io.containerd.x.vx", file.source("plugins", name))


def _matching(files: FileSource, pattern: str) -> list[str]:
    """Return the files of a pattern, whose last part alone may hold a `*`."""
    folder, _slash, name = pattern.rpartition("/")
    before, star, after = name.partition("*")
    if not star:
        return [pattern]
    names = [each for each in files.list(folder) if each.startswith(before) and each.endswith(after)]
    return [f"{folder}/{each}" for each in names[:IMPORTS_LIMIT]]


def _read(files: FileSource, path: str) -> TomlFile | None:
    found = files.read(path)
    if not isinstance(found, FileText):
        return None
    file = read_toml(path, found.data)
    if isinstance(file, TomlFailure):
        where = f"({file.line}, {file.column})"
        text = f"containerd: failed to load TOML: {path}: {where}: {file.words}"
        raise ConfigTomlError(text, Source(printable(path), file.line))
    return file


def _registry_of(file: TomlFile, version: int) -> CriRegistry:
    plugins = _table(file.fields.get("plugins"))
    plugin = _PLUGINS.get(version, _PLUGINS[3])
    fields = _table(_table(plugins.get(plugin)).get("registry"))
    found = _registry(file, fields, ("plugins", plugin, "registry"))
    unread = tuple(
        file.source("plugins", name, name=f"version {version}")
        for name in _PLUGINS.values()
        if name != plugin and "registry" in _table(plugins.get(name))
    )
    return replace(found, unread=unread, is_present=found.is_present or bool(unread))


def _registry(file: TomlFile, fields: Mapping[str, Any], place: tuple[str, ...]) -> CriRegistry:
    written = fields.get("config_path")
    paths = tuple(part for part in written.split(":") if part) if isinstance(written, str) else ()
    mirrors = {
        name: tuple(item for item in _list(_table(value).get("endpoint")) if isinstance(item, str))
        for name, value in _table(fields.get("mirrors")).items()
    }
    configs = _table(fields.get("configs"))
    return CriRegistry(
        config_path=tuple(path.rstrip("/") or "/" for path in paths),
        config_path_source=file.source(*place, "config_path") if written is not None else None,
        mirrors=mirrors,
        mirror_sources={name: file.source(*place, "mirrors", name, name=name) for name in mirrors},
        entries={
            host: _tls(_table(_table(value).get("tls")), file.source(*place, "configs", host, "tls"), host)
            for host, value in configs.items()
        },
        tls_sources={
            host: file.source(*place, "configs", host, "tls")
            for host, value in configs.items()
            if isinstance(_table(value).get("tls"), dict)
        },
        logins={
            host: login
            for host, value in configs.items()
            if (login := _login(_table(_table(value).get("auth")), file.source(*place, "configs", host, "auth")))
        },
        is_present=bool(fields),
    )


def _tls(fields: Mapping[str, Any], source: Source, host: str) -> HostEntry:
    skip = fields.get("insecure_skip_verify")
    ca, certificate, key = (fields.get(name) for name in ("ca_file", "cert_file", "key_file"))
    pair = ((certificate, key),) if isinstance(certificate, str) and isinstance(key, str) else ()
    return HostEntry(
        skip_verify=skip if isinstance(skip, bool) else None,
        authorities=(ca,) if isinstance(ca, str) and ca else (),
        pairs=tuple((each, other) for each, other in pair if each and other),
        source=source,
        key=f"{CONFIG}#{host}",
    )


def _login(fields: Mapping[str, Any], source: Source) -> Credential | None:
    """Return the login of a registry: user name and password, or both in base64, or an identity token."""
    user, password, auth, token = (
        value if isinstance(value := fields.get(name), str) else ""
        for name in ("username", "password", "auth", "identitytoken")
    )
    if auth and not user:
        try:
            decoded = base64.b64decode(auth, validate=True).decode("utf-8", "surrogateescape")
        except (binascii.Error, ValueError):
            return None
        user, _colon, password = decoded.partition(":")
        password = password.strip("\0")
    if not (user or token):
        return None
    return Credential(user, Secret(password), Secret(token) if token else None, source)


def _merged(one: CriRegistry, other: CriRegistry) -> CriRegistry:
    return replace(
        one,
        config_path=other.config_path or one.config_path,
        config_path_source=other.config_path_source or one.config_path_source,
        mirrors={**one.mirrors, **other.mirrors},
        mirror_sources={**one.mirror_sources, **other.mirror_sources},
        entries={**one.entries, **other.entries},
        tls_sources={**one.tls_sources, **other.tls_sources},
        logins={**one.logins, **other.logins},
        unread=(*one.unread, *other.unread),
        is_present=one.is_present or other.is_present,
    )


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
