"""What a walk tells of the host itself: its own images, mirrors that it serves, what a mirror had already."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regtui.beside import NOTHING_BESIDE, Beside
from regtui.cli import run
from regtui.daemon import LocalImage, LocalImages
from regtui.demo.story import story_world
from regtui.demo.world import World
from regtui.events import RequestEnded
from regtui.host.discover import load
from regtui.host.files import HostFiles
from regtui.host.local_mirror import LocalCache, LocalMirror, services_of
from regtui.host.model import Source
from regtui.kept import kept_words
from regtui.live import LiveSession, Means
from regtui.mirrors import mirror_documents, mirror_truth
from regtui.outlet import Outlet
from regtui.registry.auth import Authorization
from regtui.registry.tls import Trust
from regtui.report import Resolution
from regtui.survey import Survey
from regtui.survey.reading import take
from regtui.told import Narrator
from regtui.tui.cells import line_text, line_width
from regtui.tui.frames import Canvas, Scene, frame, settle
from regtui.tui.glyphs import UNICODE
from regtui.tui.listing import rows_of
from regtui.tui.mirror_words import mirror_words
from tests.docker_socket import listening, recorded, said
from tests.lint_hosts import CERTS, FORK, OPTIONS, SYSCONFIG, write
from tests.registry_net import Net, Requests, reply, target
from tests.tui_fakes import CONFIG, DIGEST, MIRROR, SCRIPTS, ScriptedSession, planned_walk, walked
from tests.tui_screens import LARGE, SMALL, assert_screen, settled, showing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

OLD = "sha256:" + "0" * 64
UNIT = Source("/etc/systemd/system/local-registry.service", 3, "ExecStart")
CACHE = LocalCache("local-registry.service", UNIT, "https://registry-1.docker.io", ())
LOCAL = (LocalMirror(CONFIG.mirrors[0], CACHE),)
HERE = services_of(LOCAL)
WHAT = "this host's local-registry.service, a cache of https://registry-1.docker.io"
HUB_MANIFEST = f"{MIRROR}/v2/library/debian/manifests/latest"
REG = "https://reg.example"


def images(*of: tuple[str, str]) -> LocalImages:
    """Return the images of a host: tag and digest of each."""
    return LocalImages(
        tuple(LocalImage(f"id{n}", (tag,), (f"{tag.partition(':')[0]}@{one}",)) for n, (tag, one) in enumerate(of))
    )


def asked(ms: float, cache: str = "", status: int = 200) -> RequestEnded:
    return RequestEnded(ms, 2, 0, "GET", HUB_MANIFEST, status, ms, cache)


@pytest.mark.parametrize(
    ("requests", "ping", "expected"),
    [
        ((asked(4.0),), 3.0, "had it already, it seems: 4 ms, /v2/ 3 ms"),
        ((asked(0.4),), 0.3, "had it already, it seems: <1 ms, /v2/ <1 ms"),
        ((asked(220.0),), 3.0, "asked its upstream just now, it seems: 220 ms, /v2/ 3 ms"),
        ((asked(40.0),), 3.0, ""),
        ((asked(4.0),), None, ""),
        ((asked(4.0, status=404),), 3.0, ""),
        ((), 3.0, ""),
        ((asked(220.0, "X-Cache: HIT from edge"),), 3.0, "had it already: its answer says X-Cache: HIT from edge"),
        ((asked(4.0, "X-Proxy-Cache: MISS"),), 3.0, "fetched just now: its answer says X-Proxy-Cache: MISS"),
        ((asked(4.0, "Age: 120"),), None, "had it already: its answer says Age: 120"),
    ],
)
def test_whether_a_mirror_had_an_image_already(
    requests: tuple[RequestEnded, ...], ping: float | None, expected: str
) -> None:
    assert kept_words(requests, ping) == expected


class Caches(Requests):
    """Notes what caches say."""

    def request_ended(self, method: str, url: str, status: int | None, seconds: float, cache: str = "") -> None:
        super().request_ended(method, url, status, seconds, cache)
        self.said = cache


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, ""),
        ({"X_Cache": "HIT"}, "X-Cache: HIT"),
        ({"CF_Cache_Status": "DYNAMIC", "Age": "7"}, "Age: 7"),
        ({"Age": "0"}, ""),
        ({"Age": "-1"}, ""),
        ({"X_Cache_Status": "MISS" + "x" * 500}, "X-Cache-Status: MISS" + "x" * 55 + "…"),
    ],
)
async def test_what_a_cache_says_of_itself(headers: dict[str, str], expected: str) -> None:
    path = "/v2/a/manifests/latest"
    watch = Caches()
    async with Net({REG: {path: reply(200, "{}", **headers)}}) as net, net.client() as client:
        await client.manifest(target(REG), "a", "latest", Authorization.none(), (), method="GET", watch=watch)
    assert watch.said == expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (images(("debian:latest", DIGEST)), "here: same digest"),
        (images(("debian:latest", OLD)), "here: older"),
        (LocalImages((LocalImage("id", ("debian:latest",), ()),)), "here"),
        (images(("debian:12", OLD)), ""),
    ],
)
@pytest.mark.parametrize("width", [76, 116])
def test_the_column_of_what_the_host_has(own: LocalImages, expected: str, width: int) -> None:
    canvas = Canvas(width, UNICODE, beside=Beside(own))
    walk = walked("debian")
    drawn = frame(walk, settle(walk, Scene(), canvas), canvas)
    head = line_text(drawn.lines[drawn.heads[2]])
    assert (head.rpartition("✓ found")[2].strip(), max(map(line_width, drawn.lines)) <= width) == (expected, True)
    assert not any("here" in line_text(drawn.lines[drawn.heads[index]]) for index in (0, 1))


def test_before_anybody_is_asked_the_tag_alone_is_known() -> None:
    canvas = Canvas(76, UNICODE, beside=Beside(images(("okd-lr.zyl.io:5000/debian:latest", OLD))))
    walk = planned_walk()
    drawn = frame(walk, settle(walk, Scene(), canvas), canvas)
    assert line_text(drawn.lines[0]).endswith("  here")


def test_an_opened_mirror_says_which_service_of_this_host_it_is() -> None:
    canvas = Canvas(116, UNICODE, beside=Beside(local=HERE))
    walk = walked("debian")
    closed, opened = (
        frame(walk, settle(walk, scene, canvas), canvas) for scene in (Scene(), Scene(opened=frozenset({2})))
    )
    assert WHAT not in "\n".join(map(line_text, closed.lines))
    assert WHAT in "\n".join(map(line_text, opened.lines))


def test_the_row_of_a_mirror_tells_what_it_was_good_for() -> None:
    rows = rows_of(CONFIG)
    mirror, quay = rows[3], rows[1]
    beside = Beside(mirrors=CONFIG.mirrors, local=HERE)
    assert mirror_words(beside, None, mirror) == (WHAT,)
    assert mirror_words(beside, planned_walk(), mirror) == (WHAT,)
    assert mirror_words(beside, walked("debian", 5), mirror) == (WHAT,)
    assert mirror_words(beside, walked("debian"), mirror) == (
        "used: serves the image; had it already, it seems: 5 ms, /v2/ 1 ms",
        WHAT,
    )
    assert mirror_words(NOTHING_BESIDE, walked("nosuch"), mirror)[0].startswith("missed: does not have it")
    assert mirror_words(beside, walked("debian"), quay) == ()
    assert mirror_words(beside, walked("debian"), None) == ()


def test_a_walk_in_lines_tells_of_images_and_of_mirrors_on_this_host() -> None:
    page, record = io.StringIO(), Resolution()
    narrator = Narrator(record, Outlet(page), Beside(images(("debian:latest", OLD)), CONFIG.mirrors, HERE))
    for event in SCRIPTS["debian"]:
        record.fold(event)
        narrator.tell(event)
    lines = page.getvalue().splitlines()
    assert "  here    an older one is on this host: the tag has another digest there" in lines
    assert f"          {WHAT}" in lines
    assert any(line.startswith("3  docker.io/library/debian:latest") and line.endswith("  here") for line in lines)
    (told,) = mirror_documents(mirror_truth(record, CONFIG.mirrors, HERE))
    assert told["local"] == WHAT


@pytest.mark.parametrize("size", [pytest.param(SMALL, id="80x24"), pytest.param(LARGE, id="120x36")])
async def test_the_walk_beside_the_hosts_own_images(size: tuple[int, int]) -> None:
    told = LocalImage("id", ("debian:latest",), (f"debian@{OLD}",))
    survey = Survey(CONFIG, CONFIG.findings, local=LOCAL, daemon=replace(said("rhel-docker"), images=(told,)))

    async def look() -> Survey:
        return survey

    async with showing(ScriptedSession(), name="debian", size=size, survey=look) as pilot:
        await pilot.press("tab", "G")
        await settled(pilot)
        assert_screen(pilot, f"beside-{size[0]}x{size[1]}")


def test_json_says_what_the_host_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "docker.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    own = [{"Id": "x", "RepoTags": ["debian:latest"], "RepoDigests": [f"debian@{OLD}"]}]
    away = ["--resolve", "registry-1.docker.io:443:198.51.100.1"]
    away += ["--connect-to", "registry-1.docker.io:443:127.0.0.1:1"]
    with listening(path, recorded("moby", images=own)):
        for name, expected in (("debian", "here"), ("alpine", "absent")):
            assert run(["resolve", name, "--json", "--engine", "moby", *away]) == 1
            (candidate,) = json.loads(capsys.readouterr().out)["candidates"]
            assert candidate["local"] == expected


MIRRORS = {
    "registry.plain.example:5000": "mirror-plain-http",
    "registry.selfsigned.example": "mirror-untrusted",
    "registry.expired.example": "mirror-untrusted",
    "registry.basic.example": "",
    "registry.reset.example": "",
}
"""Mirrors over https -> the finding that only asking them makes. The last one but one has its authority in certs.d."""


def mirrored(root: Path, world: World) -> None:
    """Write a host with these mirrors."""
    flags = " ".join(f"--registry-mirror=https://{name}" for name in MIRRORS)
    authority = f"{CERTS}/registry.basic.example/ca.crt"
    write(root, {**FORK, SYSCONFIG: f"{OPTIONS.strip()[:-1]} {flags}'\n", authority: world.authorities})


def told_of(findings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return which of the mirrors has which of the two findings, by code and message."""
    codes = {code for code in MIRRORS.values() if code}
    return {name: code for code, message in findings for name in MIRRORS if code in codes and name in message}


