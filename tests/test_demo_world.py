"""A world while it runs: how its hosts take connections, what its log tells, how its cache fetches, how it ends."""

from __future__ import annotations

import asyncio
import dataclasses
import ipaddress
import ssl
import threading
from typing import TYPE_CHECKING

import pytest

from regtui.demo.content import DOCKER_MANIFEST, SIGNED_SCHEMA1, Manifest, blob_of, manifest_of
from regtui.demo.log import Asked, Event, Happened
from regtui.demo.spec import Bearer, ForcedStatus, Host, Listen, RawBody, Repository, TokenService, WorldSpec
from regtui.demo.thread import WorldThread
from regtui.demo.world import World
from regtui.outcome import Stage, Trouble
from regtui.registry.errors import NetworkError
from tests.raw_client import RawClient, parse_reply
from tests.worlds import ELSEWHERE, certificates_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

CONFIG = blob_of(b'{"os":"linux"}')
IMAGE = manifest_of(DOCKER_MANIFEST, b'{"schemaVersion":2}', blobs=(CONFIG,))
NEWER = manifest_of(DOCKER_MANIFEST, b'{"schemaVersion":2,"layers":[]}')
APP = (Repository("app", (("latest", IMAGE),)),)
HUB = "https://registry-1.docker.io"
MIRROR = "http://mirror.example.com:5000"


def world_of(*hosts: Host) -> World:
    """Return a world of the hosts with certificates made for it."""
    spec = WorldSpec(hosts)
    return World(spec, certificates_for(spec))


class TestListening:
    @pytest.mark.parametrize(
        ("listen", "url"),
        [
            (Listen.HTTPS, "https://reg.example.com/v2/"),
            (Listen.HTTP, "http://reg.example.com:443/v2/"),
            (Listen.HTTP80, "http://reg.example.com/v2/"),
        ],
    )
    async def test_a_host_without_port_listens_at_one(self, listen: Listen, url: str) -> None:
        async with world_of(Host("reg.example.com", listen)) as world:
            assert (await RawClient(world).ask("GET", url)).status == 200
            other = "https://reg.example.com/v2/" if listen is Listen.HTTP80 else "http://reg.example.com/v2/"
            with pytest.raises(ConnectionRefusedError):
                await RawClient(world).ask("GET", other)

    @pytest.mark.parametrize(
        ("listen", "reason"),
        [
            (Listen.SELFSIGNED, "self-signed certificate"),
            (Listen.EXPIRED, "certificate has expired"),
            (Listen.WRONGHOST, "Hostname mismatch"),
        ],
    )
    async def test_a_bad_certificate_fails_and_serves_who_does_not_look(self, listen: Listen, reason: str) -> None:
        async with world_of(Host("reg.example.com", listen)) as world:
            with pytest.raises(ssl.SSLCertVerificationError, match=reason):
                await RawClient(world).ask("GET", "https://reg.example.com/v2/")
            await world.settled()
            assert [entry.as_trace() for entry in world.log.entries] == [
                {"host": "reg.example.com", "event": "tls-failed"}
            ]
            assert (await RawClient(world, verify=False).ask("GET", "https://reg.example.com/v2/")).status == 200

    async def test_a_certificate_for_another_host_names_it(self) -> None:
        async with world_of(Host("reg.example.com", Listen.WRONGHOST)) as world:
            context = ssl.create_default_context(cadata=world.authorities)
            _, writer = await asyncio.open_connection(
                "127.0.0.1", world.port_of("reg.example.com"), ssl=context, server_hostname=ELSEWHERE
            )
            await RawClient(world).close(writer)

    async def test_a_plain_port_tells_a_tls_client_what_it_is(self) -> None:
        async with world_of(Host("reg.example.com:5000", Listen.HTTP)) as world:
            hello = b"\x16\x03\x01\x00\x05hello"
            answer = await RawClient(world).exchange("http://reg.example.com:5000", hello)
            assert answer == (
                b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
                b"400 Bad Request"
            )
            with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
                await RawClient(world).ask("GET", "https://reg.example.com:5000/v2/")
            assert world.log.entries == (Happened("reg.example.com:5000", Event.TLS_HELLO_ON_PLAIN_HTTP),) * 2

    async def test_a_tls_port_tells_a_plain_client_what_it_is(self) -> None:
        async with world_of(Host("reg.example.com:5000")) as world:
            answer = await RawClient(world).exchange("http://reg.example.com:5000", b"GET /v2/ HTTP/1.1\r\n\r\n")
            assert answer == b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
            assert world.log.entries == (Happened("reg.example.com:5000", Event.TLS_FAILED, "HTTP_REQUEST"),)

    async def test_a_reset_comes_with_the_first_bytes(self) -> None:
        async with world_of(Host("reg.example.com", Listen.RESET)) as world:
            reader, writer = await RawClient(world).connect("http://reg.example.com:443")
            writer.write(b"\x16")
            with pytest.raises(ConnectionResetError):
                await reader.read(1)
            await RawClient(world).close(writer)
            assert world.log.entries == (Happened("reg.example.com", Event.RESET),)

    async def test_who_says_nothing_leaves_no_entry(self) -> None:
        async with world_of(Host("reg.example.com"), Host("two.example", Listen.RESET)) as world:
            for name in ("reg.example.com", "two.example"):
                _, writer = await RawClient(world).connect(f"http://{name}:443")
                await RawClient(world).close(writer)
        assert world.log.entries == ()

    async def test_nothing_listens_where_a_host_refuses(self) -> None:
        async with world_of(Host("reg.example.com", Listen.REFUSED)) as world:
            with pytest.raises(ConnectionRefusedError):
                await RawClient(world).connect("https://reg.example.com")

    async def test_a_black_hole_never_answers(self) -> None:
        async with world_of(Host("reg.example.com", Listen.BLACKHOLE)) as world:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await RawClient(world).connect("https://reg.example.com")

    async def test_no_address_outside_the_world_is_dialed(self) -> None:
        async with world_of(Host("reg.example.com")) as world:
            for address, port in (("198.51.100.6", 80), ("203.0.113.1", 443), ("127.0.0.1", 22)):
                with pytest.raises(ConnectionRefusedError):
                    await world.dialer.dial(ipaddress.ip_address(address), port)


