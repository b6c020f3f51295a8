"""Cases 64 to 70, the rest: what is run, refused, counted, killed and kept, in files of the host and of regtui."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.cli import run
from regtui.settings import Settings, load_settings, write_settings
from tests.faults.bench import BAD, BAD_URL, GOOD, GOOD_URL, MANIFEST, PING, SERVED, SERVES, Bench
from tests.issuing import issue
from tests.registry_net import PASSWORD, USER, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.registry_net import Script

ROOT = Path(__file__).parent.parent.parent
AUTH = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
OTHER = base64.b64encode(b"nobody:of-whom-nobody-knows").decode()


@pytest.fixture
def nobody(tmp_path: Path) -> Iterator[int]:
    """The user whom a test may become for a while: root may read everything."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o755)
    was = os.geteuid()
    yield 65534 if was == 0 else was
    os.seteuid(was)


@pytest.mark.fault(64)
async def test_a_file_of_logins_that_only_root_may_read_costs_the_login_alone(nobody: int, tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: {"/v2/": refusal("Basic"), MANIFEST: SERVED}, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        bench.log_in(BAD)
        (tmp_path / "root/.docker/config.json").chmod(0)
        with bench.session() as session:
            os.seteuid(nobody)
            credential, words = session._stored.credential(BAD, BAD)
            os.seteuid(os.getuid())
        assert credential is None
        assert "permission denied" in words


ENTRY = f'"{BAD}":{{"auth":"%s"}}'
TWICE = [
    pytest.param(
        f'{{"auths":{{"{BAD}":{{"auth":"{OTHER}"}},"{BAD}":{{"auth":"{AUTH}"}}}}}}', True, id="the last counts"
    ),
    pytest.param(f'{{"auths":{{"{BAD}":{{"auth":""}}}},"credsStore":"none"}}', False, id="a marker of a helper"),
    pytest.param(f'{{"auths":{{"{BAD}":{{}}}}}}', False, id="an empty entry"),
    pytest.param(f'{{"auths":{{"{BAD}":{{"username":"{USER}","password":"{PASSWORD}"}}}}}}', True, id="of old"),
]


@pytest.mark.fault(64)
@pytest.mark.parametrize(("text", "sends"), TWICE)
async def test_a_login_counts_as_docker_reads_it(text: str, *, sends: bool, tmp_path: Path) -> None:
    script: Script = {"/v2/": refusal("Basic"), MANIFEST: SERVED}
    async with Bench(tmp_path, {BAD_URL: script}, trusted=(BAD_URL,) if sends else ()) as bench:
        bench.configure()
        bench.write("root/.docker/config.json", text)
        walked = await bench.walk(f"{BAD}/team/app")
        assert (walked.document["found"] is not None) is sends
        assert bench.receivers() == ({BAD_URL} if sends else set())


def told(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run a command; return its status and all that it said."""
    status = run(list(words))
    captured = capsys.readouterr()
    return status, captured.out + captured.err


@pytest.mark.fault(65)
@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize(
    "command", ["$(touch {0})", "`touch {0}`", "; touch {0} ;", "$(<{0})", "&& touch {0}", "|touch {0}"]
)
def test_nothing_of_a_file_of_variables_is_run(
    command: str, quote: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marker = tmp_path / "evaluated"
    config = tmp_path / "etc/sysconfig/docker"
    config.parent.mkdir(parents=True)
    value = command.format(marker)
    config.write_text(f"ADD_REGISTRY={quote}--add-registry {value}{quote}\nOPTIONS={quote}{value}{quote}\n")
    for words in (("info",), ("lint",), ("resolve", "--dry-run", "team/app")):
        status, _ = told(*words, "--root", str(tmp_path), "--engine", "rhel-docker", capsys=capsys)
        assert status in (0, 1, 2)
    assert not marker.exists()


@pytest.mark.fault(65)
def test_what_a_line_loses_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "docker"
    config.write_text(
        "# the registries\n"
        "ADD_REGISTRY='--add-registry a.example.com' # mine\n"
        "INSECURE_REGISTRY: --insecure-registry c.example.com\n"
        "OPTIONS='--log-level=debug'\n"
        "OPTIONS='--flag-of-tomorrow=1'\n"
        "BLOCK_REGISTRY='--block-registry b.example.com\n"
    )
    _, said = told("lint", "--config", str(config), "--engine", "rhel-docker", capsys=capsys)
    lost = {2: "env-text-after-quote", 3: "env-no-assignment", 4: "env-overridden", 6: "env-unbalanced-quote"}
    for line, code in lost.items():
        assert f"{code}  {config}:{line}" in said
    assert "dockerd knows no flag `--flag-of-tomorrow`" in said


CONFLICTS = {
    "the same list twice": (
        '{"insecure-registries": ["a.example.com"]}',
        "--insecure-registry b.example.com",
        "the following directives are specified both as a flag and in the configuration file: insecure-registries",
    ),
    "a mirror with a path": ('{"registry-mirrors": ["https://m.example.com/x/y?z"]}', "", "invalid mirror"),
    "a mirror of another scheme": ('{"registry-mirrors": ["ftp://m.example.com"]}', "", "invalid mirror"),
    "an option": ('{"insecure-registries": ["-x"]}', "", "Invalid index name (-x)"),
    "no JSON": ('{"insecure-registries": [', "", "unexpected EOF"),
    "another type": ('{"insecure-registries": "a"}', "", "cannot unmarshal string"),
}


@pytest.mark.fault(66)
@pytest.mark.parametrize(("file", "options", "words"), CONFLICTS.values(), ids=CONFLICTS)
def test_a_configuration_that_dockerd_refuses_is_refused_in_its_words(
    file: str, options: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command says so, and the screen shows the rest; nobody is asked."""
    for path, text in {"etc/docker/daemon.json": file, "etc/sysconfig/docker": f"OPTIONS='{options}'\n"}.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    engine = "rhel-docker" if options else "moby"  # the flags of the one stand in a file, the other's in its unit
    for words_ in (("info",), ("resolve", "team/app"), ("catalog", GOOD)):
        status, said = told(*words_, "--root", str(tmp_path), "--engine", engine, capsys=capsys)
        assert status == 2
        assert words.lower() in said.lower()


@pytest.mark.fault(67)
async def test_ten_thousand_files_in_a_directory_of_certificates(tmp_path: Path) -> None:
    """They are read to a limit, which is told; another registry is as it was."""
    folder = tmp_path / f"etc/docker/certs.d/{BAD}"
    folder.mkdir(parents=True)
    pem = issue("x", authority=True).pem
    for number in range(10_000):
        (folder / f"{number:05}.{('crt', 'cert', 'txt')[number % 3]}").touch()
    (folder / "00000.crt").write_bytes(pem)
    async with Bench(tmp_path, {BAD_URL: {"/v2/": PING}, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert len(walked.text) < 20_000


@pytest.mark.fault(67)
async def test_a_directory_of_certificates_that_may_not_be_read(nobody: int, tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: SERVES, GOOD_URL: SERVES}) as bench:
        bench.write(f"etc/docker/certs.d/{BAD}/ca.crt", issue("x", authority=True).pem)
        bench.configure(BAD, GOOD)
        (tmp_path / f"etc/docker/certs.d/{BAD}").chmod(0)
        os.seteuid(nobody)
        with bench.session() as session:
            found = session._stored.certificates(BAD)
            fixes = [finding.fix for finding in found.findings]
        os.seteuid(os.getuid())
        (tmp_path / f"etc/docker/certs.d/{BAD}").chmod(0o755)
    assert found.unreadable
    assert fixes == ["run regtui as root"]


WRITER = """
import sys
from pathlib import Path
from regtui.settings import Settings, write_settings
path, theme = Path(sys.argv[1]), sys.argv[2]
while True:
    write_settings(path, Settings(theme=theme))
    print(theme, flush=True)
"""


@pytest.mark.fault(68)
def test_two_that_write_and_are_killed_leave_a_whole_file(tmp_path: Path) -> None:
    """Whoever is first, and wherever the kill strikes: what is read is what one of them wrote."""
    path = tmp_path / "settings.toml"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    for _ in range(5):
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(path), theme], stdout=subprocess.PIPE, env=env)
            for theme in ("light", "dark-blue")
        ]
        for writer in writers:
            assert writer.stdout is not None
            for _ in range(20):
                writer.stdout.readline()
                assert load_settings(path).settings.theme in ("light", "dark-blue")
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.communicate()
        loaded = load_settings(path)
        assert loaded.problems == ()
        assert path.stat().st_mode & 0o777 == 0o600
    write_settings(path, Settings(theme="light"))
    assert load_settings(path).settings.theme == "light"


