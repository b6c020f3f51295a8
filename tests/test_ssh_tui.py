"""The terminal interface from another host: questions before it, a connection that breaks, many hosts in a table."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.fleet.view import Section, View
from regtui.host.model import EngineName, HostConfig
from regtui.settings import Motion
from regtui.tui.app import Start
from regtui.tui.cells import line_text
from regtui.tui.fleet import FleetApp
from regtui.tui.terminal import Look
from regtui.tui.widgets.line_view import TextLines
from regtui.tui.widgets.virtual_list import VirtualList
from tests.far_hosts import far_host, rhel_7
from tests.tui_pty import running_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.session import Session
    from tests.far_hosts import FarHost
    from tests.real_registries import Registries

ROOT = Path(__file__).parent.parent
AS_A_PERSON = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.executable, [sys.executable, '-m', 'regtui', *sys.argv[1:]])\n"
)
"""Takes the terminal for its own first, as a login shell has it: ssh asks there, whatever its input is."""


@pytest.fixture
def node7(tmp_path: Path, registries: Registries) -> Iterator[FarHost]:
    place = f"registry.far:{registries.plain}"
    sysconfig = f"OPTIONS='--add-registry {place} --insecure-registry {place}'\n"
    with far_host(tmp_path, rhel_7(sysconfig)) as host:
        yield host


def test_ssh_asks_on_the_terminal_before_the_screen_opens(node7: FarHost, registries: Registries) -> None:
    (node7.folder / "known_hosts").write_text("")
    command = [sys.executable, "-c", AS_A_PERSON, "--host", "node7", "team/app:1.0"]
    with running_command(command, environ=node7.environment(PYTHONPATH=str(ROOT))) as terminal:
        terminal.until("Are you sure you want to continue connecting")
        assert b"\x1b[?1049h" not in terminal.out
        terminal.send(b"yes\n")
        terminal.until(registries.digests["plain/team/app:1.0"][:19])
        assert node7.sessions
        terminal.send(b"q")
        assert terminal.end() == 0
        assert terminal.restored()


def test_a_connection_that_breaks_under_the_screen_is_a_sentence_on_it(node7: FarHost) -> None:
    command = [sys.executable, "-m", "regtui", "--host", "node7"]
    with running_command(command, environ=node7.environment(PYTHONPATH=str(ROOT))) as terminal:
        terminal.until(" ms")
        for session in node7.sessions:
            os.kill(session, signal.SIGKILL)
        terminal.send(b"/team/other\r")
        terminal.until("the connection to node7 is lost")
        terminal.send(b"\x1b")
        terminal.quiet()
        terminal.send(b"c")
        terminal.until("Settings")
        terminal.send(b"r")
        terminal.quiet()
        terminal.send(b"\x11")
        assert terminal.end() == 0
        assert terminal.restored()


def test_many_hosts_fill_a_table_and_the_odd_one_is_explained() -> None:

    views = [
        View("node1", (Section("registries", ("quay.io secure",)),)),
        View("node2", error="no login on node2: Permission denied"),
        View("node3", (Section("registries", ("quay.io insecure",)),)),
        View("node4", (Section("registries", ("quay.io secure",)),)),
    ]

    async def nobody() -> Session:
        raise AssertionError

    async def drive() -> tuple[str, list[str], str]:
        look = Look(theme="dark", motion=Motion.NONE, paced=False, fps=60, plain=True, mouse=True, blink=False)
        begin = Start(HostConfig(EngineName.MOBY, ""), "compare", nobody, look)
        app = FleetApp(begin, lambda: iter(enumerate(views)), len(views))
        async with app.run_test(size=(80, 24)) as pilot:
            assert app.first is not None
            await app.first.workers.wait_for_complete()
            await pilot.press("down")
            await pilot.pause()
            table = app.screen.query_one("#groups", VirtualList)
            rows = [line_text(table.line_at(number)).rstrip() for number in range(table.line_count)]
            head, text = (app.screen.query_one(f"#{name}", TextLines).lines for name in ("head", "text"))
            return line_text(head[0]).strip(), rows, "\n".join(map(line_text, text))

    head, rows, text = asyncio.run(drive())
    assert head == "regtui compare  3 hosts, in 2 groups; 1 host could not be read"
    assert [row.split()[1] for row in rows] == ["node2", "node3", "node1,"]
    assert "+ quay.io insecure" in text
    assert "- quay.io secure" in text
