"""The daemon that runs: what it says of itself, beside what the files say."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from regtui.daemon import (
    SOCKET,
    DaemonError,
    Limits,
    LiveDaemon,
    LiveRegistry,
    LocalImage,
    ask_daemon,
    compare,
    socket_of,
)
from regtui.daemon.answers import live_daemon
from regtui.host.discover import load
from regtui.host.model import EngineName
from tests.docker_socket import Framing, always, framed, listening, recorded, said
from tests.event_strategies import JSON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHORT = Limits(size=1 << 20, seconds=0.3)
PRIVATE = "okd-lr.zyl.io:5000"
MIRROR = f"http://{PRIVATE}/"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "docker.sock")


@pytest.mark.parametrize("framing", Framing)
async def test_rhels_docker_tells_its_list(framing: Framing, path: str) -> None:
    with listening(path, recorded("rhel-docker", framing)) as server:
        live = await ask_daemon(path)
    assert live == LiveDaemon(
        socket=path,
        engine=EngineName.RHEL_DOCKER,
        version="1.13.1",
        number=(1, 13),
        registries=(LiveRegistry(PRIVATE, False), LiveRegistry("quay.io", True), LiveRegistry("docker.io", True)),
        insecure=(PRIVATE,),
        networks=("127.0.0.0/8",),
        mirrors=(MIRROR,),
    )
    assert sorted(server.requests) == [f"GET {one} HTTP/1.1" for one in ("/images/json", "/info", "/version")]


async def test_docker_engine_has_docker_io_alone(path: str) -> None:
    with listening(path, recorded("moby")):
        live = await ask_daemon(path)
    assert (live.engine, live.version, live.number) == (EngineName.MOBY, "20.10.24+dfsg1", (20, 10))
    assert live.registries == (LiveRegistry("docker.io", True),)
    assert (live.insecure, live.mirrors) == ((PRIVATE,), (MIRROR,))


async def test_local_images_are_told(path: str) -> None:
    images = [
        {
            "Id": "sha256:a",
            "RepoTags": ["docker.io/etcd:latest"],
            "RepoDigests": ["docker.io/etcd@sha256:1"],
            "Created": 5,
        },
        {"Id": "sha256:b", "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"], "Created": True},
        {"Id": "sha256:c", "RepoTags": None, "RepoDigests": None},
        "no image",
    ]
    with listening(path, recorded("rhel-docker", images=images)):
        live = await ask_daemon(path)
    assert live.images[:3] == (
        LocalImage("sha256:a", ("docker.io/etcd:latest",), ("docker.io/etcd@sha256:1",), 5),
        LocalImage("sha256:b", (), ()),
        LocalImage("sha256:c", (), ()),
    )


async def test_without_its_images_a_daemon_still_tells_of_itself(path: str) -> None:
    whole = recorded("moby")

    def answer(asked: str) -> Iterator[bytes]:
        return iter([framed(b"no", status="403 Forbidden")]) if asked == "/images/json" else whole(asked)

    with listening(path, answer):
        live = await ask_daemon(path)
    assert live.engine is EngineName.MOBY
    assert live.images_trouble == f"{path} answered GET /images/json with 403"


def endless(_path: str) -> Iterator[bytes]:
    """Send a body that does not end."""
    return itertools.chain([b"HTTP/1.1 200 OK\r\n\r\n"], itertools.repeat(b"x" * 65536))


def endless_headers(_path: str) -> Iterator[bytes]:
    """Send headers that do not end."""
    return itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X-Y: z\r\n" * 1000))


def endless_chunks(_path: str) -> Iterator[bytes]:
    """Send chunks of one byte that do not end."""
    return itertools.chain(
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"], itertools.repeat(b"1\r\nx\r\n" * 10_000)
    )


DEEP = framed(b"[" * 100_000)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (endless, "answered GET /info with more than 1024 KiB"),
        (endless_headers, "sent headers larger than 64 KiB"),
        (endless_chunks, "answered GET /info with more than 1024 KiB"),
        (always(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), "with more than 1024 KiB"),
        (always(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), "does not speak HTTP"),
        (always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "does not speak HTTP"),
        (always(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "does not speak HTTP"),
        (always(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), "in the middle of its answer to GET /info"),
        (always(b""), "in the middle of its answer to GET /info"),
        (always(framed(b"", status="500 Internal Server Error")), "answered GET /info with 500"),
        (always(framed(b"<html>")), "answered GET /info with something that is no JSON"),
        (always(framed(b"\xff")), "answered GET /info with something that is no JSON"),
        (always(DEEP), "answered GET /info with something that is no JSON"),
        (always(framed(b"9" * 5000)), "answered GET /info with something that is no JSON"),
    ],
)
async def test_what_no_daemon_answers_is_a_sentence(
    answer: Callable[[str], Iterator[bytes]], sentence: str, path: str
) -> None:
    with listening(path, answer), pytest.raises(DaemonError) as refused:
        await ask_daemon(path, Limits(size=1 << 20, seconds=20.0))
    assert path in str(refused.value)
    assert sentence in str(refused.value)
    assert not refused.value.missing


async def test_a_daemon_that_hangs_is_given_up(path: str) -> None:
    def hang(_path: str) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
        server.over.wait()

    with listening(path, hang) as server, pytest.raises(DaemonError) as refused:
        await ask_daemon(path, SHORT)
    assert str(refused.value) == f"{path} gave no answer to GET /info in 0.3 s"


@pytest.mark.parametrize(
    ("socket", "sentence", "missing"),
    [
        ("/nonexistent/docker.sock", "does not exist: no daemon of docker runs here", True),
        ("/etc/passwd/docker.sock", "does not exist: no daemon of docker runs here", True),
        ("/tmp/\0", "is no path of a socket", False),
        ("/" + "x" * 200, "is no path of a socket", False),
    ],
)
async def test_a_socket_that_is_none_is_a_sentence(socket: str, sentence: str, missing: bool) -> None:
    with pytest.raises(DaemonError) as refused:
        await ask_daemon(socket)
    assert str(refused.value).endswith(sentence)
    assert refused.value.missing is missing


def test_a_socket_that_nobody_listens_on_is_a_sentence(path: str) -> None:
    with listening(path, always(b"")):
        pass
    with pytest.raises(DaemonError, match="is there, but nobody listens on it"):
        asyncio.run(ask_daemon(path))
    Path(path).unlink()
    Path(path).write_text("a file")
    with pytest.raises(DaemonError, match="is there, but nobody listens on it"):
        asyncio.run(ask_daemon(path))


def test_a_socket_that_may_not_be_read_is_a_sentence(path: str) -> None:
    """Ask from a process of a user who may not, for root may always."""
    script = (
        "import asyncio, os, sys\n"
        "from regtui.daemon import DaemonError, ask_daemon\n"
        "if os.geteuid() == 0: os.setegid(65534); os.seteuid(65534)\n"
        "try: asyncio.run(ask_daemon(sys.argv[1]))\n"
        "except DaemonError as error: print(error)\n"
    )
    with listening(path, recorded("moby")) as server:
        Path(path).chmod(0)
        ran = subprocess.run(
            [sys.executable, "-c", script, path], capture_output=True, text=True, timeout=60, check=True
        )
    assert ran.stdout == f"{path} cannot be asked: permission denied; run as root, or as a member of its group\n"
    assert server.requests == []


@pytest.mark.parametrize(
    ("host", "socket"),
    [
        ("", SOCKET),
        ("unix:///run/user/1000/docker.sock", "/run/user/1000/docker.sock"),
        ("unix://", SOCKET),
    ],
)
def test_docker_host_names_the_socket(host: str, socket: str) -> None:
    assert socket_of({"DOCKER_HOST": host}) == socket


@pytest.mark.parametrize("host", ["tcp://u:hunter2@other:2376", "ssh://root@other", "other:2375"])
def test_another_hosts_daemon_is_not_asked(host: str) -> None:
    with pytest.raises(DaemonError, match="leads to another daemon than this host's; it is not asked") as refused:
        socket_of({"DOCKER_HOST": host})
    assert "hunter2" not in str(refused.value)


@given(JSON, JSON, JSON)
def test_any_answer_is_read(version: object, info: object, images: object) -> None:
    live = live_daemon(SOCKET, version, info, images)
    assert compare(load("/nonexistent"), load("/nonexistent"), live) is not None


def test_podman_in_dockers_place_is_recognized() -> None:
    live = live_daemon(SOCKET, {"Version": "4.9.4", "Components": [{"Name": "Podman Engine"}]}, {}, [])
    assert (live.engine, live.number) == (EngineName.PODMAN, (4, 9))


def test_hostile_words_are_clean() -> None:
    live = said("moby", HttpProxy="http://u:hunter2@proxy\x1b[2J", ServerVersion=7)
    assert live.http_proxy == "http://***@proxy\\x1b[2J"
