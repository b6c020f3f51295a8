"""Cases 61 to 63: credential helpers that are missing, hostile or asked for odd names, met by the whole program."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.bench import BAD, GOOD, HANG, MANIFEST, NAME, NOBODY, SERVES
from tests.hostile import serving
from tests.registry_net import PASSWORD, USER, refusal, reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

ROOT = Path(__file__).parent.parent.parent
STORED = "the-password-in-the-file"
SECRET = "the-secret-of-the-helper"
SECRETS = tuple(text.encode() for text in (STORED, SECRET, PASSWORD))
HELPER = "docker-credential-test"
GIVES = f"""printf '{{"ServerURL":"x","Username":"{USER}","Secret":"{SECRET}"}}'\n"""


@dataclass
class Lab:
    """A home with a helper, and two registries over plain HTTP: the first asks for a password, the second for none."""

    home: Path
    bad: int
    good: int
    heard: list[bytes]

    @property
    def tools(self) -> Path:
        """The folder that stands in PATH."""
        return self.home / "tools"

    def helper(self, script: str, *, mode: int = 0o755, name: str = HELPER, folder: Path | None = None) -> Path:
        """Write a helper."""
        program = (folder or self.tools) / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\necho ran >> {self.home}/ran\n{script}")
        program.chmod(mode)
        return program

    def config(self, **fields: object) -> None:
        """Write docker's file of logins; it holds a password too, which is not for whom a helper answers."""
        auths = {BAD: {"username": USER, "password": STORED}, GOOD: {"username": USER, "password": STORED}}
        path = self.home / ".docker/config.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"auths": auths, **fields}))

    @property
    def ran(self) -> int:
        """How often the helper was run."""
        file = self.home / "ran"
        return len(file.read_text().splitlines()) if file.exists() else 0

    async def resolve(self, *words: str, path: str = "", terminal: int | None = None) -> tuple[int, str]:
        """Resolve a name, by default one that only the second registry has; return the status and all that was said."""
        sysconfig = self.home / "docker"
        listed = f"--insecure-registry {BAD} --insecure-registry {GOOD}"
        added = f"--add-registry {BAD} --add-registry {GOOD} --block-registry docker.io"
        sysconfig.write_text(
            f"ADD_REGISTRY='{added}'\nINSECURE_REGISTRY='{listed}'\nOPTIONS=--signature-verification=false\n"
        )
        ways = []
        for host, port in ((BAD, self.bad), (GOOD, self.good)):
            for number, there in ((443, NOBODY), (80, port)):
                ways += [f"--resolve={host}:{number}:198.51.100.6", f"--connect-to={host}:{number}:127.0.0.1:{there}"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "regtui", "resolve", "--config", str(sysconfig), *ways, "--", *(words or (NAME,)),
            stdin=asyncio.subprocess.DEVNULL if terminal is None else terminal,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=self.home, start_new_session=True,
            env={"PATH": path or f"{self.tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
                 "HOME": str(self.home), "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        async with asyncio.timeout(HANG):
            out, _ = await process.communicate()
        assert process.returncode is not None
        for secret in SECRETS:
            assert secret not in out
        said = out.decode()
        assert all(line.isprintable() for line in said.split("\n"))
        assert "a fault of its own" not in said
        return process.returncode, said


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    heard: list[bytes] = []

    async def bad(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while request := await reader.readuntil(b"\r\n\r\n"):
            heard.append(request)
            proved = b"authorization:" in request.lower()
            writer.write(reply(404, "{}") if proved and MANIFEST.encode() in request else refusal("Basic"))

    async def good(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while request := await reader.readuntil(b"\r\n\r\n"):
            heard.append(request)
            answer = SERVES[request.split(b" ")[1].decode()]
            assert isinstance(answer, bytes)
            writer.write(answer)

    async with serving(bad) as first, serving(good) as second:
        yield Lab(tmp_path, first.port, second.port, heard)


def missing(lab: Lab) -> str:
    lab.config(credsStore="test")
    return "docker-credential-test"


def not_executable(lab: Lab) -> str:
    lab.helper(GIVES, mode=0o644)
    lab.config(credsStore="test")
    return "docker-credential-test"


def in_the_current_directory(lab: Lab) -> str:
    lab.helper(GIVES, folder=lab.home)
    lab.config(credHelpers={BAD: "test"})
    return "docker-credential-test"


def a_directory(lab: Lab) -> str:
    (lab.tools / HELPER).mkdir(parents=True)
    lab.config(credsStore="test")
    return "docker-credential-test"


def named(name: str) -> Callable[[Lab], str]:
    def make(lab: Lab) -> str:
        lab.helper(GIVES)
        lab.config(credHelpers={BAD: name})
        return "names a helper that no credential helper can be called"

    return make


UNUSABLE: dict[str, Callable[[Lab], str]] = {
    "missing": missing,
    "not executable": not_executable,
    "a directory": a_directory,
    "only in the current directory": in_the_current_directory,
    "a path": named("../tools/test"),
    "a blank": named("te st"),
    "NUL": named("test\0"),
    "a line end": named("test\n"),
    "an option": named("test --help"),
    "an escape": named("\x1b[2J"),
}


@pytest.mark.fault(61)
@pytest.mark.parametrize("make", UNUSABLE.values(), ids=UNUSABLE)
async def test_a_helper_that_cannot_be_run_is_told_and_nothing_takes_its_place(
    make: Callable[[Lab], str], lab: Lab
) -> None:
    """CVE-2021-41092: not the password that the same file holds, nor a helper of the same name from somewhere else."""
    words = make(lab)
    status, said = await lab.resolve(path=f":.:{lab.tools}:{os.environ['PATH']}")
    assert status == 0
    assert words in said
    assert f"found  {GOOD}/{NAME}:latest" in said
    assert lab.ran == 0
    assert not [request for request in lab.heard if b"authorization:" in request.lower()]


def printing(script: str) -> str:
    return f"cat > /dev/null\n{script}"


HOSTILE = {
    "an error": (f"echo {SECRET} >&2; echo {SECRET}; exit 3\n", "failed with status 3"),
    "a signal": (f"echo {SECRET}; kill -9 $$\n", "was ended by signal 9"),
    "a flood": (f"echo {SECRET}; head -c 1000000 /dev/zero\n", "printed more than 65536 bytes"),
    "a flood of errors": ("head -c 1000000 /dev/zero >&2; exit 1\n", "failed with status 1"),
    "no JSON": (f"echo {SECRET}\n", "printed no JSON"),
    "nothing": ("true\n", "printed no JSON"),
    "NUL": (f"printf '{SECRET}\\000'\n", "printed no JSON"),
    "a list": (f"""echo '["{SECRET}"]'\n""", "no credential"),
    "escapes": ("printf '\\033[2J\\033]0;x\\007'; exit 1\n", "failed with status 1"),
    "nothing stored": ("echo 'credentials not found in native keychain'; exit 1\n", "has nothing stored"),
    "a child that holds the pipe": ("sleep 600 & echo 'no'; exit 1\n", "failed with status 1"),
}


@pytest.mark.fault(62)
@pytest.mark.parametrize(("script", "words"), HOSTILE.values(), ids=HOSTILE)
async def test_a_helper_that_misbehaves_costs_its_own_registry_alone(script: str, words: str, lab: Lab) -> None:
    lab.helper(printing(script))
    lab.config(credsStore="test")
    status, said = await lab.resolve()
    assert (status, lab.ran) == (0, 1)
    assert words in said
    assert f"found  {GOOD}/{NAME}:latest" in said
    assert not [request for request in lab.heard if b"authorization:" in request.lower()]


@pytest.mark.fault(62)
async def test_a_helper_that_works_is_asked_once_and_its_secret_goes_to_the_registry(lab: Lab) -> None:
    lab.helper(f'[ "$(cat)" = {BAD} ] && [ $# = 1 ] && [ $1 = get ] || exit 1\n{GIVES}')
    lab.config(credsStore="test")
    status, _ = await lab.resolve()
    assert (status, lab.ran) == (0, 1)
    assert [request for request in lab.heard if b"authorization: basic" in request.lower()]


@pytest.mark.fault(62)
async def test_a_helper_reaches_no_terminal(lab: Lab) -> None:
    """What a pinentry would print and read: the helper has no controlling terminal, whatever the program has."""
    main, other = pty.openpty()
    os.set_blocking(main, False)
    lab.helper(printing("(echo 'Passphrase:' > /dev/tty; read x < /dev/tty) 2>/dev/null; [ -t 0 ] && exit 9; exit 7\n"))
    lab.config(credsStore="test")
    try:
        status, said = await lab.resolve(terminal=other)
        assert (status, "failed with status 7" in said) == (0, True)
        with pytest.raises(BlockingIOError):
            os.read(main, 100)
    finally:
        os.close(main)
        os.close(other)


ODD_SERVERS = [
    "-x/app",
    "a;touch ran/app",
    "$(touch ran)/app",
    "a\nb.c/app",
    "`touch ran`.x/app",
    "../x/app",
    "a b.c/app",
]


@pytest.mark.fault(63)
@pytest.mark.parametrize("name", ODD_SERVERS)
async def test_a_name_outside_the_grammar_reaches_no_helper(name: str, lab: Lab) -> None:
    lab.helper(GIVES)
    lab.config(credsStore="test")
    status, said = await lab.resolve(name)
    assert (status, lab.ran) == (1, 0)
    assert "invalid reference" in said
    assert lab.heard == []


@pytest.mark.fault(63)
async def test_a_server_of_the_configuration_reaches_a_helper_on_its_input_alone(lab: Lab) -> None:
    """A name that the grammar allows and a shell or an option parser would read otherwise."""
    lab.helper(f"cat > {lab.home}/asked; printf '%s|' \"$@\" > {lab.home}/arguments; exit 1\n")
    lab.config(credsStore="test")
    await lab.resolve(f"{BAD}/{NAME}")
    assert (lab.home / "asked").read_text() == BAD
    assert (lab.home / "arguments").read_text() == "get|"
    assert stat.S_ISREG((lab.home / "asked").stat().st_mode)