@pytest.mark.fault(68)
def test_a_link_of_ones_own_is_kept_and_its_file_is_written(tmp_path: Path) -> None:
    """People keep their dotfiles elsewhere."""
    elsewhere = tmp_path / "dotfiles/regtui.toml"
    elsewhere.parent.mkdir()
    elsewhere.write_text("theme = 'dark'\n")
    path = tmp_path / "settings.toml"
    path.symlink_to(elsewhere)
    write_settings(path, Settings(theme="light"))
    assert path.is_symlink()
    assert load_settings(elsewhere).settings.theme == "light"


@pytest.mark.fault(69, 70)
def test_nothing_that_is_kept_holds_a_secret(tmp_path: Path) -> None:
    """A walk that is recorded and reported, with a password stored and a proxy that has one."""
    home = tmp_path / "home"
    (home / ".docker").mkdir(parents=True)
    (home / ".docker/config.json").write_text(json.dumps({"auths": {BAD: {"auth": AUTH}}}))
    config = tmp_path / "docker"
    config.write_text(
        f"ADD_REGISTRY='--add-registry {BAD}'\nOPTIONS=--signature-verification=false\n"
        f"HTTPS_PROXY=http://{USER}:{PASSWORD}@127.0.0.1:1\nHTTP_PROXY=http://{USER}:{PASSWORD}@127.0.0.1:1\n"
    )
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(home), "LC_ALL": "C.UTF-8"}
    name, typed = f"{BAD}/team/app", f"https://{USER}:{PASSWORD}@{BAD}/x"
    for words in (
        *(("resolve", name, "--record", "walk.jsonl"), ("resolve", name, "--report", "-"), ("resolve", name, "--json")),
        *(("info", "--json"), ("doctor",), ("lint", "--json"), ("catalog", BAD, "--json"), ("inspect", name, "--json")),
        ("resolve", typed, "--report", "-"),
    ):
        ran = subprocess.run(
            [sys.executable, "-m", "regtui", *words, "--config", str(config), f"--resolve={BAD}:443:198.51.100.6"],
            capture_output=True, env=env, timeout=60, check=False, cwd=tmp_path,
        )  # fmt: skip
        assert ran.returncode in (0, 1, 2), ran.stderr
        for secret in (PASSWORD.encode(), AUTH.encode()):
            assert secret not in ran.stdout + ran.stderr, words
    for file in tmp_path.rglob("*"):
        if file.is_file() and file.name not in ("config.json", "docker"):
            assert PASSWORD.encode() not in file.read_bytes()
            assert AUTH.encode() not in file.read_bytes()
