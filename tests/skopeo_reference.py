"""What skopeo makes of a name or a registries.conf: the libraries of podman, and of Docker Engine up to 24."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MESSAGE = re.compile(r'level=fatal msg="((?:[^"\\]|\\.)*)"', re.DOTALL)
_NAME = "Invalid destination name docker://"
_LOADING = "loading registries configuration "
_NOWHERE = "dir:/nonexistent"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def refusal_of_name(name: str) -> str | None:
    """Return why the name is none, None where it is one. Nothing is asked: there is nothing to copy."""
    message = _fatal(f"docker://{name}")
    if not message.startswith(_NAME):
        return None
    return message.removeprefix(f"{_NAME}{name}: ")


def refusal_of_registries(path: Path) -> str | None:
    """Return why the file is refused, None where it is taken."""
    message = _fatal("docker://registry.example.com/x/y", "--registries-conf", str(path))
    if _LOADING not in message:
        return None
    return message.partition(_LOADING)[2].partition(": ")[2]


def _fatal(destination: str, *options: str) -> str:
    ran = subprocess.run(
        [b"skopeo", *map(os.fsencode, options), b"copy", os.fsencode(_NOWHERE), os.fsencode(destination)],
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    found = _MESSAGE.search(ran.stderr.decode("utf-8", "surrogateescape"))
    assert found, ran.stderr
    return re.sub(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))", _unescaped, found[1], flags=re.DOTALL)


def _unescaped(found: re.Match[str]) -> str:
    """Undo the quoting of Go's log."""
    digits = found[1] or found[2] or found[3]
    if found[1]:
        return bytes([int(digits, 16)]).decode("utf-8", "surrogateescape")
    return chr(int(digits, 16)) if digits else _ESCAPES.get(found[4], found[4])