class TestNames:
    async def test_hosts_have_the_addresses_of_the_recordings(self) -> None:
        names = ("registry-1.docker.io", "new.example:5000", "new.example", "other.example", "REG.example.com")
        async with world_of(*(Host(name) for name in names), Host("10.1.2.3:5000")) as world:
            found = {name: str((await world.resolver.resolve(name.partition(":")[0], 443))[0]) for name in names}
            assert (await world.resolver.resolve("localhost", 5000))[0].is_loopback
            assert (await RawClient(world).ask("GET", "https://10.1.2.3:5000/v2/")).status == 200
        assert found == {
            "registry-1.docker.io": "198.51.100.8",
            "new.example:5000": "198.51.100.20",
            "new.example": "198.51.100.20",
            "other.example": "198.51.100.21",
            "REG.example.com": "198.51.100.6",
        }

    @pytest.mark.parametrize("name", ["gone.example.com", "reg.example.com"])
    async def test_what_dns_does_not_know(self, name: str) -> None:
        async with world_of(Host("reg.example.com", Listen.NXDOMAIN)) as world:
            with pytest.raises(NetworkError) as caught:
                await world.resolver.resolve(name, 443)
        assert (caught.value.stage, caught.value.trouble) == (Stage.DNS, Trouble.NO_SUCH_HOST)
        assert caught.value.go == f"dial tcp: lookup {name} on 198.51.100.253:53: no such host"

    async def test_a_name_server_that_never_answers(self) -> None:
        async with world_of(Host("reg.example.com", Listen.DNSTIMEOUT)) as world:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await world.resolver.resolve("reg.example.com", 443)


