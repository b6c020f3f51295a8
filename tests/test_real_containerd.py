"""regtui beside the real containerd: the same hosts.toml and registries, and what ctr and regtui said and asked."""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.modern_hosts import write_files
from tests.programs import WITHOUT_PRIVILEGE, missing, needs
from tests.real_hosts import PATIENCE, RealHost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.real_registries import Registries

CERTS = "etc/containerd/certs.d"
REGISTRY = "hub.example.com"
CONFIG = """\
version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs"]
"""
"""Of a daemon that keeps content and no more: `ctr content fetch` unpacks nothing."""


class Host(RealHost):
    """containerd's files and content."""

    def configure(self, text: str, registry: str = REGISTRY) -> None:
        """Write hosts.toml of the registry, with the servers' ports in it, and the private one's authority beside."""
        servers, folder = self.registries, f"{CERTS}/{registry}"
        login = base64.b64encode(f"{servers.user}:{servers.password}".encode()).decode()
        hosts = {f"{folder}/hosts.toml": self.filled(text, login=login)}
        write_files(self.folder, {**hosts, f"{folder}/private.pem": servers.authority.decode()})

    def ctr(self, *words: str, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """Run ctr, `before` in front of it; its error is its last line."""
        return self.engine(*before, "ctr", "--address", f"{self.folder}/sock", *words)

    def digest(self, name: str) -> str:
        """Return the digest that containerd keeps under a name."""
        listed = self.ctr("images", "ls", f"name=={name}").stdout.splitlines()
        return listed[1].split()[2]

    def regtui(self, *words: str, before: Sequence[str] = ()) -> dict[str, Any]:
        """Run a command of regtui on this host, and return its document."""
        return self.document(*words, "--engine=ctr", f"--root={self.folder}", before=before)


@pytest.fixture
def host(registries: Registries) -> Iterator[Host]:
    needs("containerd")
    needs("ctr", "containerd")
    if os.geteuid() != 0:
        missing("containerd starts as root alone")
    with tempfile.TemporaryDirectory(prefix="ctrd-") as folder:  # a socket's path has at most 107 characters
        path = Path(folder)
        (path / "config.toml").write_text(CONFIG)
        where = [f"--config={path}/config.toml", f"--root={path}/root", f"--state={path}/state"]
        command = ["setpriv", "--pdeathsig", "KILL", "containerd", *where, f"--address={path}/sock"]
        with (path / "log").open("wb") as log:
            daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_until_it_answers(Host(path, registries), daemon)
            yield Host(path, registries)
        finally:
            daemon.terminate()
            daemon.wait(PATIENCE)


def wait_until_it_answers(host: Host, daemon: subprocess.Popen[bytes]) -> None:
    """Return when containerd answers; it takes a tenth of a second."""
    end = time.monotonic() + PATIENCE
    while host.ctr("version").returncode:
        if daemon.poll() is not None or time.monotonic() > end:
            pytest.fail(f"containerd did not start:\n{(host.folder / 'log').read_text()[-2000:]}")


PLAIN = 'server = "http://127.0.0.1:{plain}"\n'
MIRROR = '[host."http://127.0.0.1:{mirror}"]\n'
PRIVATE = '[host."https://127.0.0.1:{private}"]\n'
LOGIN = '  [host."https://127.0.0.1:{private}".header]\n    authorization = "Basic {login}"\n'
CASES = {
    "over a mirror": (PLAIN + MIRROR, "library/debian:latest"),
    "an index over a mirror": (PLAIN + MIRROR, "library/etcd:latest"),
    "of OCI's types": (PLAIN + MIRROR, "library/modern:latest"),
    "not at the mirror": (f'{PLAIN}[host."http://127.0.0.1:{{plain}}/nowhere"]\n', "team/app:1.0"),
    "mirror is down": (f'{PLAIN}[host."http://127.0.0.1:1"]\n', "team/app:1.0"),
    "by digest": (PLAIN + MIRROR, "team/app@DIGEST"),
    "unknown": (PLAIN + MIRROR, "library/nosuch:1"),
    "no credential": ('server = "https://127.0.0.1:{private}"\n' + PRIVATE + "skip_verify = true\n", "etcd:latest"),
    "no credential at a mirror": (f"{PLAIN}{PRIVATE}  skip_verify = true\n", "team/app:1.0"),
    "not verified": (f"{PRIVATE}  skip_verify = true\n{LOGIN}", "team/vault:2.0"),
    "with an authority": (f'{PRIVATE}  ca = "private.pem"\n{LOGIN}', "team/vault:2.0"),
    "unknown authority": ('server = "https://127.0.0.1:{private}"\n' + PRIVATE, "etcd:latest"),
    "pull alone": (f'{PLAIN}{MIRROR}  capabilities = ["pull"]\n', "library/debian:latest"),
    "resolve alone": (f'{PLAIN}{MIRROR}  capabilities = ["resolve"]\n', "library/debian:latest"),
    "nobody resolves": (
        f'{PLAIN}capabilities = ["pull"]\n{MIRROR}  capabilities = ["pull"]\n',
        "team/app:1.0",
    ),
    "a path of its own": (f'{PLAIN}[host."http://127.0.0.1:{{plain}}/v2/team"]\n  override_path = true\n', "app:1.0"),
    "a path": (f'{PLAIN}[host."http://127.0.0.1:{{plain}}/v2/team"]\n', "app:1.0"),
}
"""What happens -> hosts.toml of hub.example.com, and the rest of the name."""


@pytest.mark.parametrize(("text", "rest"), CASES.values(), ids=CASES)
def test_says_and_asks_what_ctr_does(host: Host, text: str, rest: str) -> None:
    host.configure(text)
    compare(host, f"{REGISTRY}/{rest.replace('DIGEST', host.registries.digests['plain/team/app:1.0'])}")


BROKEN = {
    "open list": "server = [\n",
    "no value": f"{MIRROR}  skip_verify =\n",
    "no host": 'server = "http://127.0.0.1:{mirror}"\n',
    "a capability that there is not": f'{MIRROR}  capabilities = ["pull", "run"]\n',
    "a flag of text": f'{MIRROR}  skip_verify = "yes"\n',
    "an authority of a number": f"{MIRROR}  ca = 1\n",
    "a key that there is not": f"{MIRROR}  insecure = true\n",
    "an authority that is not there": '[host."https://127.0.0.1:{private}"]\n  ca = "gone.pem"\n',
    "empty": "",
}
"""What is wrong -> hosts.toml of a registry on loopback, which is asked by plain HTTP where the file does not count."""


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_asks_what_ctr_does_behind_a_broken_file(host: Host, text: str) -> None:
    host.configure(text, f"127.0.0.1_{host.registries.plain}_")
    compare(host, f"127.0.0.1:{host.registries.plain}/team/app:1.0")


@pytest.mark.parametrize("name", ["app", "app:1.0", "team/app", "hub.example.com", ":1"])
def test_refuses_the_names_that_ctr_refuses(host: Host, name: str) -> None:
    host.configure(PLAIN + MIRROR)
    compare(host, name)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"{CERTS}/{REGISTRY}/hosts.toml", f"{CERTS}/{REGISTRY}/hosts.toml"),
        (f"{CERTS}/{REGISTRY}", f"{CERTS}/{REGISTRY}/hosts.toml"),
        (CERTS, CERTS),
    ],
)
def test_tells_what_ctr_may_not_read(host: Host, path: str, told: str) -> None:
    host.configure(PLAIN + MIRROR)
    (host.folder / path).chmod(0)
    compare(host, f"{REGISTRY}/team/app:1.0", WITHOUT_PRIVILEGE)
    linted = host.regtui("lint", before=WITHOUT_PRIVILEGE)
    (host.folder / path).chmod(0o755)
    assert [(one["code"], one["source"]["file"]) for one in linted["findings"]] == [("hosts-unreadable", f"/{told}")]


def compare(host: Host, name: str, before: Sequence[str] = ()) -> None:
    """Fetch with ctr and resolve with regtui, and hold exit, requests, digest and the final error side by side."""
    fetched = host.ctr("content", "fetch", f"--hosts-dir={host.folder / CERTS}", name, before=before)
    asked = host.asked()
    told = host.regtui("resolve", name, "--strict", before=before)  # exactly ctr's requests
    assert told["exit"] == fetched.returncode
    assert host.asked() == asked
    if fetched.returncode:
        # The files of regtui's host lie below --root, which is no part of their names.
        assert told["transcript"][-1] == fetched.stderr.splitlines()[-1].replace(f"{host.folder}/etc/", "/etc/")
        assert told["found"] is None
    else:
        assert told["found"]["digest"] == host.digest(name)
