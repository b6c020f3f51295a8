"""Cases 64 to 70: files of the host that are broken, hostile or not there; and the files that regtui itself writes."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.cli import run
from regtui.host.discover import load
from regtui.host.files import FILE_LIMIT
from regtui.host.model import EngineName
from regtui.outcome import Outcome
from regtui.settings import Settings, SettingsError, load_settings, write_settings
from tests.faults.bench import BAD, BAD_URL, GOOD, GOOD_URL, MANIFEST, NAME, PING, SERVED, SERVES, Bench
from tests.issuing import issue
from tests.registry_net import PASSWORD, USER, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.registry_net import Script

ROOT = Path(__file__).parent.parent.parent
LOGIN = {"auths": {BAD: {"auth": base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}}}
GOOD_LOGIN = json.dumps(LOGIN).encode()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def listening_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def saying(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


KINDS: dict[str, Callable[[Path], object]] = {
    "a directory": Path.mkdir,
    "a FIFO": fifo,
    "a socket": listening_socket,
    "a device": device,
    "a loop": loop,
    "a link to nowhere": dangling,
    "a terabyte": sparse,
    "too large": saying(b" " * (FILE_LIMIT + 1)),
    "empty": saying(b""),
    "no UTF-8": saying(b"\xff\xfe{"),
    "a BOM": saying(b"\xef\xbb\xbf" + GOOD_LOGIN),
    "NUL": saying(b"\0" * 100),
    "comments": saying(b"// mine\n" + GOOD_LOGIN),
    "a list": saying(b"[]"),
    "nested": saying(b"[" * 200_000),
    "other types": saying(b'{"auths": [], "credHelpers": 7, "credsStore": {}}'),
    "no base64": saying(json.dumps({"auths": {BAD: {"auth": f"!{PASSWORD}!"}}}).encode()),
    "no colon": saying(json.dumps({"auths": {BAD: {"auth": base64.b64encode(PASSWORD.encode()).decode()}}}).encode()),
    "a number": saying(json.dumps({"auths": {BAD: {"auth": 7, "password": PASSWORD}}}).encode()),
    "a helper of no name": saying(json.dumps({"credsStore": "../x", **LOGIN}).encode()),
}


@pytest.mark.fault(64)
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
async def test_a_broken_file_of_logins_costs_the_login_alone(make: Callable[[Path], object], tmp_path: Path) -> None:
    script: Script = {"/v2/": refusal("Basic"), MANIFEST: SERVED}
    async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        path = bench.write("root/.docker/config.json", b"")
        path.unlink()
        make(path)
        walked = await bench.passes()
        assert walked.bad["outcome"] == Outcome.UNAUTHORIZED
        if make not in (dangling, device, KINDS["empty"]):  # links stay below the root
            assert "/root/.docker/config.json" in walked.bad["credential"]
            assert "no credentials for it" not in walked.bad["credential"]


PASSWORDS = ["a:b:c", ":", "\x00\x00", "p\x1b[2J", "é", "p" * 4000]


@pytest.mark.fault(64)
@pytest.mark.parametrize("password", PASSWORDS)
async def test_any_password_is_sent_as_it_is_or_not_at_all(password: str, tmp_path: Path) -> None:
    pair = base64.b64encode(f"{USER}:{password}".encode())
    script: Script = {"/v2/": refusal("Basic"), MANIFEST: SERVED}
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure(BAD)
        bench.write("root/.docker/config.json", json.dumps({"auths": {BAD: {"auth": pair.decode()}}}))
        await bench.walk()
        sent = [one.values("Authorization")[0].partition(" ")[2] for one in bench.heard if one.proof]
        for proof in sent:
            assert base64.b64decode(proof) == f"{USER}:{password}".rstrip("\0").encode()


CONFIGS = {
    "etc/sysconfig/docker": [
        b"ADD_REGISTRY='--add-registry bad.example.com\nOPTIONS=\"",
        b"ADD_REGISTRY=$(rm -rf /)\nOPTIONS=`id`\n",
        b"OPTIONS='--add-registry bad.example.com' \\\n\\\n\\",
        b"OPTIONS=--x\r\nADD_REGISTRY='--add-registry bad.example.com'\r\n",
        b"OPTIONS=a\nOPTIONS=b\nOPTIONS='--log-level=debug'\n",
        "ADD_REGISTRY='--add-registry bücher.example \x1b[2J'\n".encode(),
        b"\xff\xfe\x00" * 1000,
        b"ADD_REGISTRY='" + b"--add-registry a.example " * 5000 + b"'\n",
        b"=\n==\n'\n\\\n",
    ],
    "etc/docker/daemon.json": [
        b"",
        b"{",
        b"[]",
        b'{"registry-mirrors": ["https://", "https://m.example/x", "ftp://x", "https://m.example:99999"]}',
        b'{"insecure-registries": ["10.0.0.0/99", "-x", "https://a/", "a b", "\\u001b[2J", ""]}',
        b'{"insecure-registries": ["a.example"], "insecure-registries": ["b.example"]}',
        b'{"registry-mirrors": "x"}',
        b"\xef\xbb\xbf{}",
        b"[" * 200_000,
        b'{"a": 1e999}',
    ],
}


@pytest.mark.fault(65, 66, 64)
@pytest.mark.parametrize(("path", "data"), [(path, data) for path, texts in CONFIGS.items() for data in texts])
@pytest.mark.parametrize("engine", ["rhel-docker", "moby"])
def test_any_configuration_is_read_or_refused_in_words(
    path: str, data: bytes, engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / path
    target.parent.mkdir(parents=True)
    target.write_bytes(data)
    marker = tmp_path / "evaluated"
    for words in (["info", "--json"], ["info"], ["resolve", "--dry-run", NAME]):
        status = run([*words, "--root", str(tmp_path), "--engine", engine])
        captured = capsys.readouterr()
        assert status in (0, 1, 2)
        assert "a fault of its own" not in captured.err
        assert all(line.isprintable() for line in (captured.out + captured.err).split("\n"))
        if status == 2:
            assert captured.err
    assert not marker.exists()


@pytest.mark.fault(64, 67)
@pytest.mark.parametrize("path", ["etc/sysconfig/docker", "etc/docker/daemon.json", f"etc/docker/certs.d/{BAD}/ca.crt"])
@pytest.mark.parametrize("make", [fifo, listening_socket, device, loop, dangling, sparse, Path.mkdir])
def test_a_file_that_is_none_never_hangs(path: str, make: Callable[[Path], object], tmp_path: Path) -> None:
    target = tmp_path / path
    target.parent.mkdir(parents=True)
    make(target)
    config = load(str(tmp_path), (), EngineName.RHEL_DOCKER)
    assert config.engine is EngineName.RHEL_DOCKER


@pytest.fixture
def nobody(tmp_path: Path) -> Iterator[None]:
    """The test is not root while it reads; root may read everything."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o755)
    was_root = os.geteuid() == 0
    yield
    if was_root:
        os.seteuid(0)


