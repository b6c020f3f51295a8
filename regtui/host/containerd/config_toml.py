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
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.files import FileSource

CONFIG = "/etc/containerd/config.toml"
_PLUGINS = ("io.containerd.cri.v1.images", "io.containerd.grpc.v1.cri", "cri")
"""The table below `plugins`: of version 3, 2 and 1."""
IMPORTS_LIMIT = 100
_BOTH = "`mirrors` cannot be set when `config_path` is provided"
_DEFAULT_V3 = ("/etc/containerd/certs.d", "/etc/docker/certs.d")


class ConfigTomlError(ValueError):
    """containerd does not start, or its CRI plugin does not; `str()` is its error."""

    def __init__(self, text: str, source: Source) -> None:
        super().__init__(text)
        self.source = source


def read_config_toml(files: FileSource, path: str = CONFIG) -> CriRegistry:
    """Return the registries of config.toml and of the files that it imports. Raises ConfigTomlError."""
    found = CriRegistry()
    for file in _with_imports(files, path):
        found = _merged(found, _registry_of(file))
    if found.config_path and found.mirrors:
        source = next(iter(found.mirror_sources.values()))
        raise ConfigTomlError(f"invalid plugin config: {_BOTH}", source)
    return found


def _with_imports(files: FileSource, path: str) -> Iterator[TomlFile]:
    """Yield the file and its imports, which replace what it says."""
    first = _read(files, path)
    if first is None:
        return
    yield first
    imports = first.fields.get("imports")
    patterns = [item for item in imports if isinstance(item, str)] if isinstance(imports, list) else []
    for pattern in patterns[:IMPORTS_LIMIT]:
        whole = pattern if pattern.startswith("/") else f"{path.rpartition('/')[0]}/{pattern}"
        for imported in _matching(files, whole):
            if (file := _read(files, imported)) is not None:
                yield file


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


def _registry_of(file: TomlFile) -> CriRegistry:
    plugins = _table(file.fields.get("plugins"))
    for plugin in _PLUGINS:
        if plugin in plugins:
            place = ("plugins", plugin, "registry")
            fields = _table(_table(plugins[plugin]).get("registry"))
            return _registry(file, fields, place, is_version_3=plugin == _PLUGINS[0])
    default = _DEFAULT_V3 if file.fields.get("version") == 3 else ()
    return CriRegistry(config_path=default)


def _registry(file: TomlFile, fields: Mapping[str, Any], place: tuple[str, ...], *, is_version_3: bool) -> CriRegistry:
    written = fields.get("config_path")
    paths = tuple(part for part in written.split(":") if part) if isinstance(written, str) else ()
    if written is None and is_version_3:
        paths = _DEFAULT_V3
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
        logins={**one.logins, **other.logins},
        is_present=one.is_present or other.is_present,
    )


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
