"""Fixtures: real `docker-registry` servers on loopback, filled by skopeo, with one journal of what they were asked."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from tests.oci_layout import write_layout
from tests.server_journal import PATIENCE, Journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PROGRAMS = {"docker-registry": "docker-registry", "skopeo": "skopeo", "setpriv": "util-linux"}
"""Program -> the Debian package that has it."""

USER, PASSWORD = "robot", "correct horse"
HTPASSWD = "robot:$2y$04$NWRW23ab6ybKFyUoAwIksOuFcEeimyw3vnyB20UN3slrxLCdof7ZS\n"
"""`htpasswd -nbB -C 4 robot 'correct horse'`: recorded, so that the tests need no other program."""

TLS_NAMES = ("quay.io", "reg.example.com", "127.0.0.1")
LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Registries:
    """The running servers and what is in them.

    The three are ports on 127.0.0.1. `plain` speaks HTTP and holds both a team's images and what `mirror`, a
    pull-through cache over HTTP, fetches. `private` speaks TLS with a certificate of `authority` (PEM) for `TLS_NAMES`
    and wants `user` and `password`. `digests` has what skopeo says of each pushed `SERVER/REPOSITORY:TAG`.
    """

    journal: Journal
    plain: int
    private: int
    mirror: int
    authority: bytes
    digests: dict[str, str]
    user: str = USER
    password: str = PASSWORD


@pytest.fixture(scope="session")
def _running_registries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registries]:
    """Start the servers once a session and stop them at its end."""
    require_programs()
    folder = tmp_path_factory.mktemp("registries")
    journal = Journal()
    processes: list[subprocess.Popen[bytes]] = []
    try:
        yield _start_all(folder, journal, processes)
    finally:
        for process in processes:
            process.kill()
            process.wait()
        journal.close()


@pytest.fixture
def registries(_running_registries: Registries) -> Registries:
    """The running servers, with an empty journal."""
    _running_registries.journal.take_requests()
    return _running_registries


def require_programs() -> None:
    """Skip the test, with the reason, where the servers are not installed; fail where REGTUI_REQUIRE_SERVERS is set."""
    missing = sorted(program for program in PROGRAMS if shutil.which(program) is None)
    if not missing:
        return
    packages = " ".join(PROGRAMS[program] for program in missing)
    reason = f"needs {', '.join(missing)}, not installed here (Debian: apt-get install {packages})"
    if os.environ.get("REGTUI_REQUIRE_SERVERS"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _start_all(folder: Path, journal: Journal, processes: list[subprocess.Popen[bytes]]) -> Registries:
    authority = trustme.CA()
    certificate = authority.issue_cert(*TLS_NAMES)
    for name, blobs in (("key.pem", [certificate.private_key_pem]), ("chain.pem", certificate.cert_chain_pems)):
        (folder / name).write_bytes(b"".join(blob.bytes() for blob in blobs))
    authority.cert_pem.write_to_path(str(folder / "ca.crt"))
    (folder / "htpasswd").write_text(HTPASSWD)

    def start(name: str, http: Mapping[str, Any] | None = None, **options: Any) -> int:
        config = {
            "version": 0.1,
            "log": {"level": "info"},
            "storage": {"filesystem": {"rootdirectory": str(folder / name)}},
            # Port 0: the kernel chooses, and the server's log says which.
            "http": {"addr": "127.0.0.1:0", "secret": "tests", **(http or {})},
            **options,
        }
        # JSON is YAML too.
        (folder / f"{name}.yml").write_text(json.dumps(config))
        # The registry dies with this process, however that ends.
        command = ["setpriv", "--pdeathsig", "KILL", "docker-registry", "serve", str(folder / f"{name}.yml")]
        with journal.connect(name) as output:
            out, env = output.fileno(), {"PATH": os.environ["PATH"]}
            processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env))
        return int(journal.wait_for(name, LISTENING))

    plain = start("plain")
    mirror = start("mirror", proxy={"remoteurl": f"http://127.0.0.1:{plain}"})
    private = start(
        "private",
        {"tls": {"certificate": str(folder / "chain.pem"), "key": str(folder / "key.pem")}},
        auth={"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}},
    )
    digests = _fill(folder, {"plain": plain, "private": private})
    return Registries(journal, plain, private, mirror, (folder / "ca.crt").read_bytes(), digests)


CONTENT = (
    ("plain", "team/app:1.0", "single", "v2s2"),
    ("plain", "etcd:3.5", "single", "v2s2"),
    ("plain", "library/etcd:latest", "index", "v2s2"),
    ("plain", "library/debian:latest", "single", "v2s2"),
    ("plain", "library/fetched:latest", "single", "v2s2"),
    ("plain", "library/stored:latest", "single", "v2s2"),
    ("plain", "library/foreign:latest", "foreign", "v2s2"),
    ("plain", "library/modern:latest", "single", "oci"),
    ("private", "etcd:latest", "single", "v2s2"),
    ("private", "team/vault:2.0", "index", "v2s2"),
)
"""Server, name, image of the layout, and skopeo's word for the media types (Docker 1.13.1 knows no OCI ones)."""


def _fill(folder: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """Push `CONTENT` with skopeo and return the digests that it reports."""
    layout = folder / "layout"
    write_layout(layout)
    pushes: dict[str, subprocess.Popen[str]] = {}
    for server, name, image, form in CONTENT:
        digest_file = folder / f"digest-{len(pushes)}"
        pushes[f"{server}/{name}"] = subprocess.Popen(
            [
                "skopeo",
                "copy",
                "--quiet",
                "--all",
                "--insecure-policy",
                f"--format={form}",
                f"--digestfile={digest_file}",
            ]
            + (["--dest-tls-verify=false"] if server == "plain" else [])
            + ([f"--dest-cert-dir={folder}", f"--dest-creds={USER}:{PASSWORD}"] if server == "private" else [])
            + [f"oci:{layout}:{image}", f"docker://127.0.0.1:{ports[server]}/{name}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    digests = {}
    for number, (name, push) in enumerate(pushes.items()):
        printed, _ = push.communicate(timeout=PATIENCE)
        assert push.returncode == 0, f"skopeo copy to {name}: {printed}"
        digests[name] = (folder / f"digest-{number}").read_text().strip()
    return digests