@pytest.mark.fault(67)
@pytest.mark.usefixtures("nobody")
async def test_certificates_that_only_root_may_read_are_told(tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: SERVES, GOOD_URL: SERVES}) as bench:
        secret = bench.write(f"etc/docker/certs.d/{BAD}/client.key", b"secret", mode=0)
        bench.write(f"etc/docker/certs.d/{BAD}/client.cert", b"junk")
        bench.write(f"etc/docker/certs.d/{GOOD}/ca.crt", issue("x", authority=True).pem)
        secret.chmod(0)
        bench.configure(BAD, GOOD)
        if os.geteuid() == 0:
            os.seteuid(65534)
        with bench.session() as session:
            found = session._stored.certificates(BAD)
            assert found.unreadable == (f"/etc/docker/certs.d/{BAD}/client.key",)
            assert found.findings[0].fix == "run regtui as root"


@pytest.mark.fault(67)
async def test_ten_thousand_certificates_are_read_to_a_limit(tmp_path: Path) -> None:
    """Each may have megabytes; all of them together must not have gigabytes."""
    folder = tmp_path / f"etc/docker/certs.d/{BAD}"
    folder.mkdir(parents=True)
    for number in range(60):
        with (folder / f"{number:05}.crt").open("wb") as file:
            file.truncate(2 << 20)
    async with Bench(tmp_path, {BAD_URL: SERVES}) as bench:
        bench.configure(BAD)
        with bench.session() as session:
            found = session._stored.certificates(BAD)
        assert sum(len(data) for _, data in found.authorities) <= 64 << 20
        assert found.findings


