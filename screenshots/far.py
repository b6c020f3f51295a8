"""Makes the pictures of other hosts: real logins at real sshd processes on loopback, in the demo's world.

    python screenshots/far.py [FOLDER]

The hosts have the demo's files; what registries answer is the demo's recording, as in the other pictures.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

from make import LOOK, SIZES, RecordedSession, distance, steady

from regtui.cli import parse
from regtui.commands.compare import look_at
from regtui.commands.sessions import session_of
from regtui.demo.host import DEMO_PLACE, demo_root
from regtui.fleet.asking import ask_all
from regtui.fleet.view import View
from regtui.host.discover import load
from regtui.ssh.host import far_host as log_in
from tests.far_hosts import far_host, rhel_7

if TYPE_CHECKING:
    from regtui.host.model import HostConfig
    from regtui.options import Options
    from regtui.session import Session

HOST = "root@node7"
NAME = "debian"
FLEET = ("node1", "node2", "node3", "node4", "node5", "node6")
OTHER = ("node4", "node6")
"""Hosts whose files are otherwise: another order, and a registry that is not listed as insecure."""
DEAD = View("node2", error="no login on node2: ssh: connect to host node2 port 22: No route to host")


def main() -> None:
    """Make all pictures."""
    for name in [name for name in os.environ if name.startswith("TEXTUAL") or name == "NO_COLOR"]:
        del os.environ[name]
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        root = Path(stack.enter_context(demo_root()))
        files = {f"/{path.relative_to(root)}": path.read_text() for path in root.rglob("*") if path.is_file()}
        _start(stack, work, files)
        with log_in("node7", batch=True) as far:
            config = far.settle(partial(load, far.root, files=far.files))
        options = parse(["--demo"])
        assert options is not None
        asyncio.run(_host(options, config, stack, folder))
        compared = parse(["compare", *FLEET])
        assert compared is not None
        views = dict(ask_all(FLEET, partial(look_at, options=compared)))
        views[FLEET.index("node2")] = DEAD
        asyncio.run(_fleet(views, folder))


def _start(stack: ExitStack, work: Path, files: dict[str, str]) -> None:
    """Start the hosts, and let `ssh` know them."""
    known = ""
    base = {**rhel_7(""), **files}
    for name in ("node7", *FLEET):
        (work / name).mkdir()
        own = dict(base)
        if name in OTHER:
            own["/etc/sysconfig/docker"] = _otherwise(own["/etc/sysconfig/docker"], name)
        stack.enter_context(far_host(work / name, own, name=name))
        known += (work / name / "ssh_config").read_text()
    (work / "bin").mkdir()
    (work / "ssh_config").write_text(known)
    (work / "bin/ssh").write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {work}/ssh_config "$@"\n')
    (work / "bin/ssh").chmod(0o755)
    os.environ["PATH"] = f"{work}/bin:{os.environ['PATH']}"


def _otherwise(sysconfig: str, name: str) -> str:
    """Return another order of the registries, or a list without the insecure one."""
    first, second = "okd-lr.zyl.io:5000", "quay.io"
    if name == "node4":
        return (
            sysconfig.replace(f"--add-registry {first}", "--add-registry @")
            .replace(f"--add-registry {second}", f"--add-registry {first}")
            .replace("--add-registry @", f"--add-registry {second}")
        )
    return sysconfig.replace(f"--insecure-registry {first}", "")


async def _host(options: Options, config: HostConfig, stack: ExitStack, folder: Path) -> None:
    from regtui.tui.app import RegtuiApp, Start

    live = stack.enter_context(session_of(options, config, DEMO_PLACE))
    walk = steady([event async for event in live.resolve(NAME)])
    health = [replace(check, ms=2 * distance(check.url)) async for check in live.health()]
    await live.aclose()
    session = RecordedSession(live, sorted(health, key=lambda check: check.url), {NAME: walk})
    session.place = HOST

    async def open_session() -> Session:
        return session

    for size in SIZES:
        app = RegtuiApp(Start(config, HOST, open_session, LOOK, NAME))
        async with app.run_test(size=size) as pilot:
            for _ in range(10):
                await pilot.pause()
            _keep(folder, "host", size, app.export_screenshot(title=f"regtui --host {HOST}"))


async def _fleet(views: dict[int, View], folder: Path) -> None:
    from regtui.host.model import EngineName, HostConfig
    from regtui.tui.app import Start
    from regtui.tui.fleet import FleetApp

    async def nobody() -> Session:
        raise AssertionError

    for size in SIZES:
        begin = Start(HostConfig(EngineName.MOBY, ""), "compare", nobody, LOOK)
        app = FleetApp(begin, lambda: iter(sorted(views.items())), len(views))
        async with app.run_test(size=size) as pilot:
            assert app.first is not None
            await app.first.workers.wait_for_complete()
            await pilot.press("down")
            for _ in range(5):
                await pilot.pause()
            _keep(folder, "compare", size, app.export_screenshot(title="regtui compare --screen"))


def _keep(folder: Path, file: str, size: tuple[int, int], svg: str) -> None:
    path = folder / f"{file}-{size[0]}x{size[1]}.svg"
    path.write_text(svg)
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
