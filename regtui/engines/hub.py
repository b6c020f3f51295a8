"""What docker's engines share about docker.io: its URL, the key of its credentials, and its mirrors as endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.base import Endpoint
from regtui.host.model import Security
from regtui.host.security import security_of

if TYPE_CHECKING:
    from regtui.engines.base import Question
    from regtui.host.model import Setting

HUB_HOST = "registry-1.docker.io"
HUB_URL = f"https://{HUB_HOST}"
HUB_KEY = "https://index.docker.io/v1/"


def mirror_endpoint(question: Question, setting: Setting) -> Endpoint:
    """Return a mirror as the one endpoint that it is, http or https as written (registry/service_v2.go:16-33).

    A value of daemon.json without a scheme gets https. The engines would send it docker.io's credentials; regtui
    sends a mirror none, so it has no key.
    """
    scheme, separator, rest = setting.value.partition("://")
    if not separator or scheme not in ("http", "https"):
        scheme, rest = "https", setting.value
    authority, slash, path = rest.partition("/")
    host = authority.rpartition("@")[2]  # what stands before the @ is a password: it is neither shown nor sent
    url = f"{scheme}://{host}{slash}{path}"
    insecure = security_of(question.config, host, question.addresses).security is Security.INSECURE
    return Endpoint(
        url.rstrip("/"),
        mirror=True,
        verify=not insecure,
        insecure=insecure,
        certificates="" if insecure else host,  # read for an http mirror too: tlsConfig knows only the host
        why=setting.source,
    )
