"""Asking a docker-credential-* program for a stored credential, as the docker command does, but on a leash.

The helper gets the server's name on its standard input and nothing else from outside; it runs in a session of its own,
so it has no terminal to prompt on; what a failed one printed is never shown, because it may be the secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, unmarshal
from regtui.host.credentials import Credential, Secret
from regtui.registry.errors import HelperError
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.host.credentials import HelperCall

_SUFFIX = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)
_SERVER = re.compile(
    r"(?:https?://)?(?:\[[0-9A-Fa-f:.]{2,50}\]|[A-Za-z0-9][A-Za-z0-9._-]{0,254})(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]{0,254})?",
    re.ASCII,
)
_NOT_FOUND = b"credentials not found in native keychain"
_TOKEN_USER = "<token>"  # noqa: S105 - the user name that marks an identity token, no secret


@dataclass(frozen=True, slots=True)
class HelperLimits:
    """Seconds that a helper may take in all, and bytes that it may print."""

    # A helper that takes longer waits for somebody to unlock a keychain, who is not there.
    seconds: float = 10.0
    # Bytes; an answer has some hundred, with the longest identity tokens some 10 KiB.
    output: int = 64 * 1024


HELPER_LIMITS = HelperLimits()


async def ask_helper(call: HelperCall, *, path: str, limits: HelperLimits = HELPER_LIMITS) -> Credential | None:
    """Return what the helper has stored for the call's server, None where it has nothing.

    `path` is the PATH to find it in. Raises HelperError, and then no other store or host may be tried in its place
    (CVE-2021-41092).
    """
    program = find_helper(call.helper, path)
    if not _SERVER.fullmatch(call.server):
        raise HelperError(f"{program.name} is not asked: {printable(call.server, 100)} is no registry's name")
    try:
        status, output = await _run(program, call.server, limits)
    except TimeoutError:
        raise HelperError(f"{program.name} gave no answer in {limits.seconds:g} s") from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "the system refused it"
        raise HelperError(f"{program.name} could not be started: {reason}") from None
    if len(output) > limits.output:
        raise HelperError(f"{program.name} printed more than {limits.output} bytes")
    if status != 0:
        if output.strip() == _NOT_FOUND:
            return None
        ending = f"was ended by signal {-status}" if status < 0 else f"failed with status {status}"
        raise HelperError(f"{program.name} {ending}; run it by hand to see why")
    return _credential(output, program.name, call)


def find_helper(helper: str, path: str) -> Path:
    """Return the helper's absolute path from the absolute elements of a PATH; raises HelperError.

    An empty or relative element would find a program in whatever directory regtui was started in.
    """
    if not _SUFFIX.fullmatch(helper):
        raise HelperError(f"{printable(helper, 60)} is no name of a credential helper")
    name = f"docker-credential-{helper}"
    unusable = ""
    for element in path.split(os.pathsep):
        if not element.startswith("/"):
            continue
        candidate = Path(element) / name
        try:
            is_file = stat.S_ISREG(candidate.stat().st_mode)
        except (OSError, ValueError):
            continue
        if is_file and os.access(candidate, os.X_OK):
            return candidate
        unusable = unusable or printable(str(candidate), 200)
    raise HelperError(
        f"{unusable} is no executable file" if unusable else f"{name} is in no absolute directory of PATH"
    )


async def _run(program: Path, server: str, limits: HelperLimits) -> tuple[int, bytes]:
    """Run `PROGRAM get`; return its status (negative: a signal) and at most one byte more than the limit."""
    question, question_end = os.pipe()
    answer, answer_end = os.pipe()
    with open(answer, "rb", buffering=0) as source:  # noqa: ASYNC230, PTH123 - an open descriptor, nothing blocks
        try:
            os.write(question_end, server.encode("ascii"))  # far less than a pipe holds
            os.close(question_end)
            process = await asyncio.create_subprocess_exec(
                program, "get", stdin=question, stdout=answer_end, stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True, cwd="/",
            )  # fmt: skip
        finally:
            os.close(question)
            os.close(answer_end)
        finished = False
        try:
            async with asyncio.timeout(limits.seconds):
                output, at_end = await _read(process, source.fileno(), limits.output + 1)
                finished = at_end
                if finished:
                    return await process.wait(), output
        finally:
            if not finished:  # a pipe that is still held, too much output, no time left, or nobody waits any more
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        return process.returncode or 0, output


async def _read(process: asyncio.subprocess.Process, descriptor: int, most: int) -> tuple[bytes, bool]:
    """Return what is printed until the end of the output or of the process, and whether the output ended.

    A grandchild may hold the pipe for ever; what the helper itself printed is in it when the helper has ended.
    """
    loop = asyncio.get_running_loop()
    os.set_blocking(descriptor, False)
    collected = bytearray()
    ended = asyncio.Event()

    def take() -> bool:
        """Read once; say whether there may be more."""
        try:
            piece = os.read(descriptor, most - len(collected))
        except BlockingIOError:
            return False
        collected.extend(piece)
        if not piece or len(collected) >= most:
            ended.set()
        return not ended.is_set()

    loop.add_reader(descriptor, take)
    waiting = {asyncio.ensure_future(process.wait()), asyncio.ensure_future(ended.wait())}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        while not ended.is_set() and take():
            pass
        return bytes(collected), ended.is_set() and len(collected) < most
    finally:
        loop.remove_reader(descriptor)
        for task in waiting:
            task.cancel()


def _credential(output: bytes, name: str, call: HelperCall) -> Credential | None:
    try:
        document = unmarshal(output)
    except GoJsonError:
        raise HelperError(f"{name} printed no JSON") from None
    fields = {key.lower(): value for key, value in document.items()} if isinstance(document, dict) else {}
    user, secret = fields.get("username", ""), fields.get("secret", "")
    if not isinstance(document, dict) or not isinstance(user, str) or not isinstance(secret, str):
        raise HelperError(f"{name} printed JSON that is no credential")
    if not (user + secret).isprintable():
        raise HelperError(f"{name} printed a credential with control characters")
    if not secret:
        return None
    if user == _TOKEN_USER:
        return Credential(user, Secret(""), Secret(secret), call.source)
    return Credential(user, Secret(secret), None, call.source)
