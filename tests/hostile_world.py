"""A host and its registries, real servers on loopback, with one payload in every field that comes from outside."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from regtui.registry.manifests import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from tests.hostile import Served, serving
from tests.hostile_payloads import file_name, header_bytes
from tests.images import Picture, digest_of, image, layer
from tests.issuing import issue, server_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = "team/app"
SECURE = "evil.example.com"
SECRET = "pass-word-of-alice"
ADDRESS = "198.51.100.7"
HELPER = """#!/usr/bin/env python3
import json, sys
server = sys.stdin.read().strip()
payload = {payload!r}
if server.endswith(":{port}"):
    json.dump({{"Username": payload, "Secret": {secret!r}}}, sys.stdout)
else:
    sys.stdout.write(payload)
    sys.stderr.write(payload)
    sys.exit(1)
"""


@dataclass
class HostileWorld:
    """Where everything is: the words for the command line, the environment, and the registries in the walk's order."""

    arguments: list[str] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    root: str = ""
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def serving(self) -> str:
        """The registry that has the image, a catalog and tags."""
        return f"127.0.0.1:{self.ports['serves']}"


class _Answers:
    """Answers of one server: path without its query to an HTTP answer; `{port}` in a body is the server's own."""

    def __init__(self, payload: str, paths: Mapping[str, bytes]) -> None:
        self._reason = header_bytes(payload)
        self._paths = paths
        self.port = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(1)
        if first == b"\x16":  # TLS, which this server does not speak
            writer.write(b"HTTP/1.0 400 %s\r\n\r\n" % self._reason)
            return
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            target = head.split(b" ")[1].decode().partition("?")[0]
            answer = self._paths.get(target) or self._paths.get("*") or http(404)
            answer = answer.replace(b"{port}", str(self.port).encode())
            writer.write(answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if head.startswith(b"HEAD") else answer)
            await writer.drain()


def http(status: int, body: object = "", *, reason: bytes = b"Reason", **headers: bytes | str) -> bytes:
    """Return an answer; a body that is no text or bytes is sent as JSON."""
    if not isinstance(body, str | bytes):
        body = json.dumps(body)
    content = body.encode() if isinstance(body, str) else body
    lines = [b"HTTP/1.1 %d %s" % (status, reason)]
    for name, value in headers.items():
        lines.append(name.replace("_", "-").encode() + b": " + (value.encode() if isinstance(value, str) else value))
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(content), b"", b""]) + content


def _errors(payload: str) -> dict[str, Any]:
    return {"errors": [{"code": payload, "message": payload, "detail": {payload: payload}}]}


def _refusing(payload: str) -> dict[str, dict[str, bytes]]:
    """The registries that do not serve the image, each with another kind of text."""
    raw = header_bytes(payload)
    quoted = raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    bearer = b'Bearer realm="http://127.0.0.1:{port}/token",service="%s",scope="%s",error="%s"' % ((quoted,) * 3)
    headers: dict[str, bytes] = {
        "Warning": b'299 - "%s"' % quoted,
        "Content_Type": raw,
        "Server": raw,
        "Docker_Distribution_Api_Version": raw,
        "Docker_Content_Digest": raw,
        "Docker_RateLimit_Source": raw,
        "RateLimit_Limit": b"100;w=21600",
        "Retry_After": raw,
    }
    return {
        "reasons": {"/v2/": http(200), "*": http(500, payload, reason=raw, **headers)},
        "moves": {"/v2/": http(200), "*": http(302, Location=b"http://elsewhere.example/" + raw)},
        "errors": {"/v2/": http(200), "*": http(403, _errors(payload), **headers)},
        "token": {
            "/v2/": http(401, WWW_Authenticate=bearer),
            "/token": http(403, {"details": payload, "message": payload}, reason=raw),
        },
        "helper": {"*": http(401, _errors(payload), WWW_Authenticate=b'Basic realm="%s"' % quoted)},
        "user": {"*": http(401, _errors(payload), WWW_Authenticate=b'Basic realm="%s"' % quoted)},
        "html": {"/v2/": http(200), "*": http(200, f"<html>{payload}</html>", Content_Type="text/html")},
    }


def _picture(payload: str) -> Picture:
    """The image: every string of its configuration, its history and its layers is the payload."""
    made = image(
        "amd64",
        "2025-01-01T00:00:00Z",
        layer(1, annotations={payload: payload}, urls=[payload, f"https://x/{payload}"]),
        layer(2, mediaType=payload),
        author=payload,
        variant=payload,
        history=[
            {"created_by": payload, "comment": payload, "author": payload, "created": "2025-01-01T00:00:00Z"},
            {"created_by": f"RUN {payload}", "created": payload},
            {"created_by": payload, "empty_layer": True},
        ],
        config={
            "Env": [payload, f"PATH={payload}"],
            "Cmd": [payload],
            "Entrypoint": [payload],
            "User": payload,
            "WorkingDir": payload,
            "StopSignal": payload,
            "Labels": {payload: payload, "org.opencontainers.image.title": payload},
            "ExposedPorts": {payload: {}},
            "Volumes": {payload: {}},
            "OnBuild": [payload],
        },
    )
    # As the old engine takes it, so that the walk ends at it.
    body = made.body.replace(OCI_MANIFEST.encode(), DOCKER_MANIFEST.encode())
    return Picture(body, DOCKER_MANIFEST, made.blobs, made.platform)


