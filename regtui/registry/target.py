"""Who is asked: one endpoint with its TLS rules and the credential that is stored for it."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.registry.addresses import is_loopback_name
from regtui.registry.tls import SECURE, TlsRules
from regtui.registry.weburl import parse_url

if TYPE_CHECKING:
    from regtui.host.credentials import Credential, HelperCall, Secret


@dataclass(frozen=True, slots=True)
class Target:
    """One endpoint of a registry.

    `base` is `SCHEME://HOST[:PORT][/PREFIX]` without a slash at its end. `insecure` says that the host's configuration
    lists the registry as insecure. `credential` is what is stored for exactly this registry, None for a mirror,
    whatever is stored for what it mirrors. `api_path` stands before a repository, `query` behind it; `headers` are the
    host's own for this registry, and may be secret.
    """

    base: str
    tls: TlsRules = SECURE
    insecure: bool = False
    credential: Credential | HelperCall | None = None
    api_path: str = "/v2"
    query: str = ""
    headers: tuple[tuple[str, Secret], ...] = field(default=(), repr=False)

    @property
    def origin(self) -> str:
        """`SCHEME://HOST[:PORT]` in lower case, empty for a base that is no URL."""
        url = parse_url(self.base)
        return url.origin if url else ""

    def url_of(self, path: str) -> str:
        """Return the URL of a path of the API, such as `library/etcd/manifests/latest`."""
        return f"{self.base}{self.api_path}/{path}" + (f"?{self.query}" if self.query else "")

    @property
    def authority(self) -> str:
        """`HOST[:PORT]`, for messages."""
        url = parse_url(self.base)
        return url.authority if url else "a malformed URL"

    @property
    def may_send_secrets(self) -> bool:
        """Whether a secret may go to the registry itself: over https, or where the host lists it as insecure.

        The engines list the loopback network as insecure by themselves.
        """
        url = parse_url(self.base)
        return url is not None and (url.scheme == "https" or self.insecure or is_loopback_name(url.host))

    @property
    def is_readable_on_the_way(self) -> bool:
        """Whether what is sent crosses a network in the clear: plain HTTP to another host than this one."""
        url = parse_url(self.base)
        return url is not None and url.scheme == "http" and not is_loopback_name(url.host)
