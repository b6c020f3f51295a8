"""The command line of docker.service: systemd's words and the shell's, and the variables in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.files import FileText, HostFiles
from regtui.host.service import read_service
from regtui.host.unit import UnitFiles
from regtui.host.unit_file import Dialect
from tests.units import FLAGS, LATER, USR, V219, codes, refused, service, values

if TYPE_CHECKING:
    from pathlib import Path


# ---- ExecStart


@pytest.mark.parametrize(
    ("line", "expected_219", "expected_later"),
    [
        ("/usr/bin/dockerd -D", ["-D"], ["-D"]),
        ("-/usr/bin/dockerd -D", ["-D"], ["-D"]),
        ("@/usr/bin/dockerd dockerd -D", ["-D"], ["-D"]),
        ("-@/usr/bin/dockerd dockerd -D", ["-D"], ["-D"]),
        ("/usr/bin/docker daemon -D", ["-D"], ["-D"]),
        ("/usr/bin/docker -D daemon --icc", ["-D", "--icc"], ["-D", "--icc"]),
        ("/usr/bin/docker -d -D", ["-D"], ["-D"]),
        ("/usr/bin/docker-current daemon -D", ["-D"], ["-D"]),
        ("/usr/bin/numactl -N 0 /usr/bin/dockerd -D", ["-D"], ["-D"]),
        ("/usr/bin/dockerd '--label a b' \"--x\"", ["--label a b", "--x"], ["--label a b", "--x"]),
        ('/usr/bin/dockerd --label="a b"', ['--label="a', 'b"'], ["--label=a b"]),
        ("/usr/bin/dockerd a\\x20b \\t\\u00e9 \\q", ["a b", "\t\\u00e9", "\\q"], ["a b", "\t\u00e9", "\\q"]),
        ("/usr/bin/dockerd 100%% %n %N %i|%Z %", ["100%", "docker.service", "docker", "|%Z", "%"], None),
        ("/usr/bin/dockerd a \\; b", ["a", ";", "b"], None),
        ("/usr/bin/dockerd $UNSET ${UNSET}", [""], None),
        ("/usr/bin/dockerd $$ a$$b ${A ", ["a$b", "${A"], ["$", "a$b", "${A"]),
        ("/usr/bin/dockerd x$OPTIONS $OPTIONS/x", ["x$OPTIONS"], None),
    ],
)
def test_words_of_execstart(
    line: str, expected_219: list[str], expected_later: list[str] | None, tmp_path: Path
) -> None:
    text = f"Environment=OPTIONS=-H\nExecStart={line}\n"
    assert values(service(text, tmp_path)) == expected_219
    assert values(service(text, tmp_path, LATER)) == (expected_219 if expected_later is None else expected_later)


def test_later_prefixes() -> None:
    unit = UnitFiles("docker.service", (FileText(USR, b"[Service]\nExecStart=+!!/usr/bin/dockerd -D\n"),))
    assert values(read_service(HostFiles("/nowhere"), unit, LATER)) == ["-D"]
    old = read_service(HostFiles("/nowhere"), unit, V219)
    assert codes(old) == ["unit-relative-path"]
    assert refused(old) == "docker.service lacks both ExecStart= and ExecStop= setting. Refusing."


def test_an_empty_execstart_forgets_what_came_before(tmp_path: Path) -> None:
    found = service("ExecStart=/usr/bin/dockerd -a\nExecStart=\nExecStart=/usr/bin/dockerd -b\n", tmp_path)
    assert values(found) == ["-b"]
    assert found.refusal is None


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        (
            V219,
            "docker.service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. ",
        ),
        (LATER, "docker.service: Service has more than one ExecStart= setting, which is only allowed for "),
    ],
)
def test_a_drop_in_that_forgets_the_empty_execstart_keeps_docker_from_starting(
    dialect: Dialect, text: str, tmp_path: Path
) -> None:
    twice = "ExecStart=/usr/bin/dockerd -a\nExecStart=/usr/bin/dockerd -b\n"
    assert refused(service(twice, tmp_path, dialect)).startswith(text)
    assert service("Type=oneshot\n" + twice, tmp_path, dialect).refusal is None
    assert refused(service("ExecStart=/bin/true ; /usr/bin/dockerd -b\n", tmp_path, dialect)).startswith(text)


def test_a_unit_without_a_command_is_refused(tmp_path: Path) -> None:
    assert refused(service("Type=notify\n", tmp_path, LATER)).startswith("docker.service: Service has no ExecStart=")


def test_an_open_quote_loses_the_line(tmp_path: Path) -> None:
    for dialect in Dialect:
        found = service("ExecStart=/usr/bin/dockerd '-D\n", tmp_path, dialect)
        assert codes(found) == ["unit-unbalanced-quote"]
        assert found.refusal is not None


def test_a_wrapper_that_says_nothing_is_a_finding(tmp_path: Path) -> None:
    found = service("ExecStart=/opt/start-docker.sh --fast\n", tmp_path)
    assert codes(found) == ["unit-unknown-program"]
    assert found.program == "/opt/start-docker.sh"


# ---- the shell of RHEL 7.1 and 7.2


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("/usr/bin/docker-current daemon $OPTIONS 2>&1 | /usr/bin/forward-journald -tag docker", ["a", '"b', 'c"']),
        ("exec /usr/bin/docker daemon x${OPTIONS}y", ["xa", '"b', 'c"y']),
        ('/usr/bin/dockerd "$OPTIONS" "\\$x" </dev/null >>/log -D', ['a "b c"', "$x", "-D"]),
        (". /etc/x; A=1 dockerd $NONE a\\ b &", ["a b"]),
        ("dockerd -D # $OPTIONS", ["-D"]),
        ("dockerd $OPTIONS", ["a", '"b', 'c"']),
        ('dockerd "unclosed $NONE', ["unclosed "]),
    ],
)
def test_a_shell_splits_without_removing_quotes(script: str, expected: list[str], tmp_path: Path) -> None:
    found = service(f"EnvironmentFile=/etc/e\nExecStart=/bin/sh -c '{script}'\n", tmp_path, e="OPTIONS='a \"b c\"'\n")
    # `${OPTIONS}` is systemd's before it is the shell's, which then reads the quotes in it.
    assert values(found) == (["xa", "b cy"] if "${" in script else expected)
    assert found.refusal is None


def test_words_of_a_shell_keep_the_place_they_came_from(tmp_path: Path) -> None:
    text = "EnvironmentFile=/etc/e\nExecStart=/bin/sh -c 'dockerd -D $ADD_REGISTRY'\n"
    found = service(text, tmp_path, e=FLAGS)
    assert [str(setting.source) for setting in found.arguments] == [
        f"{USR}:3 ExecStart",
        "/etc/e:2 ADD_REGISTRY",
        "/etc/e:2 ADD_REGISTRY",
    ]


def test_a_shell_without_a_daemon_is_a_finding(tmp_path: Path) -> None:
    for line in ("/bin/sh -c 'true'", "/bin/sh -c", "/bin/sh /opt/x"):
        assert codes(service(f"ExecStart={line}\n", tmp_path)) == ["unit-unknown-program"]


@given(st.text("dockerd $A\"'\\|;&<>#{}2`\n", max_size=60))
def test_no_script_makes_reading_raise(script: str) -> None:
    quoted = script.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("%", "%%")
    text = f"[Service]\nEnvironment=\"A=x 'y\"\nExecStart=/bin/sh -c 'dockerd {quoted}'\n"
    unit = UnitFiles("docker.service", (FileText(USR, text.encode()),))
    assert read_service(HostFiles("/nowhere"), unit, V219).program