def _serves(payload: str) -> dict[str, bytes]:
    """The registry that has the image, whose catalog and tags hold payloads beside names."""
    raw, made = header_bytes(payload), _picture(payload)
    quoted = raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    platform = {"os": payload, "architecture": payload, "variant": payload, "os.version": payload}
    odd = {
        "mediaType": made.media_type,
        "digest": digest_of(b"odd"),
        "size": 7,
        "artifactType": payload,
        "platform": platform,
        "annotations": {payload: payload, "org.opencontainers.image.ref.name": payload},
    }
    annotations = {payload: payload, "org.opencontainers.image.description": payload}
    document = {"schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": [made.descriptor, odd]}
    index = Picture(json.dumps({**document, "annotations": annotations, payload: payload}).encode(), DOCKER_LIST)
    spoken: dict[str, bytes] = {"Warning": b'299 - "%s"' % quoted, "Server": raw}
    listed: dict[str, bytes] = {**spoken, "Link": b'<http://elsewhere.example/%s>; rel="next"' % raw}
    one = http(200, made.body, Content_Type=made.media_type, Docker_Content_Digest=raw, **spoken)
    many = http(200, index.body, Content_Type=index.media_type, Docker_Content_Digest=raw, **spoken)
    referrers = {**document, "mediaType": OCI_INDEX, "manifests": [{**odd, "artifactType": payload}]}
    return {
        "/v2/": http(200, **spoken),
        "/v2/_catalog": http(200, {"repositories": [NAME, payload, f"a{payload}", "team/other"]}, **listed),
        f"/v2/{NAME}/tags/list": http(200, {"tags": ["latest", payload, f"v{payload}", "1.0", "broken"]}, **listed),
        f"/v2/{NAME}/manifests/latest": many,
        f"/v2/{NAME}/manifests/{index.digest}": many,
        f"/v2/{NAME}/manifests/1.0": one,
        f"/v2/{NAME}/manifests/broken": http(200, {payload: payload}, Content_Type=raw),
        f"/v2/{NAME}/manifests/{made.digest}": one,
        f"/v2/{NAME}/blobs/{made.config_digest}": http(200, made.blobs[0]),
        f"/v2/{NAME}/referrers/{index.digest}": http(200, referrers, Content_Type=OCI_INDEX),
        f"/v2/{NAME}/referrers/{made.digest}": http(200, referrers, Content_Type=OCI_INDEX),
        "*": http(404, _errors(payload), reason=raw, **spoken),
    }


def _certificate(payload: str) -> ssl.SSLContext:
    """A certificate that nobody vouches for, with the payload in subject, issuer and names."""
    clean = payload.replace("\0", "").encode()[:60].decode("utf-8", "ignore")  # X.520 allows 64
    by = issue(clean, authority=True, organization=clean)
    ascii_only = "".join(character for character in clean if character.isascii()) or "x"
    return server_of(issue(clean, by, organization=clean, dns=[f"{ascii_only}.example", SECURE]), by)


@contextlib.contextmanager
def hostile_world(payload: str, folder: Path) -> Iterator[HostileWorld]:
    """Yield the world while its servers answer, in a thread of their own; its files lie below the folder."""
    world, loop = HostileWorld(), asyncio.new_event_loop()
    up, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with contextlib.AsyncExitStack() as stack:
            for name, paths in {**_refusing(payload), "serves": _serves(payload)}.items():
                answers = _Answers(payload, paths)
                served: Served = await stack.enter_async_context(serving(answers))
                world.ports[name] = answers.port = served.port
            secure = await stack.enter_async_context(serving(_Answers(payload, {}), _certificate(payload)))
            world.ports["secure"] = secure.port
            up.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert up.wait(20)
        _write_host(world, payload, folder)
        yield world
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def _write_host(world: HostileWorld, payload: str, folder: Path) -> None:
    """Write what decides where a name is looked for: one file that says it, whose name is a payload too."""
    home, tools, host = folder / "home", folder / "tools", folder / "host"
    for path in (home / ".docker", tools, host / "etc/sysconfig", host / "etc/docker"):
        path.mkdir(parents=True)
    places = [f"127.0.0.1:{port}" for name, port in world.ports.items() if name not in ("serves", "secure")]
    registries = [*places, SECURE, world.serving]
    added = " ".join(f"--add-registry {name}" for name in registries)
    line = file_name(payload).replace("'", "").replace("\n", "").replace("\\", "")
    text = f"ADD_REGISTRY='{added}'\nOPTIONS='--signature-verification=false --log-opt=x={line}'\n{line}\n"
    sysconfig = folder / f"docker {file_name(payload)[:60]}"
    for path in (sysconfig, host / "etc/sysconfig/docker"):
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    stored = {"credHelpers": {world_place(world, name): "evil" for name in ("helper", "user")}}
    (home / ".docker/config.json").write_text(json.dumps(stored))
    helper = tools / "docker-credential-evil"
    helper.write_text(HELPER.format(payload=payload, port=world.ports["user"], secret=SECRET))
    helper.chmod(0o755)
    for name in (SECURE, file_name(payload)[:80]):
        certificates = host / "etc/docker/certs.d" / name
        certificates.mkdir(parents=True)
        for ending in (".crt", ".cert", ""):
            (certificates / f"{file_name(payload)[:80]}{ending}").write_bytes(payload.encode())
    (host / "etc/docker/daemon.json").write_text(json.dumps({payload: payload}))
    world.root = str(host)
    network = []
    for name in (SECURE, "registry-1.docker.io", "index.docker.io", "elsewhere.example"):  # no packet leaves this host
        network += [f"--resolve={name}:443:{ADDRESS}", f"--connect-to={name}:443:127.0.0.1:{world.ports['secure']}"]
    world.arguments = [f"--config={sysconfig}", "--engine=rhel-docker", *network]
    world.environ = {"HOME": str(home), "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin"}


def world_place(world: HostileWorld, name: str) -> str:
    """Return `HOST:PORT` of a registry."""
    return f"127.0.0.1:{world.ports[name]}"
