"""dockerd's flags and daemon.json, against what the real parser and the real configuration code made of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.configure import configure
from regtui.host.daemon_json import DaemonJson
from regtui.host.flags import config_file, parse_arguments
from regtui.host.info import index_server_address, info_lines
from regtui.host.model import EngineName, HostConfig, Setting, Source
from regtui.host.security import Addresses, insecure_networks
from tests.golden import rows

ROWS = rows("flags.jsonl")


def words(*texts: str) -> tuple[Setting, ...]:
    """Arguments, each on a line of its own."""
    return tuple(
        Setting("argument", text, Source("/etc/sysconfig/docker", line, "OPTIONS"))
        for line, text in enumerate(texts, 1)
    )


def configured(row: dict[str, Any]) -> HostConfig:
    text = row.get("daemon_json")
    file = None if text is None else DaemonJson("/etc/docker/daemon.json", text.encode())
    return configure(EngineName.RHEL_DOCKER, "test", words(*row["args"]), file)


def failing(config: HostConfig) -> Addresses:
    """As the harness had no DNS: every host that could be looked up has no address."""
    names = [setting.value for setting in config.registries]
    return dict.fromkeys((name.rsplit(":", 1)[0] for name in names), None) | {"localhost": None}


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_recorded_row(row: dict[str, Any]) -> None:
    config = configured(row)
    expected = row["expect"]
    if "start_error" in expected:
        assert config.refusal is not None
        assert config.refusal.message == expected["start_error"]
        assert config.refusal.source is not None
        return
    assert config.refusal is None
    lines = info_lines(config, failing(config))
    assert lines[-1] == expected["registries_line"]
    assert (f"Registry: {index_server_address(config)}" if config.registries else None) == expected["registry_line"]
    shown = lines[lines.index("Insecure Registries:") + 1 :]
    block = [line[1:] for line in shown[: next(n for n, line in enumerate(shown) if not line.startswith(" "))]]
    networks = [str(network) for network in insecure_networks(config)]
    assert ("Insecure Registries:" in lines) is expected["insecure_header"]
    assert sorted(block[: -len(networks)]) == sorted(expected["insecure_names"])
    assert networks == expected["insecure_cidrs"] == block[-len(networks) :]
    assert [mirror.value for mirror in config.mirrors] == expected["mirrors"]
    assert sorted(setting.value for setting in config.blocked) == sorted(expected["blocked"])
    names = [name for name, _ in expected["registries"]]
    assert [setting.value for setting in config.registries] == names


HELP = "\nSee 'dockerd --help'."

REFUSED_BY_THE_FORK = [
    (("--add-registry",), "flag needs an argument: --add-registry" + HELP),
    (("-H",), "flag needs an argument: 'H' in -H" + HELP),
    (("-DH",), "flag needs an argument: 'H' in -H" + HELP),
    (("-Dx",), "unknown shorthand flag: 'x' in -x" + HELP),
    (("-D=",), "unknown shorthand flag: '=' in -=" + HELP),
    (("-\u00e9",), "unknown shorthand flag: '\u00c3' in -\u00e9" + HELP),
    (("---x",), "bad flag syntax: ---x" + HELP),
    (("--=x",), "bad flag syntax: --=x" + HELP),
    (
        ("--add-registry", "--insecure-registry", "a"),
        'invalid argument "--insecure-registry" for --add-registry: Invalid index name (--insecure-registry). '
        "Cannot begin or end with a hyphen." + HELP,
    ),
    (
        ("--registry-mirror=ftp://m",),
        'invalid argument "ftp://m" for --registry-mirror=ftp://m: Unsupported scheme ftp' + HELP,
    ),
    (
        ("--registry-mirror", "m.example.com:5000"),
        'invalid argument "m.example.com:5000" for --registry-mirror: Unsupported scheme m.example.com' + HELP,
    ),
    (("--registry-mirror", "m"), 'invalid argument "m" for --registry-mirror: Unsupported scheme ' + HELP),
    (
        ("--registry-mirror", "10.0.0.1:5000"),
        'invalid argument "10.0.0.1:5000" for --registry-mirror: 10.0.0.1:5000 is not a valid URI' + HELP,
    ),
    (
        ("--registry-mirror", "https://user:secret@m/v2"),
        'invalid argument "https://***@m/v2" for --registry-mirror: Unsupported path/query/fragment at end of the URI'
        + HELP,
    ),
    (("--mtu=big",), 'invalid argument "big" for --mtu=big: strconv.ParseInt: parsing "big": invalid syntax' + HELP),
    (("--mtu", ""), 'invalid argument "" for --mtu: strconv.ParseInt: parsing "": invalid syntax' + HELP),
    (
        ("--mtu=99999999999999999999",),
        'invalid argument "99999999999999999999" for --mtu=99999999999999999999: '
        'strconv.ParseInt: parsing "99999999999999999999": value out of range' + HELP,
    ),
    (("--dns=1.1.1",), 'invalid argument "1.1.1" for --dns=1.1.1: 1.1.1 is not an ip address' + HELP),
    (("--ip", "x"), 'invalid argument "x" for --ip: x is not an ip address' + HELP),
    (("--dns-search", "123"), 'invalid argument "123" for --dns-search: 123 is not a valid domain' + HELP),
    (("--label", "one"), 'invalid argument "one" for --label: bad attribute format: one' + HELP),
    (("-Hfoo://x",), 'invalid argument "foo://x" for Hfoo://x: Invalid bind address format: foo://x' + HELP),
    (("-H", "tcp://a:b"), 'invalid argument "tcp://a:b" for H: parse tcp://a:b: invalid port ":b" after host' + HELP),
    (
        ("--default-ulimit", "nofile"),
        'invalid argument "nofile" for --default-ulimit: invalid ulimit argument: nofile' + HELP,
    ),
    (
        ("--default-ulimit", "files=1"),
        'invalid argument "files=1" for --default-ulimit: invalid ulimit type: files' + HELP,
    ),
    (
        ("--default-ulimit", "nofile=2:1"),
        'invalid argument "nofile=2:1" for --default-ulimit: '
        "ulimit soft limit must be less than or equal to hard limit: 2 > 1" + HELP,
    ),
    (("--add-runtime", "oci"), 'invalid argument "oci" for --add-runtime: invalid runtime argument: oci' + HELP),
    (
        ("--add-runtime=RunC=/x",),
        "invalid argument \"RunC=/x\" for --add-runtime=RunC=/x: runtime name 'runc' is reserved" + HELP,
    ),
    (
        ("--add-runtime", "a=/x", "--add-runtime", "A=/y"),
        "invalid argument \"A=/y\" for --add-runtime: runtime 'a' was already defined" + HELP,
    ),
    (("--default-runtime", "oci"), "specified default runtime 'oci' does not exist"),
    (
        ("--debug=yes",),
        'invalid argument "yes" for --debug=yes: strconv.ParseBool: parsing "yes": invalid syntax' + HELP,
    ),
    (("--data-root", "/x"), "unknown flag: --data-root" + HELP),
    (("--help", "--add-registries"), "unknown flag: --add-registries" + HELP),
    (("stray", "--help"), "(usage text only: --help)"),
    (("",), "(usage text only: stray positional argument)"),
    (("-",), "(usage text only: stray positional argument)"),
    (("--", "--debug"), "(usage text only: stray positional argument)"),
    (("-v",), "(version only: --version)"),
]


@pytest.mark.parametrize(
    ("arguments", "message"), REFUSED_BY_THE_FORK, ids=[" ".join(a) for a, _ in REFUSED_BY_THE_FORK]
)
def test_the_fork_refuses(arguments: tuple[str, ...], message: str) -> None:
    refusal = configure(EngineName.RHEL_DOCKER, "test", words(*arguments), None).refusal
    assert refusal is not None
    assert refusal.message == message


REFUSED_BY_MOBY = [
    (("--add-registry", "a"), (20, 10), "unknown flag: --add-registry" + HELP),
    (
        ("--registry-mirror=m",),
        (20, 10),
        'invalid argument "m" for "--registry-mirror" flag: invalid mirror: unsupported scheme "" in "m"' + HELP,
    ),
    (
        ("--registry-mirror=m:5000",),
        (28, 0),
        'invalid argument "m:5000" for "--registry-mirror" flag: invalid mirror: no scheme specified for "m:5000": '
        "must use either 'https://' or 'http://'" + HELP,
    ),
    (
        ("--registry-mirror=https://m/p",),
        (23, 0),
        'invalid argument "https://m/p" for "--registry-mirror" flag: '
        'invalid mirror: path, query, or fragment at end of the URI "https://m/p"' + HELP,
    ),
    (
        ("-H", "foo://x"),
        (20, 10),
        'invalid argument "foo://x" for "-H, --host" flag: Invalid bind address format: foo://x' + HELP,
    ),
    (
        ("-H=foo://x",),
        (23, 0),
        'invalid argument "foo://x" for "-H, --host" flag: invalid bind address (foo://x): unsupported proto \'foo\''
        + HELP,
    ),
    (
        ("--insecure-registry", "a-"),
        (23, 0),
        'invalid argument "a-" for "--insecure-registry" flag: '
        "invalid index name (a-). Cannot begin or end with a hyphen" + HELP,
    ),
    (
        ("--insecure-registry", "a/b"),
        (20, 10),
        'failed to start daemon: insecure registry a/b is not valid: invalid host "a/b"',
    ),
    (("--log-level=loud",), (20, 10), "unable to parse logging level: loud"),
    (("--log-level=loud",), (24, 0), "invalid logging level: loud"),
    (
        ("x",),
        (20, 10),
        '"dockerd" accepts no argument(s).' + HELP + "\n\nUsage:  dockerd [OPTIONS]\n\n"
        "A self-sufficient runtime for containers.",
    ),
]


@pytest.mark.parametrize(
    ("arguments", "version", "message"), REFUSED_BY_MOBY, ids=[f"{' '.join(a)} {v}" for a, v, _ in REFUSED_BY_MOBY]
)
def test_moby_refuses(arguments: tuple[str, ...], version: tuple[int, int], message: str) -> None:
    refusal = configure(EngineName.MOBY, "test", words(*arguments), None, version=version).refusal
    assert refusal is not None
    assert refusal.message == message


ACCEPTED = [
    (("-Dlwarn", "--add-registry", "a"), ["a", "docker.io"]),
    (("-lwarn", "--add-registry=a=b"), ["a=b", "docker.io"]),
    (("-H=", "--add-registry="), ["", "docker.io"]),
    (("--tls", "--add-registry", "-a b"), ["docker.io"]),
    (("--mtu=0x5dc", "--oom-score-adjust=-500", "--cpu-rt-period=010", "--add-registry", "a"), ["a", "docker.io"]),
    (("--default-runtime=a", "--add-runtime=A=/x", "--add-registry", "a"), ["a", "docker.io"]),
    (("--max-concurrent-downloads=-1", "--add-registry", "a"), ["a", "docker.io"]),
    (("-H", "tcp://0.0.0.0:2375", "-H", "fd://", "-H", "unix://", "-H", ":2375", "-H", "[::1]:2375"), ["docker.io"]),
]


@pytest.mark.parametrize(("arguments", "registries"), ACCEPTED, ids=[" ".join(a) for a, _ in ACCEPTED])
def test_the_fork_takes(arguments: tuple[str, ...], registries: list[str]) -> None:
    config = configure(EngineName.RHEL_DOCKER, "test", words(*arguments), None)
    refused = "-a b" in arguments  # a hyphen: refused, and the rest is read all the same
    assert (config.refusal is not None) is refused
    assert [setting.value for setting in config.registries] == registries


def test_a_value_has_the_source_of_its_own_word() -> None:
    given = parse_arguments(EngineName.RHEL_DOCKER, words("--add-registry", "index.docker.io", "-D", "-lwarn")).given
    assert given["add-registry"].values == (
        Setting("add-registry", "docker.io", Source("/etc/sysconfig/docker", 2, "OPTIONS")),
    )
    assert given["debug"].last.source.line == 3
    assert given["log-level"].last == Setting("log-level", "warn", Source("/etc/sysconfig/docker", 4, "OPTIONS"))


def test_a_refusal_names_the_culprits_line_and_the_rest_is_still_read() -> None:
    config = configure(
        EngineName.RHEL_DOCKER,
        "test",
        words("--foo=1", "--add-registry", "a", "--dns", "x", "--block-registry=all"),
        None,
    )
    assert config.refusal is not None
    assert config.refusal.source == Source("/etc/sysconfig/docker", 1, "OPTIONS")
    assert [setting.value for setting in config.registries] == ["a"]
    assert [setting.option for setting in config.settings] == ["add-registry", "block-registry"]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ((), ("/etc/docker/daemon.json", False)),
        (("--config-file", "/a", "--config-file=/b"), ("/b", True)),
        (("--config-file=",), (None, True)),
        (("--add-registry", "--config-file", "/a"), ("/etc/docker/daemon.json", False)),
        (("--data-root", "/x", "--signature-verification=false", "--config-file=/c"), ("/c", True)),
    ],
)
def test_config_file(arguments: tuple[str, ...], found: tuple[str | None, bool]) -> None:
    assert config_file(words(*arguments)) == found


@pytest.mark.parametrize("engine", [EngineName.RHEL_DOCKER, EngineName.MOBY])
@given(
    arguments=st.lists(
        st.one_of(
            st.sampled_from(
                ["--add-registry", "--mtu", "-DH", "-l=", "--registry-mirror=", "--default-ulimit", "-H", "--"]
            ),
            st.text(max_size=12),
            st.text(max_size=12).map(lambda text: f"--registry-mirror=https://{text}"),
            st.text(max_size=12).map(lambda text: f"-H{text}"),
        ),
        max_size=6,
    )
)
def test_any_words_give_a_configuration(engine: EngineName, arguments: list[str]) -> None:
    config = configure(engine, "test", words(*arguments), None, version=(28, 0))
    assert config.refusal is None or config.refusal.message.replace("\n", "").isprintable()
