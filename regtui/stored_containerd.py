"""What the host stores for containerd's clients: the files that hosts.toml and config.toml name, and their logins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.hub import HUB_HOST, HUB_KEY
from regtui.host.certs import CERTS_LIMIT, CertsDirectory, ClientPair, pair_error, pem_blocks
from regtui.host.containerd.model import ContainerdConfig, HostEntry
from regtui.host.files import FileTrouble
from regtui.host.model import ContainerdClient
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.credentials import Credential, HelperCall, Secret
    from regtui.host.files import FileSource
    from regtui.stored import Stored


class _FileError(ValueError):
    """containerd's error about a file of an entry."""


class ContainerdStored:
    """Certificates, headers and credentials by the key of an entry, or by the host that is asked."""

    def __init__(self, files: FileSource, config: ContainerdConfig | None, *, docker: Stored | None = None) -> None:
        """`docker` is what nerdctl reads besides: docker's own logins."""
        self._files = files
        self._config = config or ContainerdConfig()
        self._docker = docker
        self._entries = {entry.key: entry for entry in self._all_entries() if entry.key}
        self._certs: dict[str, CertsDirectory] = {}

    def certificates(self, host: str) -> CertsDirectory:
        """Return the files of the entry that `host` is the key of."""
        if host not in self._certs:
            entry = self._entries.get(host)
            self._certs[host] = CertsDirectory() if entry is None else self._read(entry)
        return self._certs[host]

    def credential(self, key: str, host: str) -> tuple[Credential | HelperCall | None, str]:
        """Return what answers for the host that is asked, and words for where it comes from."""
        match self._config.client:
            case ContainerdClient.CTR:
                return None, "ctr has no stored logins, only --user"
            case ContainerdClient.NERDCTL | ContainerdClient.DOCKER if self._docker is not None:
                return self._docker.credential(HUB_KEY if host == HUB_HOST else key, host)
            case _:
                login = self._config.cri.logins.get(key)
                if login is None:
                    return None, "no login for it in config.toml; the kubelet adds those of imagePullSecrets"
                who = printable(login.username, 100) or "an identity token"
                return login, f"the login of {who} in {login.source}"

    def locked(self, _key: str, /) -> str:
        """Return nothing: containerd goes on without a login."""
        return ""

    def headers(self, key: str, /) -> tuple[tuple[str, Secret], ...]:
        """Return the headers of an entry."""
        entry = self._entries.get(key)
        return () if entry is None else entry.headers

    def _all_entries(self) -> Iterator[HostEntry]:
        for folder in self._config.folders.values():
            yield from folder.entries
        yield from self._config.cri.entries.values()

    def _read(self, entry: HostEntry) -> CertsDirectory:
        try:
            authorities = tuple((path, self._authority(path)) for path in entry.authorities)
            pairs = tuple(self._pair(certificate, key or certificate) for certificate, key in entry.pairs)
        except _FileError as error:
            return CertsDirectory(entry.key, error=str(error))
        return CertsDirectory(entry.key, authorities, pairs)

    def _pair(self, certificate: str, key: str) -> ClientPair:
        pair = ClientPair(certificate, key, self._file(certificate, "CERT file"), self._file(key, "CERT file"))
        if (error := pair_error(pair.certificate, pair.key)) is not None:
            raise _FileError(f"failed to load X509 key pair: {error}")
        return pair

    def _authority(self, path: str) -> bytes:
        data = self._file(path, "CA cert")
        if not any(kind == "CERTIFICATE" for kind, _content in pem_blocks(data)):
            raise _FileError(f"unable to load CA cert {go_quote(path)}")
        return data

    def _file(self, path: str, what: str) -> bytes:
        found = self._files.read(path, CERTS_LIMIT)
        if isinstance(found, FileTrouble):
            raise _FileError(f"unable to read {what} {go_quote(path)}: {found.as_go}")
        return found.data