@pytest.mark.fault(67)
async def test_a_certificate_that_vanishes_is_the_engines_error(tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: {"/v2/": PING}, GOOD_URL: SERVES}) as bench:
        (tmp_path / f"etc/docker/certs.d/{BAD}").mkdir(parents=True)
        (tmp_path / f"etc/docker/certs.d/{BAD}/gone.crt").symlink_to("vanished")
        for name in ("README", "x.pem", "hosts.toml", ".hidden.crt~"):
            bench.write(f"etc/docker/certs.d/{BAD}/{name}", "junk")
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert "no such file or directory" in walked.document["candidates"][0]["reason"]


@pytest.mark.fault(68)
def test_settings_are_written_whole_for_their_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = tmp_path / "a/b/settings.toml"
        write_settings(path, Settings(theme="light"))
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.toml"]
    assert load_settings(path).settings.theme == "light"


@pytest.mark.fault(68)
def test_a_disk_that_is_full_or_read_only_leaves_the_settings_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    write_settings(path, Settings(theme="light"))
    before = path.read_bytes()
    for hostile in (Path("/proc/regtui/settings.toml"), Path("/dev/full/settings.toml"), tmp_path / ("x" * 300) / "s"):
        with pytest.raises(SettingsError):
            write_settings(hostile, Settings(theme="dark"))
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(SettingsError):
        write_settings(path, Settings(theme="dark"))
    assert path.is_fifo()
    assert b"light" in before


def in_process(*words: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run regtui in a process of its own, with a home that is looked at afterwards."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(home), "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run(
        [sys.executable, "-m", "regtui", *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env, cwd=home, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.fault(68, 69)
@pytest.mark.parametrize("home", ["", "relative", "/nonexistent", "/proc", "/dev/null"])
def test_a_home_that_is_none_stops_nothing(home: str, tmp_path: Path) -> None:
    ran = in_process("resolve", "debian", "--demo", home=tmp_path, HOME=home)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "docker.io/library/debian:latest" in ran.stdout


@pytest.mark.fault(69, 70)
def test_a_walk_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    """Neither a name that was asked for nor what a registry answered; docker's own files are as they were."""
    docker = tmp_path / ".docker/config.json"
    docker.parent.mkdir()
    docker.write_bytes(GOOD_LOGIN)
    before = docker.stat()
    with tempfile.TemporaryDirectory() as scratch:
        for words in (("resolve", "debian"), ("resolve", "debian", "--json"), ("info",)):
            ran = in_process(*words, "--demo", home=tmp_path, TMPDIR=scratch)
            assert ran.returncode == 0, ran.stderr
        assert list(Path(scratch).iterdir()) == []
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == [".docker", ".docker/config.json"]
    after = docker.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


CRASH = """
import sys
from regtui import cli
import regtui.__main__ as program
secret = "hunter2-in-a-local"
def run(arguments):
    password = "hunter2-in-a-frame"
    raise ValueError(f"Basic {password}")
cli.run = run
sys.argv = ["regtui", "info"]
program.entry()
"""


@pytest.mark.fault(70)
def test_a_fault_of_its_own_shows_where_and_nothing_of_what(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PYTHONWARNINGS": "error"}
    ran = subprocess.run(
        [sys.executable, "-c", CRASH], capture_output=True, text=True, env=env, timeout=60, check=False
    )
    assert ran.returncode == 70
    assert "hunter2" not in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stderr.startswith("regtui: a fault of its own: ValueError at ")
