"""`--host`: a real sshd with a root of its own, its files, its names, and a registry that only its names lead to."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regtui.commands.far_stored import far_store
from regtui.commands.surveying import survey_host
from regtui.host.discover import load
from regtui.host.files import FileTrouble, TroubleKind
from regtui.options import Options
from regtui.registry.errors import NetworkError
from regtui.ssh.host import FarHost as Far
from regtui.ssh.host import far_host as log_in
from tests.far_hosts import FarHost, entering, far_host, rhel_7

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.real_registries import Registries

ROOT = Path(__file__).parent.parent
LOGIN = json.dumps({"auths": {"registry.far": {"auth": "Y2Fyb2w6ZmFyLXNlY3JldA=="}}})
SECRET = "far-secret"


@pytest.fixture(scope="module")
def node7(tmp_path_factory: pytest.TempPathFactory, _running_registries: Registries) -> Iterator[FarHost]:
    """A host of RHEL 7 whose first registry is `registry.far`, which is nobody's name here."""
    place = f"registry.far:{_running_registries.plain}"
    sysconfig = f"ADD_REGISTRY='--add-registry {place}'\nINSECURE_REGISTRY='--insecure-registry {place}'\n"
    files = {
        **rhel_7(sysconfig),
        "/root/.docker/config.json": LOGIN.replace("registry.far", place),
        "/etc/docker/certs.d/quay.io/ca.crt": "no certificate\n",
        "/proc/self/comm": "sh\n",
    }
    with far_host(tmp_path_factory.mktemp("node7"), files) as host:
        yield host


