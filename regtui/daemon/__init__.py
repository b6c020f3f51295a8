"""The daemon that runs on this host: what it says of itself, beside what the files say."""

from __future__ import annotations

from regtui.daemon.answers import LiveDaemon, LiveRegistry, LocalImage
from regtui.daemon.asking import SOCKET, ask_daemon, socket_of
from regtui.daemon.comparing import (
    RESTART,
    Compared,
    arguments_beside,
    compare,
    compare_arguments,
    refine,
    side_by_side,
)
from regtui.daemon.http import DaemonError, Limits
from regtui.daemon.images import LocalImages, LocalState, local_state
from regtui.daemon.process import RunningDaemon, running_daemon

__all__ = [
    "RESTART",
    "SOCKET",
    "Compared",
    "DaemonError",
    "Limits",
    "LiveDaemon",
    "LiveRegistry",
    "LocalImage",
    "LocalImages",
    "LocalState",
    "RunningDaemon",
    "arguments_beside",
    "ask_daemon",
    "compare",
    "compare_arguments",
    "local_state",
    "refine",
    "running_daemon",
    "side_by_side",
    "socket_of",
]
