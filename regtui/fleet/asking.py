"""Many hosts asked at once, but never more than a few; what one of them does delays no other one."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regtui.fleet.view import View

AT_ONCE = 8
"""Logins at a time: more would be refused by the jump host that they share (sshd's MaxStartups is 10)."""


def ask_all(hosts: tuple[str, ...], look: Callable[[str], View], at_once: int = AT_ONCE) -> Iterator[tuple[int, View]]:
    """Yield the number and the view of each host as it comes. `look` runs on threads, and raises nothing.

    The threads are daemons: who leaves the iterator early does not wait for hosts that hang.
    """
    waiting: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
    found: queue.SimpleQueue[tuple[int, View]] = queue.SimpleQueue()
    for job in enumerate(hosts):
        waiting.put(job)

    def work() -> None:
        while True:
            try:
                number, host = waiting.get_nowait()
            except queue.Empty:
                return
            found.put((number, look(host)))

    for number in range(min(at_once, len(hosts))):
        threading.Thread(target=work, name=f"host-{number}", daemon=True).start()
    try:
        for _ in hosts:
            yield found.get()
    finally:
        while not waiting.empty():
            try:
                waiting.get_nowait()
            except queue.Empty:
                break