class TestTalking:
    async def test_a_connection_serves_many_requests(self) -> None:
        async with world_of(Host("reg.example.com", repositories=APP)) as world:
            client = RawClient(world)
            reader, writer = await client.connect("https://reg.example.com")
            lengths = []
            for method in ("HEAD", "GET", "HEAD"):
                writer.write(f"{method} /v2/app/manifests/latest HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                reply = parse_reply(await reader.readuntil(b"\r\n\r\n"))
                lengths.append(int(reply.headers["content-length"]))
                if method == "GET":
                    assert await reader.readexactly(lengths[-1]) == IMAGE.body
            await client.close(writer)
            assert lengths == [len(IMAGE.body)] * 3
            assert [entry.method for entry in world.log.requests] == ["HEAD", "GET", "HEAD"]

    async def test_what_is_asked_is_written_down_as_sent(self) -> None:
        async with world_of(Host("reg.example.com", repositories=APP)) as world:
            url = "https://reg.example.com/v2/app/manifests/latest?ns=docker.io"
            await RawClient(world).ask("GET", url, {"Authorization": "Basic dTpw"})
            await RawClient(world).ask("DELETE", url)
            path = "/v2/app/manifests/latest?ns=docker.io"
            assert world.log.entries == (
                Asked("reg.example.com", "https", "GET", path, 200, "Basic"),
                Asked("reg.example.com", "https", "DELETE", path, 405, None),
            )
            world.log.clear()
            assert world.log.trace() == []

    @pytest.mark.parametrize("data", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000])
    async def test_nonsense_ends_the_connection(self, data: bytes) -> None:
        async with world_of(Host("reg.example.com:80", Listen.HTTP)) as world:
            answer = await RawClient(world).exchange("http://reg.example.com", data)
            assert parse_reply(answer).status == 400
            assert world.log.entries == (Happened("reg.example.com:80", Event.MALFORMED),)

    async def test_kept_connections_end_with_the_world(self) -> None:
        async with world_of(Host("a.example"), Host("b.example:80", Listen.HTTP)) as world:
            client = RawClient(world)
            secure, plain = await client.connect("https://a.example"), await client.connect("http://b.example")
            silent = await client.connect("http://a.example:443")
            for reader, writer in (secure, plain):
                writer.write(b"GET /v2/ HTTP/1.1\r\n\r\n")
                await reader.readuntil(b"{}")
        for _, writer in (secure, plain, silent):
            await client.close(writer)
        assert asyncio.all_tasks() == {asyncio.current_task()}


class TestPullThrough:
    @pytest.fixture
    async def world(self) -> AsyncIterator[World]:
        hub = Host(
            "registry-1.docker.io",
            repositories=(Repository("library/busybox", (("1", IMAGE), ("latest", NEWER))),),
            auth=Bearer("https://auth.docker.io/token", "registry.docker.io"),
            status=(ForcedStatus("/v2/limited/", 429, "TOOMANYREQUESTS", "slow down"),),
            raw=(RawBody("/v2/lying/manifests/sha256:", 200, DOCKER_MANIFEST, b"{}"),),
        )
        mirror = Host("mirror.example.com:5000", Listen.HTTP, APP, proxy_of="registry-1.docker.io")
        async with world_of(hub, mirror, Host("auth.docker.io", token=TokenService())) as world:
            yield world

    async def test_what_it_lacks_is_fetched_once(self, world: World) -> None:
        client = RawClient(world)
        for _ in range(2):
            reply = await client.get(f"{MIRROR}/v2/library/busybox/manifests/1")
            assert (reply.status, reply.body) == (200, IMAGE.body)
            assert reply.headers["docker-content-digest"] == IMAGE.digest
        upstream = [(entry.host, entry.status) for entry in world.log.requests if entry.via]
        assert upstream == [("registry-1.docker.io", 401), ("auth.docker.io", 200), ("registry-1.docker.io", 200)]
        assert [entry["host"] for entry in world.log.trace()] == ["mirror.example.com:5000"] * 2

    async def test_by_digest_and_with_head(self, world: World) -> None:
        url = f"{MIRROR}/v2/library/busybox/manifests/{NEWER.digest}"
        assert (await RawClient(world).ask("HEAD", url)).status == 200
        assert (await RawClient(world).get(url)).body == NEWER.body
        assert len([entry for entry in world.log.requests if entry.via]) == 3

    async def test_blobs_too(self, world: World) -> None:
        url = f"{MIRROR}/v2/library/busybox/blobs/{CONFIG.digest}"
        assert [(await RawClient(world).get(url)).body for _ in range(2)] == [CONFIG.content] * 2
        assert len([entry for entry in world.log.requests if entry.via]) == 3

    async def test_its_catalog_lists_what_it_has(self, world: World) -> None:
        client = RawClient(world)
        assert (await client.get(f"{MIRROR}/v2/_catalog")).json["repositories"] == ["app"]
        await client.get(f"{MIRROR}/v2/library/busybox/manifests/1")
        assert (await client.get(f"{MIRROR}/v2/_catalog")).json["repositories"] == ["app", "library/busybox"]

    async def test_its_tags_are_those_of_upstream(self, world: World) -> None:
        client = RawClient(world)
        await client.get(f"{MIRROR}/v2/library/busybox/manifests/1")
        assert (await client.get(f"{MIRROR}/v2/library/busybox/tags/list")).json["tags"] == ["1", "latest"]
        assert (await client.get(f"{MIRROR}/v2/app/tags/list")).json["tags"] == ["latest"]

    @pytest.mark.parametrize("path", ["library/nope/manifests/latest", "limited/app/manifests/latest"])
    async def test_what_upstream_does_not_give_is_unknown_here(self, world: World, path: str) -> None:
        reply = await RawClient(world).get(f"{MIRROR}/v2/{path}")
        assert (reply.status, reply.error["code"]) == (404, "MANIFEST_UNKNOWN")

    async def test_what_does_not_match_its_digest_is_not_kept(self, world: World) -> None:
        reply = await RawClient(world).get(f"{MIRROR}/v2/lying/manifests/{NEWER.digest}")
        assert reply.status == 404

    async def test_what_it_has_of_its_own_needs_no_upstream(self, world: World) -> None:
        assert (await RawClient(world).get(f"{MIRROR}/v2/app/manifests/latest")).status == 200
        assert not [entry for entry in world.log.requests if entry.via]

    @pytest.mark.parametrize("listen", [Listen.REFUSED, Listen.NXDOMAIN, Listen.BLACKHOLE, Listen.RESET])
    async def test_without_upstream_it_serves_what_it_has(self, listen: Listen) -> None:
        mirror = Host("mirror.example.com:5000", Listen.HTTP, proxy_of="registry-1.docker.io", cached=APP)
        async with world_of(mirror, Host("registry-1.docker.io", listen)) as world:
            client = RawClient(world)
            assert (await client.get(f"{MIRROR}/v2/app/manifests/latest")).status == 200
            assert (await client.get(f"{MIRROR}/v2/app/tags/list")).json["tags"] == ["latest"]
            assert (await client.get(f"{MIRROR}/v2/library/busybox/manifests/1")).status == 404

    async def test_a_signed_manifest_keeps_the_digest_that_upstream_gives_it(self) -> None:
        signed = Manifest(SIGNED_SCHEMA1, b'{"signatures":[]}', "sha256:" + "a" * 64)
        hub = Host("hub.example", repositories=(Repository("old", (("latest", signed),)),))
        async with world_of(hub, Host("mirror.example.com:5000", Listen.HTTP, proxy_of="hub.example")) as world:
            reply = await RawClient(world).get(f"{MIRROR}/v2/old/manifests/latest")
            assert reply.headers["docker-content-digest"] == signed.digest


