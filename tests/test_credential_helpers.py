"""Credential helpers: found only where they may be found, kept on a leash, and silent about the secret."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from regtui.host.credentials import HelperCall
from regtui.host.model import Source
from regtui.registry.credential_helpers import HelperLimits, ask_helper, find_helper
from regtui.registry.errors import HelperError

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "hunter2-is-the-secret"
SOURCE = Source("/root/.docker/config.json", 3, "credsStore")


def call(helper: str = "test", server: str = "reg.example.com:5000") -> HelperCall:
    return HelperCall(helper, server, SOURCE)


def write_helper(folder: Path, script: str, *, name: str = "test", mode: int = 0o755) -> Path:
    program = folder / f"docker-credential-{name}"
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(mode)
    return program


def answer(username: str = "alice", secret: str = SECRET) -> str:
    return f"""printf '{{"ServerURL":"x","Username":"{username}","Secret":"{secret}"}}'\n"""


@pytest.mark.fault(62, 63)
async def test_the_helper_gets_the_server_on_its_input_and_nothing_else(tmp_path: Path) -> None:
    write_helper(tmp_path, f'echo "$#:$1:$(cat)" > {tmp_path}/asked\n' + answer())
    found = await ask_helper(call(), path=str(tmp_path))
    assert found is not None
    assert (found.username, found.secret.reveal(), found.identity_token, found.source) == (
        "alice",
        SECRET,
        None,
        SOURCE,
    )
    assert (tmp_path / "asked").read_text() == "1:get:reg.example.com:5000\n"
    assert SECRET not in repr(found)


async def test_the_user_token_marks_an_identity_token(tmp_path: Path) -> None:
    write_helper(tmp_path, answer("<token>"))
    found = await ask_helper(call(), path=str(tmp_path))
    assert found is not None
    assert found.identity_token is not None
    assert (found.username, found.secret.reveal(), found.identity_token.reveal()) == ("<token>", "", SECRET)


@pytest.mark.fault(62)
@pytest.mark.parametrize(
    "script",
    [
        pytest.param("echo 'credentials not found in native keychain'; exit 1\n", id="the keychain has nothing"),
        pytest.param(answer(secret=""), id="an empty secret"),
    ],
)
async def test_nothing_stored_is_no_error(tmp_path: Path, script: str) -> None:
    write_helper(tmp_path, script)
    assert await ask_helper(call(), path=str(tmp_path)) is None


FAILURES = [
    pytest.param(f"echo {SECRET}; exit 1\n", "docker-credential-test failed with status 1", id="status"),
    pytest.param(f"echo {SECRET}; kill -9 $$\n", "was ended by signal 9", id="signal"),
    pytest.param(f"echo {SECRET}\n", "printed no JSON", id="no JSON"),
    pytest.param("", "printed no JSON", id="nothing"),
    pytest.param(f"""echo '["{SECRET}"]'\n""", "JSON that is no credential", id="a list"),
    pytest.param(f"""echo '{{"Username":7,"Secret":"{SECRET}"}}'\n""", "JSON that is no credential", id="a number"),
    pytest.param(f"printf '{SECRET}\\000'\n", "printed no JSON", id="NUL"),
    pytest.param(answer(secret=SECRET + "\\\\r\\\\nX: y"), "control characters", id="line end in the secret"),
    pytest.param(f"echo {SECRET}; head -c 70000 /dev/zero\n", "printed more than 65536 bytes", id="flood"),
]


@pytest.mark.fault(62)
@pytest.mark.parametrize(("script", "message"), FAILURES)
async def test_a_failure_names_the_helper_and_not_what_it_printed(tmp_path: Path, script: str, message: str) -> None:
    write_helper(tmp_path, script)
    with pytest.raises(HelperError) as caught:
        await ask_helper(call(), path=str(tmp_path))
    assert message in str(caught.value)
    assert "docker-credential-test" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


class Leash:
    """A FIFO that a helper and all it starts hold open: it tells when they run, and ends when the last is gone."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "leash"
        os.mkfifo(self.path)
        self._file = open(os.open(self.path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0)  # noqa: PTH123, SIM115 - closed by its transport
        self._reader = asyncio.StreamReader()

    @property
    def held(self) -> str:
        """The first line of a helper's script."""
        return f"exec 9> {self.path}; echo up >&9\n"

    async def is_held(self) -> bool:
        """Wait until the helper runs."""
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(self._reader), self._file)
        return await self._reader.readline() == b"up\n"

    async def is_free(self) -> bool:
        """Wait until every process that held it has ended."""
        return await self._reader.read() == b""


