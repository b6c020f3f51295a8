"""What the host stores for podman: auth.json, its helpers, and the first directory of certificates that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.certs import CertsDirectory, read_certs
from regtui.host.credentials import Credential, HelperCall
from regtui.host.model import EngineName
from regtui.host.podman.auth import AuthFault, PodmanAuth
from regtui.host.podman.model import PodmanConfig
from regtui.stored import NO_CREDENTIALS
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.host.credentials import Secret
    from regtui.host.files import FileSource
    from regtui.host.podman.auth import Found


class PodmanStored:
    """Certificates and credentials as containers/image finds them, each file read once.

    A login is looked up by the name of the image at the place that is asked, a mirror's too, and so goes nowhere but to
    the registry that it is stored for.
    """

    def __init__(self, files: FileSource, config: PodmanConfig | None, *, root: str) -> None:
        """With another root than `/` no helper is run: it is a program of another system."""
        self._files = files
        self._config = config or PodmanConfig()
        self._auth = PodmanAuth(files, self._config)
        self._foreign = root != "/"
        self._found: dict[str, Found] = {}
        self._certs: dict[str, CertsDirectory] = {}

    def certificates(self, host: str) -> CertsDirectory:
        """Return what the first directory for `HOST[:PORT]` holds; the others are not looked at (dockerCertDir)."""
        if host not in self._certs:
            self._certs[host] = self._read_certs(host)
        return self._certs[host]

    def credential(self, key: str, host: str) -> tuple[Credential | HelperCall | None, str]:
        """Return what answers for the name `key`, and words for where it comes from."""
        found = self._lookup(key)
        match found:
            case Credential():
                who = printable(found.username, 100) or "an identity token"
                return found, f"the stored login of {who} in {found.source}"
            case HelperCall() if self._foreign:
                return None, f"docker-credential-{found.helper} is not run for another root ({found.source})"
            case HelperCall():
                return found, f"docker-credential-{found.helper} ({found.source})"
            case AuthFault():
                return None, f"{host}: the stored credentials cannot be read"
            case None:
                return None, f"{NO_CREDENTIALS} {', '.join(self._config.auth_files) or 'any file'}"

    def locked(self, key: str, /) -> str:
        """Return podman's error about the credentials of a name, empty where it goes on."""
        found = self._lookup(key)
        return found.text if isinstance(found, AuthFault) else ""

    def headers(self, _key: str, /) -> tuple[tuple[str, Secret], ...]:
        """Return nothing: podman has no such files."""
        return ()

    def _lookup(self, key: str) -> Found:
        if key not in self._found:
            self._found[key] = self._auth.lookup(key)
        return self._found[key]

    def _read_certs(self, host: str) -> CertsDirectory:
        if host in ("", ".", "..") or "/" in host:
            return CertsDirectory()
        for folder in self._config.certs_folders:
            if self._files.exists(f"{folder}/{host}"):
                return read_certs(self._files, f"{folder}/{host}", EngineName.PODMAN)
        return CertsDirectory()
