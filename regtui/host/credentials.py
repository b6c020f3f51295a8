"""~/.docker/config.json: which credential, or which helper, the docker CLI has for a registry.

Sources: cli/config/configfile/file.go and cli/config/credentials of the CLI; registry/auth.go:226-243 and
registry/config.go:322 of 1.13.1. Helpers are only named here; they are run elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import field
from typing import TYPE_CHECKING, NoReturn

from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, decode_first, line_of
from regtui.host.files import TroubleKind
from regtui.host.json_places import Places, places_in
from regtui.host.model import Finding, Severity, Source
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.files import FileTrouble

INDEX_SERVER = "https://index.docker.io/v1/"
_OFFICIAL = frozenset({"docker.io", "index.docker.io", INDEX_SERVER})
_UNREADABLE = "credentials-unreadable"
_HELPER = re.compile(r"[A-Za-z0-9._-]+")


class Secret:
    """A text that no message, log or exception shows; `reveal` is the only way to it."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the text; for the header that it belongs in, and nothing else."""
        return self.__value

    def __repr__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True)
class Credential:
    """A stored user name and password, or an identity token that stands for them."""

    username: str
    secret: Secret
    identity_token: Secret | None
    source: Source


@dataclass(frozen=True, slots=True)
class HelperCall:
    """`docker-credential-HELPER get` with `server` on its input answers for this registry, and nothing else does."""

    helper: str
    server: str
    source: Source


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """What config.json stores: credentials by server, the default helper, helpers by server.

    A helper whose name is not allowed is None: its servers have no credential, and no other store is tried. `unusable`
    says that docker makes nothing of the file at all.
    """

    path: str
    entries: Mapping[str, Credential] = field(default_factory=dict)
    store: str | None = ""
    helpers: Mapping[str, str | None] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    places: Places = field(default_factory=Places, repr=False)
    unusable: bool = False

    def lookup(self, name: str) -> Credential | HelperCall | None:
        """Return what answers for a registry's `HOST[:PORT]`, None for nothing: the pull is anonymous.

        Docker Hub's server is `https://index.docker.io/v1/`, to the letter. Of any other the exact key comes first,
        then the first key that is the same without its scheme and path. `host` and `host:443` are two servers.
        """
        server = server_of(name)
        helper = self.helpers.get(server, self.store)
        key = "credHelpers" if server in self.helpers else "credsStore"
        if helper != "":
            return None if helper is None else HelperCall(helper, server, self._source(key))
        if server in self.entries or server == INDEX_SERVER:
            return self.entries.get(server)
        return next((entry for stored, entry in self.entries.items() if _host_of(stored) == server), None)

    def _source(self, key: str) -> Source:
        return Source(self.path, self.places.keys.get(key), key)


def server_of(name: str) -> str:
    """Return the server that a registry's credentials are stored under (GetAuthConfigKey)."""
    return INDEX_SERVER if name in _OFFICIAL else name


def parse_credentials(data: bytes, path: str) -> CredentialFile:
    """Read the file; what is damaged becomes a finding that quotes nothing of the content, and the rest counts."""
    try:
        document = decode_first(data)
    except GoJsonError as error:
        return _unusable(path, _damaged("it is no JSON", Source(path, line_of(data, error.offset))))
    if document is None:
        return CredentialFile(path)
    if not isinstance(document, dict):
        return _unusable(path, _damaged("it holds no object", Source(path, 1)))
    return _Reader(path, document, places_in(data)).read()


def unread_credentials(trouble: FileTrouble) -> CredentialFile | None:
    """Return what a file that cannot be read comes to, None for one that is not there."""
    source = Source(printable(trouble.path))
    match trouble.kind:
        case TroubleKind.MISSING:
            return None
        case TroubleKind.SPECIAL | TroubleKind.TOO_LARGE:  # docker would read it
            message = f"regtui does not read the stored credentials: {trouble.message}"
            return CredentialFile(trouble.path, findings=(Finding(_UNREADABLE, Severity.NOTE, message, source),))
        case TroubleKind.DENIED:
            fix = "give the file to the user who runs docker"
        case _:
            fix = "move it away, and log in again"
    message = f"the stored credentials cannot be used: {trouble.cause}"
    return _unusable(trouble.path, Finding(_UNREADABLE, Severity.WARNING, message, source, fix))


