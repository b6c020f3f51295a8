"""What every test runs in: nothing of the developer's own configuration, and the fixtures that several files share."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# A loaded machine is no failure; CI tries the same examples every time, a person new ones.
settings.register_profile("regtui", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("fuzz", deadline=None, max_examples=int(os.environ.get("REGTUI_FUZZ_EXAMPLES", "1000")))
settings.load_profile("regtui")

pytest_plugins = ("tests.fault_census", "tests.real_registries")

FOREIGN_VARIABLES = frozenset(
    {
        *("DOCKER_CONFIG", "DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "REGISTRY_AUTH_FILE"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"),
        *("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLORTERM", "COLUMNS", "LINES"),
        *("PYTHONASYNCIODEBUG", "PYTHONDEVMODE"),
    }
)
FOREIGN_PREFIXES = ("XDG_", "TEXTUAL", "REGTUI_", "RES_OPTIONS", "LOCALDOMAIN")
KEPT = "REGTUI_REQUIRE_SERVERS"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test an empty home, and no variable that changes what regtui or its libraries do."""
    for name in os.environ:
        if (name.upper() in FOREIGN_VARIABLES or name.startswith(FOREIGN_PREFIXES)) and name != KEPT:
            monkeypatch.delenv(name)
    with tempfile.TemporaryDirectory(prefix="regtui-home-") as home:
        monkeypatch.setenv("HOME", home)
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        monkeypatch.setenv("TERM", "xterm-256color")
        yield


@pytest.fixture
def no_leaked_sockets() -> Iterator[None]:
    """Fail a test that leaves a socket open; for `pytest.mark.usefixtures` in the files that make connections."""
    before = _sockets()
    yield
    gc.collect()
    assert not _sockets() - before, "the test left sockets open"


def _sockets() -> set[str]:
    """Return the sockets of this process by their inode."""
    links = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:
            continue  # the descriptor of the listing itself
        if target.startswith("socket:"):
            links.add(target)
    return links
