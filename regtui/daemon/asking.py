"""Asking the daemon that runs: three GET requests on its socket, at once, and never anything else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from regtui.daemon.answers import LiveDaemon, live_daemon
from regtui.daemon.http import DEFAULT_LIMITS, DaemonError, Limits, get_json
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Mapping

SOCKET = "/var/run/docker.sock"
IMAGES_SIZE = 16 << 20
"""Bytes; an image takes about one thousand, and a build host has thousands of images."""


def socket_of(environ: Mapping[str, str]) -> str:
    """Return the socket that `docker` itself would use here; raises DaemonError where DOCKER_HOST leads elsewhere."""
    host = environ.get("DOCKER_HOST", "")
    if not host:
        return SOCKET
    scheme, separator, path = host.partition("://")
    if separator and scheme == "unix":
        return path or SOCKET
    shown = printable(strip_userinfo(host), 100)
    raise DaemonError(f"DOCKER_HOST={shown} leads to another daemon than this host's; it is not asked")


async def ask_daemon(socket: str, limits: Limits = DEFAULT_LIMITS, *, name: str = "") -> LiveDaemon:
    """Return what the daemon says of itself; raises DaemonError. Its images may be missing without one.

    `name` is what texts call the socket, where it only leads to the daemon's own.
    """
    version, info, images = await asyncio.gather(
        get_json(socket, "/version", limits, name=name),
        get_json(socket, "/info", limits, name=name),
        get_json(socket, "/images/json", Limits(max(limits.size, IMAGES_SIZE), limits.seconds), name=name),
        return_exceptions=True,
    )
    for answer in (info, version):
        if isinstance(answer, BaseException):
            raise answer
    if isinstance(images, DaemonError):
        return live_daemon(name or socket, version, info, None, str(images))
    if isinstance(images, BaseException):
        raise images
    return live_daemon(name or socket, version, info, images)
