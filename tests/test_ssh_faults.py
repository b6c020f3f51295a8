"""Hosts that cannot be used: each is a sentence and an exit status, and nothing stays behind."""

from __future__ import annotations

import getpass
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.ssh.command import is_host
from tests.far_hosts import entering, far_host, rhel_7

if TYPE_CHECKING:
    from tests.far_hosts import FarHost

ROOT = Path(__file__).parent.parent
USER = getpass.getuser()
FILES = rhel_7("ADD_REGISTRY='--add-registry registry.far:5000'\n")


def info(host: FarHost, *words: str) -> tuple[int, str, str]:
    with tempfile.TemporaryDirectory(prefix="rt-") as short:
        ran = subprocess.run(
            [sys.executable, "-m", "regtui", "info", "--host", host.name, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=host.environment(PYTHONPATH=str(ROOT), XDG_RUNTIME_DIR=short),
            timeout=60,
            check=False,
        )
        assert not list(Path(short).iterdir()), "the folder of the login was left behind"
    return ran.returncode, ran.stdout, ran.stderr


def last_line(host: FarHost, *words: str) -> str:
    """What it says in the end, of a login that comes to nothing."""
    status, out, err = info(host, *words)
    assert status == 2, err
    assert not out
    assert "Traceback" not in err
    return err.splitlines()[-1]


ENDLESS = "regtui: node7 sends without end, and nothing that it was asked for: the connection is ended"
FORCED = [
    ("exec /bin/false", "regtui: node7 lets ssh in, but runs no shell for regtui: it ended without a word"),
    (
        "echo 'This account is currently not available.' >&2; exit 1",
        "regtui: node7 lets ssh in, but runs no shell for regtui: This account is currently not available",
    ),
    (
        'exec env PATH=/nowhere /bin/bash -r -c "$SSH_ORIGINAL_COMMAND"',
        "regtui: node7 lets ssh in, but runs no shell for regtui: /bin/bash: line 1: sh: command not found",
    ),
    ("exec yes regtui", ENDLESS),
    (
        "exec cat /dev/zero",
        "regtui: node7 sends without end, and nothing that it was asked for: the connection is ended",
    ),
    ("exec cat", "regtui: node7 lets ssh in, but what runs there repeats what it is told: it is no shell"),
]


@pytest.mark.parametrize(
    ("command", "sentence"), FORCED, ids=["false", "nologin", "rbash", "endless", "zeros", "echoes what it is told"]
)
def test_a_host_without_a_shell_is_a_sentence(tmp_path: Path, command: str, sentence: str) -> None:
    with far_host(tmp_path, {}, command=command, programs=()) as host:
        assert last_line(host) == sentence


def test_a_wrong_host_key_is_told_in_the_words_of_ssh(tmp_path: Path) -> None:
    with far_host(tmp_path, {}, programs=()) as host:
        key = (tmp_path / "user.pub").read_text().split()
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{host.port} {key[0]} {key[1]}\n")
        status, _, err = info(host)
    assert status == 2
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in err
    assert err.splitlines()[-1] == "regtui: no login on node7: Host key verification failed"


def test_a_host_that_is_not_known_is_not_trusted(tmp_path: Path) -> None:
    with far_host(tmp_path, {}, programs=(), client=" StrictHostKeyChecking yes\n") as host:
        (tmp_path / "known_hosts").write_text("")
        assert last_line(host) == "regtui: no login on node7: Host key verification failed"


def test_a_login_that_is_refused(tmp_path: Path) -> None:
    with far_host(tmp_path, {}, programs=()) as host:
        (tmp_path / "user.pub").write_text("")
        assert last_line(host) == f"regtui: no login on node7: {USER}@127.0.0.1: Permission denied (publickey)"


def test_a_user_of_a_domain_reaches_sshd_as_it_was_typed(tmp_path: Path) -> None:
    with far_host(tmp_path, {}, programs=()) as host:
        line = last_line(replace(host, name=rf"CORP\carol@{host.name}"))
        host.process.terminate()
        assert host.process.stderr is not None
        log = host.process.stderr.read().decode()
    assert line.startswith(r"regtui: no login on CORP\carol@node7: ")
    assert "Permission denied (publickey)" in line
    assert r"nvalid user CORP\\carol" in log


def test_a_host_that_is_down_is_an_error_of_json_too(tmp_path: Path) -> None:
    with far_host(tmp_path, {}, programs=()) as host:
        pass
    status, out, err = info(host, "--json")
    assert status == 2
    assert '"schema": "regtui.error/1"' in out
    sentence = f"no login on node7: ssh: connect to host 127.0.0.1 port {host.port}: Connection refused"
    assert sentence in out
    assert err.splitlines()[-1] == f"regtui: {sentence}"


def test_a_talkative_host_is_read_all_the_same(tmp_path: Path) -> None:
    banner = tmp_path / "banner"
    banner.write_text("Authorized use only. \x1b[31mRed.\n" * 3)
    files = {**FILES, "/etc/profile": "echo from a profile\n"}
    inside = f"echo 'a banner of an rc file'; HOME=/root; export HOME; {entering(tmp_path / 'root')} /bin/sh -c sh"
    with far_host(tmp_path, files, command=inside, options=(f"Banner {banner}",)) as host:
        status, out, err = info(host)
    assert status == 0, err
    assert "registry.far:5000" in out
    assert "\x1b" not in out + err
    assert "Authorized use only" in err


def test_sudo_that_wants_a_password_is_told(tmp_path: Path) -> None:
    command = "case $SSH_ORIGINAL_COMMAND in sudo*) echo 'sudo: a password is required' >&2; exit 1;; esac"
    with far_host(tmp_path, {}, command=command, programs=()) as host:
        assert last_line(host, "--sudo") == "regtui: sudo -n does not work on node7: sudo: a password is required"


def test_a_flood_in_the_middle_ends_the_connection(tmp_path: Path) -> None:
    """A `cat` without `head`, and a file that never ends where the size was to be small."""
    shell = f"HOME=/root; export HOME; {entering(tmp_path / 'root')} /bin/sh -c sh"
    with far_host(tmp_path, FILES, command=shell) as host:
        (host.root / "bin/head").unlink()
        (host.root / "bin/cat").write_text("#!/bin/sh\nwhile :; do echo yes, and more of it; done\n")
        assert last_line(host) == "regtui: node7 sends more than regtui reads: the connection is ended"


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        ("node7", True),
        ("root@node7.example.com", True),
        ("root@10.0.0.1", True),
        ("ssh://root@node7:2222", True),
        ("fe80::1%eth0", True),
        (r"CORP\carol@node7", True),
        (r"corp.example\carol.smith@node7", True),
        (r"CORP\-carol@node7", False),
        (r"-CORP\carol@node7", False),
        (r"CORP\$(id)@node7", False),
        (r"CORP\\carol@node7", False),
        (r"CORP\carol", False),
        (r"CORP\@node7", False),
        (r"\carol@node7", False),
        (r"carol@no\de7", False),
        ("", False),
        ("-oProxyCommand=true", False),
        ("a b", False),
        ("a;b", False),
        ("$(true)", False),
        ("a\nb", False),
        ("`true`", False),
    ],
)
def test_what_may_be_a_host(host: str, *, taken: bool) -> None:
    assert is_host(host) is taken