@pytest.mark.fault(62)
async def test_a_helper_that_hangs_is_killed_with_all_it_started(tmp_path: Path) -> None:
    leash = Leash(tmp_path)
    write_helper(tmp_path, leash.held + "sleep 600 & sleep 600\n")
    with pytest.raises(HelperError, match=r"gave no answer in 1\.5 s"):
        await ask_helper(call(), path=str(tmp_path), limits=HelperLimits(seconds=1.5))
    assert await leash.is_held()
    assert await leash.is_free()


@pytest.mark.fault(62)
async def test_a_flood_without_end_is_killed(tmp_path: Path) -> None:
    leash = Leash(tmp_path)
    write_helper(tmp_path, leash.held + "cat /dev/zero\n")
    with pytest.raises(HelperError, match="printed more than 65536 bytes"):
        await ask_helper(call(), path=str(tmp_path))
    assert await leash.is_held()
    assert await leash.is_free()


@pytest.mark.fault(62)
async def test_a_grandchild_that_holds_the_pipe_delays_nothing(tmp_path: Path) -> None:
    leash = Leash(tmp_path)
    write_helper(tmp_path, leash.held + "sleep 600 &\n" + answer())
    found = await ask_helper(call(), path=str(tmp_path))
    assert found is not None
    assert found.secret.reveal() == SECRET
    assert await leash.is_held()
    assert await leash.is_free()


async def test_a_cancelled_question_leaves_no_process(tmp_path: Path) -> None:
    leash = Leash(tmp_path)
    write_helper(tmp_path, leash.held + "sleep 600\n")
    task = asyncio.create_task(ask_helper(call(), path=str(tmp_path)))
    assert await leash.is_held()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await leash.is_free()


@pytest.mark.fault(62)
async def test_the_helper_has_no_terminal_and_a_session_of_its_own(tmp_path: Path) -> None:
    write_helper(
        tmp_path, f"cut -d' ' -f6,7 /proc/$$/stat > {tmp_path}/session; echo $$ >> {tmp_path}/session\n" + answer()
    )
    await ask_helper(call(), path=str(tmp_path))
    session, terminal, process = (tmp_path / "session").read_text().split()
    assert session == process
    assert terminal == "0"


@pytest.mark.fault(63)
@pytest.mark.parametrize("server", ["-x", "a;rm", "$(id)", "reg\nexample", "a b", "", "a\0b", "r" * 1000, "https://"])
async def test_a_server_that_no_registry_has_is_not_asked_for(tmp_path: Path, server: str) -> None:
    write_helper(tmp_path, f"touch {tmp_path}/asked\n" + answer())
    with pytest.raises(HelperError, match="no registry's name"):
        await ask_helper(call(server=server), path=str(tmp_path))
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize("server", ["https://index.docker.io/v1/", "reg.example.com", "[2001:db8::1]:5000", "h:5000/p"])
async def test_servers_as_docker_names_them(tmp_path: Path, server: str) -> None:
    write_helper(tmp_path, f"cat > {tmp_path}/asked\n" + answer())
    await ask_helper(call(server=server), path=str(tmp_path))
    assert (tmp_path / "asked").read_text() == server


@pytest.mark.fault(61)
@pytest.mark.parametrize("helper", ["", "a/b", "../test", "a b", "a\0b", "a\nb", "ä"])
async def test_a_helper_without_a_proper_name_is_not_run(tmp_path: Path, helper: str) -> None:
    with pytest.raises(HelperError, match="is no name of a credential helper"):
        await ask_helper(call(helper), path=str(tmp_path))


@pytest.mark.fault(61)
async def test_a_helper_in_the_current_directory_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_helper(tmp_path, answer())
    monkeypatch.chdir(tmp_path)
    for path in ("", ".", ":", "./", "bin:.:", f"../{tmp_path.name}"):
        with pytest.raises(HelperError, match="is in no absolute directory of PATH"):
            await ask_helper(call(), path=path)


@pytest.mark.fault(61)
async def test_a_helper_that_is_not_executable_is_an_error_and_no_other_is_tried(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    write_helper(first, answer(), mode=0o644)
    with pytest.raises(HelperError, match="is no executable file"):
        await ask_helper(call(), path=str(first))
    write_helper(second, answer())  # execvp goes on in PATH too
    assert find_helper("test", f"{first}:{second}").parent == second
    (first / "docker-credential-dir").mkdir()
    with pytest.raises(HelperError, match="is no executable file"):
        find_helper("dir", str(first))


async def test_a_program_that_the_system_refuses_is_named(tmp_path: Path) -> None:
    program = tmp_path / "docker-credential-test"
    program.write_bytes(b"\x7fELF" + os.urandom(64))
    program.chmod(0o755)
    with pytest.raises(HelperError, match="docker-credential-test could not be started"):
        await ask_helper(call(), path=str(tmp_path))