class TestThread:
    SPEC = WorldSpec((Host("reg.example.com", repositories=APP), Host("bad.example", Listen.SELFSIGNED)))

    async def test_a_world_on_its_own_thread_serves_any_loop(self) -> None:
        with WorldThread(self.SPEC, certificates_for(self.SPEC)) as world:
            reply = await RawClient(world).get("https://reg.example.com/v2/app/manifests/latest")
            assert reply.body == IMAGE.body
            with pytest.raises(ssl.SSLCertVerificationError):
                await RawClient(world).get("https://bad.example/v2/")
            world.settled()
            assert [entry.host for entry in world.log.entries] == ["reg.example.com", "bad.example"]

    def test_it_starts_and_stops_again_and_again(self) -> None:
        before = threading.active_count()
        for _ in range(20):
            world = WorldThread(self.SPEC, certificates_for(self.SPEC)).start()
            assert threading.active_count() == before + 1
            world.stop()
            world.stop()
        assert threading.active_count() == before

    def test_it_runs_once_at_a_time(self) -> None:
        with WorldThread(self.SPEC, certificates_for(self.SPEC)) as world, pytest.raises(RuntimeError):
            world.start()

    def test_what_keeps_it_from_starting_is_raised(self) -> None:
        before = threading.active_count()
        with pytest.raises(FileNotFoundError):
            WorldThread(self.SPEC).start()
        assert threading.active_count() == before


async def test_latency_delays_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    spec = WorldSpec((dataclasses.replace(Host("reg.example.com:80", Listen.HTTP), latency=0.25),))
    async with World(spec, certificates_for(spec)) as world:
        monkeypatch.setattr("regtui.demo.world.asyncio.sleep", sleep)
        await RawClient(world).get("http://reg.example.com/v2/")
    assert waits == [0.25]
