"""docker.service as systemd reads it: search order, the syntax of two versions, and the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.files import FileText, HostFiles
from regtui.host.model import Source
from regtui.host.service import FINDINGS_LIMIT, VARIABLES_LIMIT, read_service
from regtui.host.unit import UnitFiles, dialect_of, find_unit
from regtui.host.unit_file import Dialect, parse_unit
from regtui.host.units_known import centos_7
from tests.units import ETC, FLAGS, LATER, USR, V219, codes, refused, service, values, write

if TYPE_CHECKING:
    from pathlib import Path

# ---- which texts make up the unit


def test_the_directory_of_higher_priority_wins(tmp_path: Path) -> None:
    files = write(tmp_path, {USR: "a", "/run/systemd/system/docker.service": "b", "/lib/systemd/system/x": ""})
    found = find_unit(files)
    assert found
    assert found.path == "/run/systemd/system/docker.service"
    assert find_unit(HostFiles(tmp_path / "nowhere")) is None


def test_drop_ins_of_one_name_replace_each_other_and_apply_in_the_order_of_their_names(tmp_path: Path) -> None:
    files = write(
        tmp_path,
        {
            USR: "unit",
            f"{USR}.d/20-vendor.conf": "vendor",
            f"{USR}.d/10-both.conf": "hidden",
            f"{ETC}.d/10-both.conf": "admin",
            f"{ETC}.d/30-last.conf": "last",
            f"{ETC}.d/readme.txt": "no",
            f"{ETC}.d/.swap.conf": "no",
        },
    )
    found = find_unit(files)
    assert found
    assert [text.data for text in found.texts] == [b"unit", b"admin", b"vendor", b"last"]


def test_a_drop_in_that_is_a_link_to_dev_null_hides_the_one_below(tmp_path: Path) -> None:
    files = write(tmp_path, {USR: "unit", f"{USR}.d/10-proxy.conf": "hidden", f"{ETC}.d/x": ""})
    (tmp_path / f"{ETC}.d/10-proxy.conf".lstrip("/")).symlink_to("/dev/null")
    found = find_unit(files)
    assert found
    assert [text.data for text in found.texts] == [b"unit"]
    assert found.findings == ()


@pytest.mark.parametrize("make_empty", [True, False])
@pytest.mark.parametrize(
    ("dialect", "text"),
    [(V219, "Unit is masked."), (LATER, "Unit docker.service is masked.")],
)
def test_a_masked_unit_does_not_start(make_empty: bool, dialect: Dialect, text: str, tmp_path: Path) -> None:
    files = write(tmp_path, {USR: "[Service]\nExecStart=/usr/bin/dockerd -D\n", "/etc/systemd/system/x": ""})
    mask = tmp_path / ETC.lstrip("/")
    if make_empty:
        mask.touch()
    else:
        mask.symlink_to("/dev/null")
    unit = find_unit(files)
    assert unit
    found = read_service(files, unit, dialect)
    assert refused(found) == f"Failed to start docker.service: {text}"
    assert found.refusal
    assert found.refusal.source == Source(ETC)
    assert values(found) == ["-D"]


def test_a_drop_in_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    files = write(tmp_path, {USR: "[Service]\nExecStart=/usr/bin/dockerd\n"})
    (tmp_path / f"{ETC}.d/a.conf".lstrip("/")).mkdir(parents=True)
    unit = find_unit(files)
    assert unit
    assert codes(read_service(files, unit, V219)) == ["unit-unreadable"]


@pytest.mark.parametrize(
    ("release", "unit", "dialect"),
    [
        ('ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="7.9"\n', "", V219),
        ('ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"\n', "", V219),
        ('ID="amzn"\nID_LIKE="centos rhel fedora"\nVERSION_ID="2"\n', "", V219),
        ('ID="centos"\nVERSION_ID="8"\n', "dockerd-current", LATER),
        ("ID=debian\nVERSION_ID=7\n", "", LATER),
        (None, "ExecStart=/usr/bin/dockerd-current", V219),
        (None, "ExecStart=/usr/bin/docker-latest daemon", V219),
        (None, "ExecStart=/usr/bin/dockerd", LATER),
    ],
)
def test_which_systemd_reads_the_unit(release: str | None, unit: str, dialect: Dialect, tmp_path: Path) -> None:
    files = write(tmp_path, {} if release is None else {"/etc/os-release": release})
    assert dialect_of(files, UnitFiles("docker.service", (FileText(USR, unit.encode()),))) is dialect


# ---- syntax


@pytest.mark.parametrize(
    ("text", "expected_219", "expected_later"),
    [
        ("[Service]\nA=1\n", [("A", "1", 2)], [("A", "1", 2)]),
        ("[Service]\n A = 1 2 \r\n", [("A", "1 2", 2)], [("A", "1 2", 2)]),
        ("[Service]\nA=1 \\\n 2\nB=3\n", [("A", "1   2", 2), ("B", "3", 4)], [("A", "1   2", 2), ("B", "3", 4)]),
        (
            "[Service]\nA=1 \\\n# no\\\n2\nB=3\n",
            [("A", "1  # no 2", 2), ("B", "3", 5)],
            [("A", "1  2", 2), ("B", "3", 5)],
        ),
        ("[Service]\n# c \\\nA=1\nB=2\n", [("B", "2", 4)], [("A", "1", 3), ("B", "2", 4)]),
        ("[Service]\nA=1\\\\\nB=2\n", [("A", "1\\\\", 2), ("B", "2", 3)], [("A", "1\\\\", 2), ("B", "2", 3)]),
        ("[Service]\nA=1\\", [], [("A", "1", 2)]),
        ("\ufeff[Service]\nA=1\n", [], [("A", "1", 2)]),
        ("A=0\n[X-Mine]\nA=1\n[Service]\nA=2\n", [("A", "2", 5)], [("A", "2", 5)]),
        ("[Service]\nA=1\0 2\nB=\n", [("A", "1", 2), ("B", "", 3)], [("A", "1", 2), ("B", "", 3)]),
    ],
)
def test_lines_of_a_unit(
    text: str, expected_219: list[tuple[str, str, int]], expected_later: list[tuple[str, str, int]]
) -> None:
    for dialect, expected in ((V219, expected_219), (LATER, expected_later)):
        entries = parse_unit(text.encode(), USR, dialect).entries
        assert [(entry.key, entry.value, entry.source.line) for entry in entries] == expected


@pytest.mark.parametrize("line", ["nonsense", "[Service"])
def test_version_219_stops_at_a_line_it_cannot_read(line: str, tmp_path: Path) -> None:
    text = f"ExecStart=/usr/bin/dockerd\n{line}\nEnvironment=A=1\n"
    assert (
        refused(service(text, tmp_path)) == "Failed to start docker.service: Unit is not loaded properly: Bad message."
    )
    later = service(text, tmp_path, LATER)
    assert later.refusal is None
    assert codes(later) == ["unit-malformed"]
    assert [variable.name for variable in later.variables] == ["A"]


def test_a_broken_drop_in_is_dropped_and_the_unit_starts(tmp_path: Path) -> None:
    texts = (FileText(USR, b"[Service]\nExecStart=/bin/dockerd\n"), FileText("/d.conf", b"[Service]\noops\nUser=x\n"))
    found = read_service(HostFiles(tmp_path), UnitFiles("docker.service", texts), V219)
    assert found.refusal is None
    assert codes(found) == ["unit-malformed"]


def test_lines_that_are_not_utf8_are_ignored() -> None:
    parsed = parse_unit(b"[Service]\nA=\xff\n# \xff\nB=1\n", USR, V219)
    assert [entry.key for entry in parsed.entries] == ["B"]
    assert [found.code for found in parsed.findings] == ["unit-not-utf8"]


def test_an_included_unit_comes_first(tmp_path: Path) -> None:
    text = f".include {USR}\n[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --icc=false\nEnvironment=A=2\n"
    base = "[Service]\nExecStart=/usr/bin/dockerd\nEnvironment=A=1\n.include /etc/loop\n"
    files = write(tmp_path, {USR: base, ETC: text})
    unit = find_unit(files)
    assert unit
    found = read_service(files, unit, V219)
    assert values(found) == ["--icc=false"]
    assert {variable.value: variable.in_effect for variable in found.variables} == {"1": False, "2": True}


# ---- the environment


def test_each_word_knows_its_file_line_and_variable(tmp_path: Path) -> None:
    text = "EnvironmentFile=/etc/e\nExecStart=/usr/bin/dockerd -D $OPTIONS --x=${OPTIONS}\n"
    found = service(text, tmp_path, e="\nOPTIONS='-a -b'\n")
    assert [(setting.option, setting.value, setting.source) for setting in found.arguments] == [
        ("", "-D", Source(USR, 3, "ExecStart")),
        ("", "-a", Source("/etc/e", 2, "OPTIONS")),
        ("", "-b", Source("/etc/e", 2, "OPTIONS")),
        ("", "--x=-a -b", Source("/etc/e", 2, "OPTIONS")),
    ]


def test_a_later_file_overrides_an_earlier_one_and_both_override_environment(tmp_path: Path) -> None:
    text = (
        "EnvironmentFile=/etc/a\nEnvironmentFile=/etc/b\nEnvironment=OPTIONS=-0\nExecStart=/usr/bin/dockerd $OPTIONS\n"
    )
    found = service(text, tmp_path, a="OPTIONS=-1\n", b="\nOPTIONS=-2\n")
    assert values(found) == ["-2"]
    assert [(one.value, str(one.source), one.in_effect) for one in found.variables] == [
        ("-0", f"{USR}:4 OPTIONS", False),
        ("-1", "/etc/a:1 OPTIONS", False),
        ("-2", "/etc/b:2 OPTIONS", True),
    ]
    assert codes(found) == ["env-overridden", "env-overridden"]
    assert found.read == ("/etc/a", "/etc/b")


def test_an_empty_environmentfile_or_environment_forgets_what_came_before(tmp_path: Path) -> None:
    text = "EnvironmentFile=/etc/a\nEnvironmentFile=\nEnvironment=A=1\nEnvironment=\nExecStart=/usr/bin/dockerd\n"
    found = service(text, tmp_path, a="OPTIONS=-1\n")
    assert (found.variables, found.read) == ((), ())


@pytest.mark.parametrize(
    ("line", "expected_219", "expected_later"),
    [
        ("\"A=1 2\" 'B=3' C=4", {"A": "1 2", "B": "3", "C": "4"}, None),
        ("A='1 2'", {"A": "'1"}, {"A": "1 2"}),
        ("A=1\\x202 %n=x B=%n", {"A": "1 2", "B": "docker.service"}, None),
        ("A=1 A=2", {"A": "2"}, None),
    ],
)
def test_assignments_of_environment(
    line: str, expected_219: dict[str, str], expected_later: dict[str, str] | None, tmp_path: Path
) -> None:
    for dialect, expected in ((V219, expected_219), (LATER, expected_later or expected_219)):
        found = service(f"Environment={line}\nExecStart=/usr/bin/dockerd\n", tmp_path, dialect)
        assert {name: one.value for name, one in found.environment.items()} == expected


@pytest.mark.parametrize(
    ("path", "dialect", "text"),
    [
        ("/etc/none", V219, "No such file or directory"),
        ("/etc/none", LATER, "No such file or directory"),
        ("/etc", V219, "Is a directory"),
        ("/etc/latin", V219, "Invalid argument"),
    ],
)
def test_a_required_file_that_cannot_be_loaded_keeps_docker_from_starting(
    path: str, dialect: Dialect, text: str, tmp_path: Path
) -> None:
    write(tmp_path, {"/etc/x": ""})
    (tmp_path / "etc/latin").write_bytes(b"A=\xe9\n")
    unit = f"EnvironmentFile={path}\nExecStart=/usr/bin/dockerd $A\n"
    message = refused(service(unit, tmp_path, dialect))
    if dialect is V219:
        assert message == (
            f"Failed to load environment files: {text}\ndocker.service failed to run 'start' task: {text}"
        )
    else:
        assert message.splitlines() == [
            f"docker.service: Failed to load environment files: {text}",
            f"docker.service: Failed to run 'start' task: {text}",
        ]
    assert service(unit.replace("=/", "=-/", 1), tmp_path, dialect).refusal is None


def test_environment_files_may_be_a_pattern(tmp_path: Path) -> None:
    text = "EnvironmentFile=-/etc/d*\nEnvironmentFile=x\nExecStart=/usr/bin/dockerd $A $B\n"
    found = service(text, tmp_path, d2="B=-2\n", d1="A=-1\nB=-1\n", other="A=-3\n")
    assert values(found) == ["-1", "-2"]
    assert found.read == ("/etc/d1", "/etc/d2")
    assert "unit-relative-path" in codes(found)


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (
            V219,
            [
                "Failed at step MEMORY spawning /usr/bin/dockerd: Cannot allocate memory",
                "docker.service: main process exited, code=exited, status=204/MEMORY",
            ],
        ),
        (
            LATER,
            [
                "docker.service: Failed at step MEMORY spawning /usr/bin/dockerd: Cannot allocate memory",
                "docker.service: Main process exited, code=exited, status=204/MEMORY",
            ],
        ),
    ],
)
def test_an_open_quote_in_a_used_variable_fails_the_service(
    dialect: Dialect, expected: list[str], tmp_path: Path
) -> None:
    text = "EnvironmentFile=/etc/e\nExecStart=/usr/bin/dockerd -D $OPTIONS\n"
    found = service(text, tmp_path, dialect, e='OPTIONS=-a "b\n')
    assert refused(found).splitlines() == expected
    assert found.refusal
    assert found.refusal.source == Source("/etc/e", 1, "OPTIONS")
    assert service(text.replace("$OPTIONS", ""), tmp_path, e='OPTIONS=-a "b\n').refusal is None


def test_words_behind_an_empty_one_are_reported(tmp_path: Path) -> None:
    text = "EnvironmentFile=/etc/e\nExecStart=/usr/bin/dockerd $OPTIONS\n"
    found = service(text, tmp_path, e="OPTIONS=-a '' -b\n")
    assert values(found) == ["-a"]
    assert codes(found) == ["env-empty-word"]


def test_registries_in_a_variable_that_nothing_uses_are_reported(tmp_path: Path) -> None:
    text = "EnvironmentFile=/etc/e\nExecStart=/usr/bin/dockerd $OPTIONS\n"
    found = service(text, tmp_path, e=FLAGS)
    assert [(one.code, str(one.source)) for one in found.findings] == [("env-unused", "/etc/e:2 ADD_REGISTRY")]


def test_more_arguments_than_linux_takes_are_refused_and_not_collected(tmp_path: Path) -> None:
    text = "EnvironmentFile=/etc/e\nExecStart=/usr/bin/dockerd " + "$A " * 5000 + "\n"
    found = service(text, tmp_path, e="A=" + "x " * 1000 + "\n")
    assert refused(found).endswith("status=203/EXEC")
    assert found.arguments == ()


def test_lists_for_people_are_bounded(tmp_path: Path) -> None:
    text = "EnvironmentFile=/etc/e\nExecStart=/usr/bin/dockerd $A\n"
    found = service(text, tmp_path, e="".join(f"A={number}\n" for number in range(5000)))
    assert len(found.variables) == VARIABLES_LIMIT
    assert len(found.findings) == FINDINGS_LIMIT
    assert values(found) == ["4999"]


def test_passwords_do_not_show(tmp_path: Path) -> None:
    text = "EnvironmentFile=/etc/e\nExecStart=/usr/bin/dockerd\nEnvironment=HTTP_PROXY=http://me:pa55@one\n"
    found = service(text, tmp_path, e="HTTP_PROXY=http://me:pa55@two\nNO_PROXY=quay.io\n")
    assert "pa55" not in repr(found)
    assert found.environment["HTTP_PROXY"].value == "http://me:pa55@two"


def test_the_known_unit_gives_the_recorded_arguments(tmp_path: Path) -> None:
    files = write(tmp_path, {"/etc/sysconfig/docker": FLAGS})
    found = read_service(files, centos_7(), V219)
    assert values(found)[-3:] == ["--selinux-enabled", "--add-registry", "quay.io"]
    assert found.arguments[0].source.file == "docker.service of CentOS 7"
    assert found.requires == {"docker-cleanup.timer"}


@given(
    st.binary(max_size=200) | st.text("[]Service=\\\n\r;#'\"$ {}%-@/dockerEnvi", max_size=120).map(str.encode),
    st.binary(max_size=80) | st.text("A=\\'\" \n$", max_size=40).map(str.encode),
    st.sampled_from(Dialect),
)
def test_no_bytes_make_reading_raise(unit: bytes, drop_in: bytes, dialect: Dialect) -> None:
    texts = (
        FileText(USR, b"[Service]\nExecStart=" + unit),
        FileText(f"{ETC}.d/a.conf", b"[Service]\nEnvironment=" + drop_in),
        FileText(f"{ETC}.d/b.conf", unit),
    )
    found = read_service(HostFiles("/nowhere"), UnitFiles("docker.service", texts), dialect)
    assert all(finding.message.isprintable() for finding in found.findings)
    assert all(setting.source.file in (USR, f"{ETC}.d/a.conf", f"{ETC}.d/b.conf") for setting in found.arguments)


def test_environment_files_are_bounded_and_each_is_read_once(tmp_path: Path) -> None:
    text = "EnvironmentFile=/etc/a\n" * 3 + "EnvironmentFile=-/etc/d*\nExecStart=/usr/bin/dockerd $A\n"
    much = "#" * 1_000_000
    found = service(text, tmp_path, a="A=9\nbad\n", d0=f"A=0\n{much}", d1=f"A=1\n{much}", d2=f"A=2\n{much}", d3=much)
    assert values(found) == ["1"]
    assert codes(found).count("env-no-assignment") == 1
    assert codes(found).count("env-unreadable") == 2