@pytest.fixture
def there(node7: FarHost, monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    """The same host, logged in to."""
    monkeypatch.setenv("PATH", node7.environment()["PATH"])
    with log_in(node7.name, batch=True) as far:
        yield far


def start(host: FarHost, *words: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "regtui", *words, "--host", host.name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=host.environment(PYTHONPATH=str(ROOT), **more),
    )


def run(host: FarHost, *words: str, **more: str) -> tuple[int, str, str]:
    with start(host, *words, **more) as process:
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def document(host: FarHost, *words: str, status: int = 0) -> dict[str, Any]:
    returned, out, err = run(host, *words, "--json")
    assert returned == status, err
    parsed: dict[str, Any] = json.loads(out)
    return parsed


class Running:
    """The processes that a login of regtui has here, and its private folder."""

    def __init__(self, host: FarHost) -> None:
        (control,) = [word for line in self._lines().values() for word in line if word.startswith("ControlPath=")]
        assert any(str(host.folder) in word for line in self._lines().values() for word in line)
        self.folder = Path(control.removeprefix("ControlPath=")).parent
        here = [pid for pid, line in self._lines().items() if any(str(self.folder) in word for word in line)]
        self._ends = [os.pidfd_open(pid) for pid in here]

    def all_ended(self) -> bool:
        """Wait until every one has ended; the limit is for a test that fails."""
        try:
            return all(select.select([end], [], [], 20)[0] for end in self._ends)
        finally:
            for end in self._ends:
                os.close(end)

    def __len__(self) -> int:
        return len(self._ends)

    @staticmethod
    def _lines() -> dict[int, list[str]]:
        found = {}
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found[int(path.parent.name)] = path.read_bytes().decode("utf-8", "replace").split("\0")
            except OSError:
                continue
        return found


@contextmanager
def walking(host: FarHost, *words: str) -> Iterator[tuple[subprocess.Popen[str], socket.socket, Running]]:
    """A walk that waits for a registry's first byte: the process, the registry's end of its connection, the rest."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        place = f"registry.far:{server.getsockname()[1]}"
        with start(host, "resolve", f"{place}/team/app", *words) as process:
            taken, _ = server.accept()
            with taken:
                taken.settimeout(30)
                assert taken.recv(1)
                yield process, taken, Running(host)
            process.kill()


def test_info_is_that_of_the_other_host(node7: FarHost, registries: Registries) -> None:
    told = document(node7, "info")
    place = f"registry.far:{registries.plain}"
    assert told["engine"] == "rhel-docker"
    assert [(one["name"], one["secure"]) for one in told["registries"]] == [(place, False), ("docker.io", True)]
    assert told["registries"][0]["source"] == {"file": "/etc/sysconfig/docker", "line": 1, "name": "ADD_REGISTRY"}
    assert {"path": "/etc/sysconfig/docker-storage", "state": "missing"} in told["files"]


def test_a_name_is_resolved_where_only_the_other_host_can(node7: FarHost, registries: Registries) -> None:
    told = document(node7, "resolve", "team/app:1.0")
    assert told["found"]["digest"] == registries.digests["plain/team/app:1.0"]
    assert told["found"]["registry"] == f"registry.far:{registries.plain}"
    stages = {stage["stage"] for one in told["candidates"][0]["endpoints"] for stage in one["stages"]}
    assert stages == {"dns", "tcp", "tls", "ping", "manifest"}


def test_tags_and_an_image_are_browsed_from_there(node7: FarHost, registries: Registries) -> None:
    place = f"registry.far:{registries.plain}"
    assert run(node7, "tags", f"{place}/team/app")[1] == "1.0\n"
    assert "team/app" in run(node7, "catalog", place)[1]
    assert document(node7, "inspect", f"{place}/team/app:1.0")["digest"] == registries.digests["plain/team/app:1.0"]


def test_nothing_of_another_hosts_registries_is_kept_here(
    node7: FarHost, registries: Registries, tmp_path: Path
) -> None:
    place = f"registry.far:{registries.plain}"
    for words in (("tags", f"{place}/team/app", "--long"), ("inspect", f"{place}/team/app:1.0")):
        assert run(node7, *words, XDG_CACHE_HOME=str(tmp_path))[0] == 0
    assert list(tmp_path.iterdir()) == []


def test_findings_are_those_of_the_other_host(node7: FarHost) -> None:
    told = document(node7, "lint", status=1)
    assert "certs-garbage" in [one["code"] for one in told["findings"]]
    assert told["engine"] == "rhel-docker"


def test_everything_before_the_first_list_takes_two_questions(there: Far) -> None:
    before = there.shell.asked
    there.settle(lambda: load(there.root, files=there.files))
    assert (before, there.shell.asked) == (1, 1)
    asyncio.run(there.resolver().resolve("registry.far", 0))
    assert there.shell.asked == 2


@pytest.mark.parametrize("allowed", [False, True])
def test_logins_of_the_other_host_are_read_only_when_allowed(
    node7: FarHost, monkeypatch: pytest.MonkeyPatch, *, allowed: bool
) -> None:
    monkeypatch.setenv("PATH", node7.environment()["PATH"])
    monkeypatch.setenv("DOCKER_CONFIG", str(node7.root / "root/.docker"))  # of the person here: never of use there
    with log_in(node7.name, batch=True, logins=allowed) as far:
        config = load(far.root, files=far.files)
        key = config.registries[0].value
        credential, words = far_store(far, config).credential(key, key)
    assert (credential is not None) is allowed
    assert SECRET not in f"{credential} {words}"
    assert ("/root/.docker/config.json" if allowed else "--remote-credentials only") in words


def test_missing_and_unreadable_are_told_apart(there: Far) -> None:
    def kind(path: str) -> TroubleKind | None:
        found = there.files.read(path)
        return found.kind if isinstance(found, FileTrouble) else None

    assert kind("/etc/sysconfig/nothing") is TroubleKind.MISSING
    assert kind("/etc/sysconfig") is TroubleKind.DIRECTORY
    assert kind("/etc/sysconfig/docker/below") is TroubleKind.OTHER
    assert kind("/dev/null") is (TroubleKind.SPECIAL if os.geteuid() == 0 else None)
    assert kind("/etc/hostname") is None


def test_errors_of_the_far_side_are_those_of_connect(there: Far) -> None:
    async def refusals() -> list[BaseException]:
        ways = [there.dialer.dial(ip_address("127.0.0.1"), port) for port in (1, 9)]
        found = await asyncio.gather(*ways, return_exceptions=True)
        return [one for one in found if isinstance(one, BaseException)]

    assert [type(error) for error in asyncio.run(refusals())] == [ConnectionRefusedError] * 2


def test_a_name_that_the_other_host_does_not_know(there: Far) -> None:
    with pytest.raises(NetworkError, match=r"no such host: nowhere\.far") as caught:
        asyncio.run(there.resolver().resolve("nowhere.far", 443))
    assert caught.value.go == "dial tcp: lookup nowhere.far on 198.51.100.253:53: no such host"


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_no_end_leaves_a_process_or_a_folder(node7: FarHost, number: signal.Signals, status: int) -> None:
    with walking(node7) as (process, _, running):
        assert len(running) >= 2
        process.send_signal(number)
        process.communicate(timeout=30)
        assert process.returncode == status
        assert running.all_ended()
        assert not running.folder.exists()


def test_a_connection_that_is_lost_in_a_walk_is_a_sentence(node7: FarHost) -> None:
    with walking(node7) as (process, _, running):
        for session in node7.sessions:
            os.kill(session, signal.SIGKILL)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "the connection to node7 is lost" in out + err
        assert "undecided" in out
        assert running.all_ended()
        assert not running.folder.exists()


def test_a_survey_tells_of_the_logins_of_who_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever DOCKER_CONFIG says here, and whatever root has there."""
    files = {**rhel_7(""), "/home/carol/.docker/config.json": LOGIN, "/root/.docker/config.json": '{"auths": {}}'}
    command = f'HOME=/home/carol; export HOME; {entering(tmp_path / "root")} /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
    with far_host(tmp_path, files, command=command) as host:
        monkeypatch.setenv("PATH", host.environment()["PATH"])
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        with log_in(host.name, batch=True, logins=True) as far:
            options = Options("tui", (), host=host.name, remote_credentials=True, there=far)
            survey = asyncio.run(survey_host(options, "", far.resolver()))
    assert survey.stored == ("/home/carol/.docker/config.json",)
    assert [(one.server, one.words) for one in survey.logins] == [("registry.far", "the login of carol")]
    assert SECRET not in repr(survey)
