"""`regtui compare`: equal hosts folded, odd ones first, from recordings and from real hosts."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regtui.fleet.asking import AT_ONCE, ask_all
from regtui.fleet.groups import Mark, grouped, marked
from regtui.fleet.telling import document, exit_status, summary
from regtui.fleet.view import Section, View, view_of
from tests.far_hosts import far_host, rhel_7

if TYPE_CHECKING:
    from tests.real_registries import Registries

ROOT = Path(__file__).parent.parent


def view(host: str, *registries: str, mirrors: tuple[str, ...] = ()) -> View:
    return View(host, (Section("registries", registries), Section("mirrors", mirrors)))


def recorded(*registries: str, insecure: bool = False) -> dict[str, Any]:
    return {
        "schema": "regtui.info/1",
        "engine": "rhel-docker",
        "registries": [{"name": name, "secure": not insecure, "mirrors": []} for name in registries],
        "findings": [],
        "lint": [],
        "refusal": None,
    }


def compare(*words: str, path: str = "", status: int = 0, stdin: str = "") -> str:
    return regtui("compare", *words, path=path, status=status, stdin=stdin)


def regtui(*words: str, path: str = "", status: int = 0, stdin: str = "") -> str:
    environment = {"PATH": path or "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": "/nonexistent"}
    ran = subprocess.run(
        [sys.executable, "-m", "regtui", *words],
        capture_output=True,
        text=True,
        env=environment,
        input=stdin,
        timeout=90,
        check=False,
    )
    assert ran.returncode == status, ran.stdout + ran.stderr
    return ran.stderr if status == 2 else ran.stdout


def test_equal_hosts_are_one_group_and_odd_ones_come_first() -> None:
    views = [view("a", "x", "y"), view("b", "y", "x"), View("c", error="no login on c"), view("d", "x", "y")]
    groups = grouped(views)
    assert [group.hosts for group in groups] == [("c",), ("b",), ("a", "d")]
    assert [group.is_usual for group in groups] == [False, False, True]
    assert groups[1].differs == ("registries",)
    assert summary(groups) == "3 hosts, in 2 groups; 1 host could not be read"
    assert [exit_status(grouped(some)) for some in (views, views[:1], views[2:3])] == [1, 0, 2]


def test_order_is_a_difference_that_is_marked() -> None:
    odd, usual = grouped([view("a", "x", "y"), view("b", "x", "y"), view("c", "y", "x", mirrors=("m",))])
    assert dict(marked(odd, usual)) == {
        "registries": ((Mark.ADDED, "y"), (Mark.SAME, "x"), (Mark.ABSENT, "y")),
        "mirrors": ((Mark.ADDED, "m"),),
    }


@pytest.mark.parametrize(
    "wrong", [None, [], {}, {"schema": "regtui.info/1"}, {"schema": "regtui.lint/1", "findings": []}, "x", 3]
)
def test_what_is_no_recording_is_a_row(wrong: object) -> None:
    assert view_of("h", wrong).error == "this is not what `regtui info --json` prints"


@pytest.mark.parametrize(
    "field", ["registries", "mirrors", "insecure", "blocked", "findings", "lint", "proxies", "refusal"]
)
@pytest.mark.parametrize("value", [None, [None], ["x"], [{"name": 3}], {"http": []}, 7, "\x1b[31m"])
def test_a_damaged_recording_never_raises(field: str, value: object) -> None:
    found = view_of("h\x1b", {**recorded("quay.io"), field: value})
    assert "\x1b" not in repr(found).encode("unicode_escape").decode().replace("\\\\x1b", "")
    assert found.error or found.sections


def test_no_more_than_eight_hosts_at_once_and_the_next_as_soon_as_one_is_done() -> None:
    hosts = tuple(f"node{number}" for number in range(50))
    running, most, asked = set[str](), [0], list[str]()
    lock, full, last = threading.Lock(), threading.Event(), threading.Event()

    def look(host: str) -> View:
        with lock:
            running.add(host)
            asked.append(host)
            most[0] = max(most[0], len(running))
            if len(running) == AT_ONCE:
                full.set()
        assert full.wait(30)
        assert host != "node0" or last.wait(30)  # which hangs until all others are done
        with lock:
            running.discard(host)
        return view(host, "quay.io")

    found = []
    for number, one in ask_all(hosts, look):
        found.append((number, one.host))
        if len(found) == 49:
            last.set()
    assert most[0] == AT_ONCE
    assert sorted(asked) == sorted(hosts)  # each once
    assert found[-1] == (0, "node0")
    assert sorted(found) == [(number, host) for number, host in enumerate(hosts)]


def test_recordings_are_compared_without_any_network(tmp_path: Path) -> None:
    for host, body in {
        "node1": recorded("a:1", "docker.io"),
        "node2": recorded("a:1", "docker.io"),
        "node3": recorded("docker.io", "a:1", insecure=True),
        "node4": {"schema": "regtui.error/1", "error": "no login on node4: Permission denied"},
    }.items():
        (tmp_path / f"{host}.json").write_text(json.dumps(body))
    (tmp_path / "node5.json").write_text("{")
    files = [str(tmp_path / f"node{number}.json") for number in range(1, 7)]
    told = compare(*files, status=1)
    assert told.splitlines()[0] == "3 hosts, in 2 groups; 3 hosts could not be read"
    lines = told.splitlines()
    assert lines.index("node3") < lines.index("node1, node2")
    assert "  registries  - a:1 secure" in lines
    assert "              + a:1 insecure" in lines
    assert "  no login on node4: Permission denied" in lines
    body = json.loads(compare(*files, "--json", status=1))
    assert [group["hosts"] for group in body["groups"]][-2:] == [["node3"], ["node1", "node2"]]
    assert body["groups"][-2]["differs"] == ["registries"]


def test_findings_of_lint_are_compared_and_a_recording_without_them_says_so() -> None:
    finding = {"code": "mirror-dead", "severity": "warning", "message": "nobody is there", "source": None, "fix": ""}
    old = {**recorded("quay.io"), "findings": [finding]}
    del old["lint"]
    views = [view_of("a", {**recorded("quay.io"), "lint": [finding]}), view_of("b", old)]
    told = [{section.name: section.lines for section in one.sections}["findings"] for one in views]
    line = "warning mirror-dead: nobody is there"
    assert told == [(line,), ("those of lint are not known: a recording of an earlier version", line)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "compare takes a name, for example: regtui compare root@node1 root@node2"),
        (("-x",), "unrecognized arguments: -x"),
        (("a;b",), "a;b is neither [USER@]HOST nor a file of regtui info --json"),
        (("a", "--host", "b"), "compare takes its hosts as words: regtui compare HOST..."),
        (("a", "--demo"), "compare reads whole hosts: it takes no --demo, --root, --config or --engine all"),
        (("a", "--screen", "--json"), "--json and --screen both say how hosts are shown: take one of them"),
    ],
)
def test_arguments_that_are_refused(words: tuple[str, ...], sentence: str) -> None:
    assert compare(*words, status=2).splitlines()[0] == f"regtui: {sentence}"


def test_real_hosts_and_a_dead_one(tmp_path: Path, registries: Registries) -> None:
    place = f"registry.far:{registries.plain}"
    own = f"ADD_REGISTRY='--add-registry {place}'\n"
    with ExitStack() as stack:
        paths = []
        for name, sysconfig in (("node1", own), ("node2", own), ("node3", "OPTIONS=''\n"), ("node4", own)):
            folder = tmp_path / name
            folder.mkdir()
            host = stack.enter_context(far_host(folder, rhel_7(sysconfig), name=name))
            paths.append(host.folder)
            if name == "node4":
                host.process.terminate()
                host.process.wait()
        program = tmp_path / "bin"
        program.mkdir()
        config = "".join((path / "ssh_config").read_text() for path in paths)
        (tmp_path / "ssh_config").write_text(config)
        (program / "ssh").write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {tmp_path}/ssh_config "$@"\n')
        (program / "ssh").chmod(0o755)
        words = ("node1", "node2", "node3", "node4", "--name", "team/app:1.0", "--json")
        path = f"{program}:/usr/bin:/bin"
        body = json.loads(compare(*words, path=path, status=1))
        told = regtui("info", "--host", "node1", "--json", path=path)
        found = json.loads(regtui("lint", "--host", "node1", "--json", path=path))["findings"]
        (tmp_path / "recorded.json").write_text(told)
        mixed = json.loads(compare("node2", str(tmp_path / "recorded.json"), "--json", path=path))
    assert [group["hosts"] for group in body["groups"]] == [["node4"], ["node3"], ["node1", "node2"]]
    assert found
    assert json.loads(told)["lint"] == found
    assert [group["hosts"] for group in mixed["groups"]] == [["node2", "recorded"]]
    assert "Connection refused" in body["groups"][0]["error"]
    digest = registries.digests["plain/team/app:1.0"]
    assert body["groups"][2]["served"][-1] == f"served by http://{place} {digest[:19]}"
    assert body["groups"][1]["served"][-1] == "served by nobody"
    assert {"registries", "name"} <= set(body["groups"][1]["differs"])
    assert document(grouped(())) == {"schema": "regtui.compare/1", "name": None, "groups": [], "exit": 2}
