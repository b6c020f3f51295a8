"""The fixtures are what they say: three real registries that answer, insist, fetch and store."""

from __future__ import annotations

import base64
import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.real_registries import Registries

MANIFESTS = "application/vnd.docker.distribution.manifest.v2+json"


def get(url: str, context: ssl.SSLContext | None = None, authorization: str = "") -> tuple[int, str]:
    """GET with the standard library; return the status and the digest header."""
    headers = {"Accept": MANIFESTS} | ({"Authorization": authorization} if authorization else {})
    handlers = [urllib.request.ProxyHandler({})] + ([urllib.request.HTTPSHandler(context=context)] if context else [])
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=10) as answer:
            return answer.status, answer.headers.get("Docker-Content-Digest", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""


def test_the_plain_registry_answers_over_http(registries: Registries) -> None:
    url = f"http://127.0.0.1:{registries.plain}/v2"
    assert get(f"{url}/") == (200, "")
    assert get(f"{url}/team/app/manifests/1.0") == (200, registries.digests["plain/team/app:1.0"])
    assert get(f"{url}/team/app/manifests/2.0") == (404, "")
    assert registries.journal.take() == [
        "plain: GET /v2/ 200",
        "plain: GET /v2/team/app/manifests/1.0 200",
        "plain: GET /v2/team/app/manifests/2.0 404",
    ]


def test_the_private_registry_wants_its_authority_and_a_password(registries: Registries) -> None:
    url = f"https://127.0.0.1:{registries.private}/v2/"
    context = ssl.create_default_context(cadata=registries.authority.decode())
    right = base64.b64encode(f"{registries.user}:{registries.password}".encode()).decode()
    wrong = base64.b64encode(b"robot:guess").decode()
    assert [get(url, context, authorization)[0] for authorization in ("", f"Basic {wrong}", f"Basic {right}")] == [
        *(401, 401, 200)
    ]
    assert registries.journal.take() == ["private: GET /v2/ 401"] * 2 + ["private: GET /v2/ 200"]


def test_the_mirror_fetches_and_stores(registries: Registries) -> None:
    digest = registries.digests["plain/library/stored:latest"]  # no other test asks the mirror for it
    url = f"http://127.0.0.1:{registries.mirror}/v2/library/stored/manifests/{digest}"
    assert get(url) == (200, digest)
    first = registries.journal.take("plain")
    assert f"plain: GET /v2/library/stored/manifests/{digest} 200" in first
    assert get(url) == (200, digest)
    assert registries.journal.take("plain") == []
