"""What `regtui resolve` prints: the demo's stories as text, without the times."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest

from regtui.cli import run
from regtui.demo.story import story_world, write_story_files
from regtui.demo.world import World
from regtui.engines.base import Platform
from regtui.host.discover import load
from regtui.live import LiveSession, Means
from regtui.outlet import Outlet
from regtui.registry.limits import Limits
from regtui.registry.tls import Trust
from regtui.report import Resolution
from regtui.told import Narrator, tell_plan
from tests.modern_hosts import POLICY, write_files

if TYPE_CHECKING:
    from pathlib import Path

TIMES = re.compile(r"  \d+ ms$|\bin \d+ ms\b")


class Page(io.StringIO):
    """A stream that can show everything and is no terminal."""

    encoding = "utf-8"


async def told(name: str, root: Path, *, ask_all: bool = False) -> list[str]:
    write_story_files(root)
    page, record = Page(), Resolution()
    narrator = Narrator(record, Outlet(page, color=True))
    async with World(story_world(lively=False)) as world:
        trust = Trust(system=False, authorities=(world.authorities.encode(),))
        means = Means(world.resolver, world.dialer, trust, Limits(tcp=0.3))
        session = LiveSession(load(root), means, place="demo", platform=Platform())
        async for event in session.resolve(name, ask_all=ask_all):
            record.fold(event)
            narrator.tell(event)
        await session.aclose()
    lines = [TIMES.sub("", line) for line in page.getvalue().splitlines()]
    return [line for line in lines if not line.startswith("     dns ok") and not line.startswith("     manifest ")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "team/app",
            [
                "1  okd-lr.zyl.io:5000/team/app:latest  insecure",
                "   ✗ https://okd-lr.zyl.io:5000  tls-failed  198.51.100.4:5000 speaks plain HTTP, not TLS",
                "   ✓ http://okd-lr.zyl.io:5000  found  serves it",
                "",
                "found  okd-lr.zyl.io:5000/team/app:latest",
            ],
        ),
        (
            "quay.io/private/vault",
            [
                "1  quay.io/private/vault:latest  secure",
                (
                    "   ✗ https://quay.io  unauthorized  answered 401: unauthorized: "
                    "access to the requested resource is not authorized"
                ),
                "     no credentials for it in /root/.docker/config.json",
                "",
                "docker pull would fail: Error: image private/vault:latest not found",
            ],
        ),
        (
            "registry.dead.example/app",
            [
                "1  registry.dead.example/app:latest  secure",
                (
                    "   ✗ https://registry.dead.example  undecided  "
                    "no answer from 198.51.100.20:443; the engine waits 30 s"
                ),
                "",
                (
                    "docker pull would fail: Get https://registry.dead.example/v1/_ping: "
                    "dial tcp 198.51.100.20:443: i/o timeout"
                ),
                "docker itself would have waited about 45 s",
            ],
        ),
    ],
)
async def test_a_walk_is_told_in_lines(name: str, expected: list[str], tmp_path: Path) -> None:
    lines = [line.replace(" ;", ";") for line in await told(name, tmp_path)]
    assert lines[: len(expected)] == expected


async def test_what_is_behind_the_winner_is_told_apart(tmp_path: Path) -> None:
    lines = await told("team/app", tmp_path, ask_all=True)
    also = [line for line in lines if "also there" in line]
    assert len(also) == 1
    assert "the same image" in also[0]
    assert sum(line.startswith("  Trying to pull") for line in lines) == 1


def test_a_plan_names_the_setting_behind_each_endpoint(tmp_path: Path) -> None:
    write_story_files(tmp_path)
    page = Page()
    world = World(story_world())
    means = Means(world.resolver, world.dialer, Trust(system=False))
    session = LiveSession(load(tmp_path), means, place="demo")
    tell_plan(session.plan("etcd"), Outlet(page, color=True))
    lines = page.getvalue().splitlines()
    assert "   v2 https://okd-lr.zyl.io:5000  TLS not verified  /etc/sysconfig/docker:4 INSECURE_REGISTRY" in lines
    assert "   v2 http://okd-lr.zyl.io:5000  mirror, plain HTTP  /etc/sysconfig/docker:5 OPTIONS" in lines
    assert "   v1 https://quay.io  shown only, never sent  /etc/sysconfig/docker:3 ADD_REGISTRY" in lines


def test_an_error_of_several_lines_stays_on_one_beside_an_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    auths = '{"auths": {"127.0.0.1:1": {"auth": "!!"}}}'
    conf = 'unqualified-search-registries = ["127.0.0.1:1"]\n'
    write_files(
        tmp_path,
        {
            "etc/containers/registries.conf": conf,
            "etc/containers/policy.json": POLICY,
            "run/containers/0/auth.json": auths,
        },
    )
    assert run(["resolve", "app", "--engine", "podman", "--root", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    cause = "getting username and password: 1 error occurred: * illegal base64 data at input byte 0"
    assert lines[0].endswith(f"unauthorized  {cause}")
    assert f"podman pull would fail: initializing source docker://127.0.0.1:1/app:latest: {cause}" in lines
    assert lines[-1] == "          * illegal base64 data at input byte 0"  # what podman indents with a tab
