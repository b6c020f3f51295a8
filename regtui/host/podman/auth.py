"""auth.json and its like: which credential, or which helper, podman has for a registry or a namespace in it.

Rules: pkg/docker/config/config.go of containers/image 5.23. The file that knows the name most exactly does not win, but
the first file that knows it at all. Helpers are only named here.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, line_of, unmarshal
from regtui.host.credentials import Credential, HelperCall, Secret
from regtui.host.files import FileText, TroubleKind
from regtui.host.json_places import places_in
from regtui.host.model import Source
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.files import FileSource
    from regtui.host.podman.model import PodmanConfig

FILES = "containers-auth.json"
"""What stands in `credential-helpers` for the files."""
_HELPER = re.compile(r"[A-Za-z0-9._-]+")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_HUB_NAMES = ("registry-1.docker.io", "docker.io")


@dataclass(frozen=True, slots=True)
class AuthFault:
    """podman fails over its credentials before it asks; `text` is its error and holds no secret.

    `source` is the file at fault, None where that is not one; `is_denied` says that it may not be read.
    """

    text: str
    source: Source | None = None
    is_denied: bool = False


Found = Credential | HelperCall | AuthFault | None


@dataclass(frozen=True, slots=True)
class _AuthFile:
    """One file's entries as they are written."""

    path: str
    legacy: bool
    entries: Mapping[str, object]
    helpers: Mapping[str, object]
    lines: Mapping[str, int]

    def source(self, key: str) -> Source:
        return Source(printable(self.path), self.lines.get(key), key)


class PodmanAuth:
    """The credentials of one host, each file read once."""

    def __init__(self, files: FileSource, config: PodmanConfig) -> None:
        self._files = files
        self._config = config
        self._read: dict[str, _AuthFile | AuthFault] = {}

    def lookup(self, name: str) -> Found:
        """Return what answers for an image's name without tag (`quay.io/coreos/etcd`), None for an anonymous pull."""
        faults: list[str] = []
        registry = name.partition("/")[0]
        for helper in self._config.helpers:
            if helper == FILES:
                found = self._in_files(name, registry)
            else:
                found = _helper_call(helper, registry, Source(printable(self._config.config_file)))
            if isinstance(found, AuthFault):
                faults.append(found.text)
            elif found is not None:
                return found
        if not faults:
            return None
        listed = "".join(f"\t* {fault}\n" for fault in faults)
        count = "1 error" if len(faults) == 1 else f"{len(faults)} errors"
        return AuthFault(f"{count} occurred:\n{listed}\n")

    def faults(self) -> tuple[AuthFault, ...]:
        """Return the files that make podman fail: every pull that no file before them has a login for."""
        files = self._config.auth_files if FILES in self._config.helpers else ()
        read = [self._file(path, legacy=path == files[-1]) for path in files if path]
        return tuple(file for file in read if isinstance(file, AuthFault))

    def _in_files(self, name: str, registry: str) -> Found:
        *current, legacy = self._config.auth_files or ("",)
        for path in (*current, legacy):
            if not path:
                continue
            file = self._file(path, legacy=path == legacy)
            if isinstance(file, AuthFault):
                return file
            found = _in_file(file, name, registry)
            if found is not None:
                return found
        return None

    def _file(self, path: str, *, legacy: bool) -> _AuthFile | AuthFault:
        if path not in self._read:
            self._read[path] = self._parse(path, legacy=legacy)
        return self._read[path]

    def _parse(self, path: str, *, legacy: bool) -> _AuthFile | AuthFault:
        found = self._files.read(path)
        if not isinstance(found, FileText):
            if found.kind is TroubleKind.MISSING:
                return _AuthFile(path, legacy, {}, {}, {})
            text = f"reading JSON file {go_quote(path)}: {found.as_go}"
            return AuthFault(text, Source(printable(path)), found.kind is TroubleKind.DENIED)
        try:
            document = unmarshal(found.data)
        except GoJsonError as error:
            where, source = go_quote(path), Source(printable(path), line_of(found.data, error.offset))
            return AuthFault(
                f"reading JSON file {where}: unmarshaling JSON at {where}: {printable(str(error))}", source
            )
        fields = document if isinstance(document, dict) else {}
        entries = fields if legacy else _object(_field(fields, "auths"))
        helpers = {} if legacy else _object(_field(fields, "credHelpers"))
        return _AuthFile(path, legacy, entries, helpers, places_in(found.data).keys)


def _in_file(file: _AuthFile, name: str, registry: str) -> Found:
    if registry in file.helpers:
        return _helper_call(file.helpers[registry], registry, file.source("credHelpers"))
    for key in (registry,) if file.legacy else _name_and_namespaces(name):
        if key in file.entries:
            return _credential(file.entries[key], file.source("auths"))
    wanted = _canonical(registry)
    for key, entry in file.entries.items():
        if _host_of(key, legacy=file.legacy) == wanted:
            return _credential(entry, file.source("auths"))
    return None


def _name_and_namespaces(name: str) -> Iterator[str]:
    while True:
        yield name
        if "/" not in name:
            return
        name = name.rpartition("/")[0]


def _host_of(key: str, *, legacy: bool) -> str:
    """Return the host of an entry that `docker login` has written, which may be a URL (normalizeAuthFileKey)."""
    stripped = key.removeprefix("http://").removeprefix("https://")
    if legacy or stripped != key:
        stripped = stripped.partition("/")[0]
    return _canonical(stripped)


def _canonical(registry: str) -> str:
    return "index.docker.io" if registry in _HUB_NAMES else registry


def _helper_call(helper: object, registry: str, source: Source) -> HelperCall | None:
    """Return the call of a helper; a name that no program of the kind can have is none."""
    if isinstance(helper, str) and _HELPER.fullmatch(helper):
        return HelperCall(helper, registry, source)
    return None


def _credential(entry: object, source: Source) -> Credential | AuthFault | None:
    """Return what an entry holds (decodeDockerAuth); an empty one, which marks a helper's, holds nothing."""
    fields = _object(entry)
    auth, token = _text(fields, "auth"), _text(fields, "identitytoken")
    written = auth.replace("\r", "").replace("\n", "")
    try:
        decoded = base64.b64decode(written, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return AuthFault(f"illegal base64 data at input byte {_first_fault(written)}")
    user, colon, password = decoded.partition(":")
    password = password.strip("\0")
    if not colon or not (user or password or token):
        return None
    return Credential(user, Secret(password), Secret(token) if token else None, source)


def _first_fault(text: str) -> int:
    """Return the byte that Go names: the first that is none of base64, or where the last four begin."""
    found = _NOT_BASE64.search(text.rstrip("="))
    return found.start() if found else len(text.rstrip("=")) // 4 * 4


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(fields: Mapping[str, object], key: str) -> str:
    value = _field(fields, key)
    return value if isinstance(value, str) else ""


def _field(fields: Mapping[str, object], key: str) -> object:
    """Return a field as encoding/json finds it: the exact key, else the same in other letter case."""
    if key in fields:
        return fields[key]
    return next((value for name, value in fields.items() if name.lower() == key.lower()), None)