def _unusable(path: str, finding: Finding) -> CredentialFile:
    return CredentialFile(path, findings=(finding,), unusable=True)


def _host_of(key: str) -> str:
    """Return a stored key without scheme and path (registry.ConvertToHostname)."""
    return key.removeprefix("http://").removeprefix("https://").partition("/")[0]


def _damaged(reason: str, source: Source) -> Finding:
    message = f"the stored credentials cannot be used: {reason}"
    return Finding("credentials-damaged", Severity.ERROR, message, source, "log in again")


class _Reader:
    """One pass over the decoded document, collecting what is wrong with it."""

    __slots__ = ("document", "findings", "path", "places")

    def __init__(self, path: str, document: Mapping[str, object], places: Places) -> None:
        self.path = path
        self.document = document
        self.places = places
        self.findings: list[Finding] = []

    def read(self) -> CredentialFile:
        entries: dict[str, Credential] = {}
        for server, value in self.objects("auths").items():
            entry = _entry(value, self.source("auths"))
            if isinstance(entry, Credential):
                entries[server] = entry
            elif entry:
                shown = printable(strip_userinfo(server), 100)
                self.findings.append(_damaged(f"the entry of {shown} {entry}", self.source("auths")))
        store = self.helper("credsStore", _field(self.document, "credsStore"))
        helpers = {server: self.helper("credHelpers", value) for server, value in self.objects("credHelpers").items()}
        return CredentialFile(self.path, entries, store, helpers, tuple(self.findings), self.places)

    def source(self, key: str) -> Source:
        return Source(self.path, self.places.keys.get(key), key)

    def objects(self, key: str) -> Mapping[str, object]:
        value = _field(self.document, key)
        if value is None or isinstance(value, dict):
            return value or {}
        self.findings.append(_damaged(f"`{key}` is no object", self.source(key)))
        return {}

    def helper(self, key: str, value: object) -> str | None:
        """Return a helper's name, empty for none, None where it is not one that may be run."""
        if value is None or value == "":
            return ""
        if isinstance(value, str) and _HELPER.fullmatch(value):
            return value
        reason = f"`{key}` names a helper that no credential helper can be called; no other store is asked instead"
        self.findings.append(_damaged(reason, self.source(key)))
        return None


def _field(document: Mapping[str, object], key: str) -> object:
    """Return a field as encoding/json finds it: the exact key, else the same in other letter case."""
    if key in document:
        return document[key]
    return next((value for name, value in document.items() if name.lower() == key.lower()), None)


def _entry(value: object, source: Source) -> Credential | str | None:
    """Return one server's credential, or what is wrong with it; None for an entry that only marks a helper's."""
    if value is None:
        return None
    if not isinstance(value, dict):
        return "is no object"
    texts = [_field(value, name) or "" for name in ("auth", "username", "password", "identitytoken")]
    auth, user, password, token = (text if isinstance(text, str) else None for text in texts)
    if auth is None or user is None or password is None or token is None:
        return "holds something that is no text"
    if auth:
        decoded = _decoded(auth)
        if decoded is None:
            return "holds no base64 of `user:password`"
        user, password = decoded
    if not (user or password or token):
        return None
    return Credential(user, Secret(password), Secret(token) if token else None, source)


def _decoded(auth: str) -> tuple[str, str] | None:
    """Return user and password, as decodeAuth does: standard base64, first colon, NULs cut off the password's ends."""
    try:
        data = base64.b64decode(auth.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    user, colon, password = data.decode("utf-8", "surrogateescape").partition(":")
    return (user, password.strip("\0")) if colon else None
