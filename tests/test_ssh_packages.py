"""What the packages and the units of another host tell: stand-ins for its package tools, and a cache of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.far_hosts import PROGRAMS, far_host, rhel_7

if TYPE_CHECKING:
    from tests.far_hosts import FarHost

ROOT = Path(__file__).parent.parent
RPM = """#!/bin/sh
[ "$1 $2" = "-q --qf" ] || exit 3
for name; do
 case $name in docker) echo 'docker 1.13.1';; -*|%*) ;; *) echo "package $name is not installed";; esac
done
exit 5
"""
"""Answers as rpm does: a line for each name, and as status how many are not there."""
DPKG = """#!/bin/sh
[ "$1 $2" = "-W -f" ] || exit 3
echo 'docker.io 20.10.24+dfsg1-1'
echo 'dpkg-query: no packages found matching docker-ce' >&2
exit 1
"""
DEBIAN = {
    "/etc/os-release": 'ID=debian\nVERSION_ID="12"\n',
    "/lib/systemd/system/docker.service": "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n",
    "/usr/bin/dockerd": "",
}
CACHE = """\
[Service]
ExecStart=/usr/bin/docker run -p 5000:5000 -e REGISTRY_PROXY_REMOTEURL=https://registry-1.docker.io registry:2
"""


def run(host: FarHost, *words: str, status: int = 0) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", "regtui", *words, "--host", host.name, "--json"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        env=host.environment(PYTHONPATH=str(ROOT)),
        timeout=60,
        check=False,
    )
    assert ran.returncode == status, ran.stderr
    body: dict[str, Any] = json.loads(ran.stdout)
    return body


@pytest.mark.parametrize(
    ("files", "tools", "told"),
    [
        (rhel_7(""), {"rpm": RPM}, "the package docker 1.13.1 is installed"),
        (DEBIAN, {"dpkg-query": DPKG}, "the package docker.io 20.10.24+dfsg1-1 is installed"),
        (
            DEBIAN,
            {"rpm": "#!/bin/sh\nexit 1\n", "dpkg-query": DPKG},
            "the package docker.io 20.10.24+dfsg1-1 is installed",
        ),
        (rhel_7(""), {}, ""),
        (rhel_7(""), {"rpm": "#!/bin/sh\nprintf 'docker \\033[31m\\ndocker one two\\nother 9\\n'\n"}, ""),
    ],
    ids=["rpm", "dpkg", "both", "neither", "nonsense"],
)
def test_the_package_of_the_engine_is_told(
    tmp_path: Path, files: dict[str, str], tools: dict[str, str], told: str
) -> None:
    with far_host(tmp_path, files, programs=PROGRAMS) as host:
        for name, text in tools.items():
            (host.root / "bin" / name).write_text(text)
            (host.root / "bin" / name).chmod(0o755)
        reason = run(host, "info")["engine_reason"]
    assert reason.partition("; ")[2] == told


def test_a_walk_names_the_pull_through_cache_that_the_far_host_has_itself(tmp_path: Path) -> None:
    files = {
        **rhel_7("OPTIONS='--registry-mirror=http://node7.far:5000'\n"),
        "/etc/systemd/system/local-registry.service": CACHE,
        "/etc/hosts": "127.0.0.1 localhost node7.far\n",
    }
    with far_host(tmp_path, files) as host:
        recording = tmp_path / "walk.jsonl"
        body = run(host, "resolve", "docker.io/library/etcd", "--record", str(recording), status=1)
    (mirror,) = body["mirrors"]
    assert "this host's local-registry.service, a cache of https://registry-1.docker.io" in json.dumps(mirror)
    assert "local-registry.service" in recording.read_text()