async def test_what_only_asking_a_mirror_tells_is_among_the_findings(tmp_path: Path) -> None:
    async with World(story_world(lively=False)) as world:
        mirrored(tmp_path, world)
        session = LiveSession(load(tmp_path), Means(world.resolver, world.dialer, Trust(system=False)), place="test")
        answers = await session.ask_mirrors()
        await session.aclose()
        await world.settled()
        assert {entry.path for entry in world.log.requests} == {"/v2/"}
    survey = take(session.config, files=HostFiles(tmp_path), answers=answers)
    found = [(one.code, one.message) for one in survey.findings]
    assert told_of(found) == {name: code for name, code in MIRRORS.items() if code}
    expired, unknown = (
        next(one for one in survey.findings if one.code == "mirror-untrusted" and name in one.message)
        for name in ("registry.expired.example", "registry.selfsigned.example")
    )
    assert " in silence: the certificate expired on " in expired.message
    assert expired.fix == "renew the certificate of registry.expired.example"
    assert unknown.message.endswith(" in silence: the certificate is signed by itself, which is not trusted here")
    assert unknown.fix.endswith(f" into /{CERTS}/registry.selfsigned.example/ca.crt")
    assert [sentence.partition(" ")[0] for sentence in answers.silent] == ["https://registry.reset.example"]


async def test_lint_asks_the_mirrors_on_the_users_word_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with World(story_world(lively=False)) as world:
        mirrored(tmp_path, world)
        words = ["lint", "--json", "--root", str(tmp_path)]
        for name in MIRRORS:
            host, _, port = name.partition(":")
            place = f"{host}:{port or 443}"
            words += [f"--resolve={place}:198.51.100.7", f"--connect-to={place}:127.0.0.1:{world.port_of(name)}"]
        for asked in ([], ["--ask"]):
            await asyncio.to_thread(run, [*words, *asked])
            document = json.loads(capsys.readouterr().out)
            found = [(one["code"], one["message"]) for one in document["findings"]]
            assert told_of(found) == ({name: code for name, code in MIRRORS.items() if code} if asked else {})
            await world.settled()
            assert bool(world.log.entries) is bool(asked)
        await asyncio.to_thread(run, [one for one in (*words, "--ask") if one != "--json"])
        printed = capsys.readouterr()
        assert "fix: " in printed.out
        assert printed.err.startswith("https://registry.reset.example gave no answer: ")
