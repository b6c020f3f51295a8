"""Answers that cost much to read: each a registry, for tests of what stays alive meanwhile."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

from tests.faults.bench import BAD, DIGEST, MANIFEST, NAME, PING, SCHEMA2
from tests.registry_net import bearer, refusal, reply

if TYPE_CHECKING:
    from tests.registry_net import Script

TAGS = f"/v2/{NAME}/tags/list"
CATALOG = "/v2/_catalog"
MIB = 1024 * 1024
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


def listed(key: str, entry: bytes, size: int = 8 * MIB - 100) -> bytes:
    """A page of a listing with as many of an entry as fit."""
    count = size // (len(entry) + 1)
    return reply(200, b'{"%s":[' % key.encode() + b",".join([entry] * count) + b"]}")


def manifest(body: bytes, media_type: str = SCHEMA2) -> Script:
    """A registry with a manifest."""
    return {"/v2/": PING, MANIFEST: reply(200, body, Content_Type=media_type)}


def layers() -> bytes:
    """A manifest of 4 MiB: layers with annotations that are escapes throughout."""
    layer = {"mediaType": "x", "digest": DIGEST, "size": 1, "annotations": {"a": "\x1b" * 200}}
    body = {"schemaVersion": 2, "mediaType": SCHEMA2, "config": layer, "layers": [layer] * 2900}
    return json.dumps(body).encode()


def entries() -> bytes:
    """An index of 4 MiB."""
    one = {"mediaType": SCHEMA2, "digest": DIGEST, "size": 1, "platform": {"os": "\u202e", "architecture": "x"}}
    return json.dumps({"schemaVersion": 2, "mediaType": LIST, "manifests": [one] * 19_000}).encode()


def errors(count: int, length: int) -> bytes:
    """A refusal with many errors."""
    one = {"code": "DENIED", "message": "\x1b" * length, "detail": "\u202e" * length}
    return reply(403, json.dumps({"errors": [one] * count}))


HEAVY: dict[str, Script] = {
    "four MiB of entries": manifest(b'{"manifests":[' + b"{}," * (MIB + 200_000) + b"{}]}", LIST),
    "four MiB of nesting": manifest(b"[" * (4 * MIB - 10)),
    "four MiB of layers": manifest(layers()),
    "four MiB of platforms": manifest(entries(), LIST),
    "four MiB of a number": manifest(b'{"schemaVersion":' + b"9" * (4 * MIB - 30) + b"}"),
    "four MiB of escapes": manifest(b'{"mediaType":"' + b"\\u001b" * 690_000 + b'"}'),
    "gzip": {
        "/v2/": PING,
        MANIFEST: reply(200, gzip.compress(bytes(64 * MIB)), Content_Type=SCHEMA2, Content_Encoding="gzip"),
    },
    "many errors": {"/v2/": PING, MANIFEST: errors(900, 5)},
    "long errors": {"/v2/": PING, MANIFEST: errors(3, 3000)},
    "a large challenge": {"/v2/": refusal("Bearer " + ",".join(f'a{number}="x"' for number in range(8000)))},
    "many challenges": {"/v2/": refusal(*(f'Basic realm="{number}"' for number in range(3000)))},
    "a large token": {"/v2/": bearer(f"https://{BAD}/token"), "/token": reply(200, b'{"token":"' + b"x" * 120_000)},
    "eight MiB of tags": {"/v2/": PING, TAGS: listed("tags", b'"v1.2.3"')},
    "eight MiB of no tags": {"/v2/": PING, TAGS: listed("tags", b"{}")},
    "eight MiB of odd tags": {"/v2/": PING, TAGS: listed("tags", b'"\\u001b[2J"')},
    "eight MiB of repositories": {"/v2/": PING, CATALOG: listed("repositories", b'"team/app"')},
    "a large link": {
        "/v2/": PING,
        TAGS: reply(200, '{"tags":["a"]}', Link=", ".join(f"</x{number}>; rel=prev" for number in range(4000))),
    },
}
