"""What the host stores for a registry: certs.d directories and docker's credentials, read when they are needed."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from regtui.engines.hub import HUB_KEY
from regtui.host.certs import CertsDirectory, read_certs
from regtui.host.credentials import Credential, CredentialFile, HelperCall, Secret, parse_credentials
from regtui.host.files import FileText, HostFiles, TroubleKind

if TYPE_CHECKING:
    from regtui.host.files import FileSource
    from regtui.host.model import EngineName

CERTS = "/etc/docker/certs.d"
NO_CREDENTIALS = "no credentials for it in"
"""What the words begin with for a registry that nothing is stored for."""


class Store(Protocol):
    """What one engine finds on its host for an endpoint, by the endpoint's `certificates` and `key`."""

    def certificates(self, host: str) -> CertsDirectory:
        """Return what the endpoint's directory of certificates holds."""
        ...

    def credential(self, key: str, host: str) -> tuple[Credential | HelperCall | None, str]:
        """Return what answers for the registry `key`, and words for where it comes from."""
        ...

    def locked(self, key: str, /) -> str:
        """Return the engine's error about the credentials of `key`, empty where it goes on."""
        ...

    def headers(self, key: str, /) -> tuple[tuple[str, Secret], ...]:
        """Return the headers that the host's files add for an endpoint, by its `certificates`."""
        ...


class Stored:
    """Certificates and credentials of one host, each file read once.

    With another root than `/` credentials come from root's home below it, and helpers are not run: they are programs
    of another system.
    """

    def __init__(
        self, files: FileSource, engine: EngineName, *, root: str, docker_config: str, home: str = "/root"
    ) -> None:
        """`docker_config` is what DOCKER_CONFIG says, empty where it says nothing or must not count.

        `home` is whose credentials count with another root.
        """
        self._home = home
        self._files = files
        self._engine = engine
        self._foreign = root != "/"
        self._folder = docker_config
        self._credentials: CredentialFile | None = None
        self._trouble = ""  # what is wrong with the file of credentials
        self._certs: dict[str, CertsDirectory] = {}

    def certificates(self, host: str) -> CertsDirectory:
        """Return what the certs.d directory of `HOST[:PORT]` holds; nothing for a name that is no directory's."""
        if host not in self._certs:
            safe = host if host not in ("", ".", "..") and "/" not in host else ""
            directory = f"{CERTS}/{safe}" if safe else ""
            self._certs[host] = read_certs(self._files, directory, self._engine) if directory else CertsDirectory()
        return self._certs[host]

    def credential(self, key: str, host: str) -> tuple[Credential | HelperCall | None, str]:
        """Return what answers for the registry `key`, and words for where it comes from.

        Docker looks the credentials of `index.R` up as those of R; a secret goes to the host that it is stored for.
        """
        if not key:
            return None, "none is sent to a mirror"
        if key not in (host, HUB_KEY):
            return None, f"docker would send the login of {key}; regtui sends it to {key} alone"
        file = self._read_credentials()
        found = file.lookup(key)
        match found:
            case Credential():
                return found, f"the stored login of {found.username or 'an identity token'} in {found.source}"
            case HelperCall() if self._foreign:
                return None, f"docker-credential-{found.helper} is not run for another root ({found.source})"
            case HelperCall():
                return found, f"docker-credential-{found.helper} ({found.source})"
            case None:
                return None, self._trouble or f"{NO_CREDENTIALS} {file.path}"

    def locked(self, _key: str, /) -> str:
        """Return the engine's error about credentials; dockerd goes on without them."""
        return ""

    def headers(self, _key: str, /) -> tuple[tuple[str, Secret], ...]:
        """Return the headers that the host's files add for an endpoint; dockerd knows none."""
        return ()

    def _read_credentials(self) -> CredentialFile:
        if self._credentials is None:
            path, files = self._place()
            text = files.read(path)
            if isinstance(text, FileText):
                self._credentials = parse_credentials(text.data, path)
                self._trouble = "; ".join(f"{one.source}: {one.message}" for one in self._credentials.findings[:3])
            else:
                self._credentials = CredentialFile(path)
                self._trouble = "" if text.kind is TroubleKind.MISSING else text.message
        return self._credentials

    def _place(self) -> tuple[str, FileSource]:
        """Return the path of config.json and the files that it is among."""
        folder = self._folder
        below_root = f"{self._home}/.docker/config.json"
        if self._foreign and (not folder or self._files.exists(below_root)):
            return below_root, self._files
        home = os.environ.get("HOME") or "/root"
        path = Path(folder or f"{home}/.docker", "config.json")
        with contextlib.suppress(OSError):  # the working directory is gone
            path = path.absolute()  # docker takes a relative one as it stands, HostFiles for one below the root
        return str(path), HostFiles("/")
