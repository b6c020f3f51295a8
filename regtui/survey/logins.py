"""Where logins are stored and for whom, in words; what is stored stays where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.model import ContainerdClient, Source
from regtui.survey.model import Login
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.credentials import Credential, CredentialFile
    from regtui.host.model import HostConfig

NAMES = 200
"""Logins that are told of."""


def stored_logins(config: HostConfig, read: tuple[CredentialFile, ...]) -> tuple[Login, ...]:
    """Return the logins that the files name and the helpers that they leave the rest to."""
    logins = [login for file in read for login in _of_file(file)]
    if config.containerd is not None and config.containerd.client is ContainerdClient.CRI:
        logins = [_login(name, one) for name, one in config.containerd.cri.logins.items()]
    return tuple(logins[:NAMES])


def places(config: HostConfig, path: str) -> tuple[str, ...]:
    """Return the places that the engine's logins are read from, in order."""
    if config.podman is not None:
        helpers = [f"docker-credential-{one}" for one in config.podman.helpers if one != "containers-auth.json"]
        return tuple(printable(one, 200) for one in (*config.podman.auth_files, *helpers))
    if config.containerd is not None and config.containerd.client is ContainerdClient.CRI:
        return ("config.toml", "the kubelet's imagePullSecrets, which are not on this host")
    return tuple(printable(one, 200) for one in files_of(config, path))


def files_of(config: HostConfig, path: str) -> tuple[str, ...]:
    """Return the files that the engine reads logins from, docker's being `path`; ctr has none."""
    if config.podman is not None:
        return config.podman.auth_files
    if config.containerd is not None and config.containerd.client is not ContainerdClient.NERDCTL:
        return ()
    return (path,)


def _of_file(credentials: CredentialFile) -> Iterator[Login]:
    for server, one in credentials.entries.items():
        yield _login(server, one)
    for server, helper in credentials.helpers.items():
        yield Login(_shown(server), _helper(helper), _source(credentials, "credHelpers"))
    if credentials.store != "":
        yield Login("all others", _helper(credentials.store), _source(credentials, "credsStore"))


def _login(server: str, one: Credential) -> Login:
    who = printable(one.username, 100) or "an identity token"
    return Login(_shown(server), f"the login of {who}", one.source)


def _helper(name: str | None) -> str:
    return "a helper whose name is not allowed: none is sent" if name is None else f"docker-credential-{name}"


def _source(credentials: CredentialFile, key: str) -> Source:
    return Source(credentials.path, credentials.places.keys.get(key), key)


def _shown(server: str) -> str:
    return printable(strip_userinfo(server), 200)
