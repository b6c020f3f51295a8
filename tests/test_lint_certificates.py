"""certs.d: what docker does with each directory, and which certificates end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.der import validity_of
from tests.issuing import NOW, Issued, issue
from tests.lint_hosts import CERTS, FORK, OPTIONS, SYSCONFIG, Files, Told, lint, told

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

GOOD = issue("Good CA", authority=True)
OLD = issue("Old CA", authority=True, days=(-30, -2))
SOON = issue("Soon CA", authority=True, days=(-30, 12.5))
LATER = issue("Later CA", authority=True, days=(-30, 30.5))
NEW = issue("New CA", authority=True, days=(5, 300))
CLIENT = issue("client", days=(-9, 3.5))
FLAGS = "ADD_REGISTRY='--add-registry reg.example.com:5000 --registry-mirror=https://m.example.com'\n"
INSECURE = "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'\n"
REG, MIRROR = "reg.example.com:5000", "m.example.com"
ROOT = f"/{CERTS}"
HOSTILE = f"{ROOT}/$(reboot)"
GARBAGE_FIX = "write the authority's certificate into it, in PEM form"

Stored = dict[str, bytes]

DIRECTORIES: list[tuple[Stored, list[Told]]] = [
    ({f"{REG}/ca.crt": GOOD.pem, f"{MIRROR}/ca.crt": GOOD.pem}, []),
    ({f"{REG}/ca.crt": LATER.pem}, []),
    (
        {"reg.example.com/ca.crt": GOOD.pem},
        [("certs-port", "warning", f"{ROOT}/reg.example.com", f"mv {ROOT}/reg.example.com {ROOT}/{REG}")],
    ),
    (
        {"reg.example.com/ca.crt": GOOD.pem, f"{REG}/ca.crt": GOOD.pem},
        [("certs-not-listed", "note", f"{ROOT}/reg.example.com", "")],
    ),
    (
        {"Reg.example.com:5000/ca.crt": GOOD.pem},
        [("certs-case", "warning", f"{ROOT}/Reg.example.com:5000", f"mv {ROOT}/Reg.example.com:5000 {ROOT}/{REG}")],
    ),
    ({"quay.io/ca.crt": GOOD.pem}, [("certs-not-listed", "note", f"{ROOT}/quay.io", "")]),
    ({"docker.io/ca.crt": GOOD.pem}, [("certs-docker-io", "warning", f"{ROOT}/docker.io", "remove it")]),
    ({"ca.crt": GOOD.pem}, [("certs-misplaced", "warning", f"{ROOT}/ca.crt", f"mv {ROOT}/ca.crt {ROOT}/HOST:PORT/")]),
    (
        {f"{REG}/ca.crt": OLD.pem},
        [("certificate-expired", "error", f"{ROOT}/{REG}/ca.crt", f"renew {ROOT}/{REG}/ca.crt")],
    ),
    (
        {f"{MIRROR}/ca.crt": SOON.pem},
        [("certificate-expires", "warning", f"{ROOT}/{MIRROR}/ca.crt", f"renew {ROOT}/{MIRROR}/ca.crt")],
    ),
    (
        {f"{REG}/ca.crt": NEW.pem},
        [("certificate-not-yet-valid", "warning", f"{ROOT}/{REG}/ca.crt", "timedatectl status")],
    ),
    (
        {f"{REG}/client.cert": CLIENT.pem, f"{REG}/client.key": CLIENT.key_pem()},
        [("certificate-expires", "warning", f"{ROOT}/{REG}/client.cert", f"renew {ROOT}/{REG}/client.cert")],
    ),
    ({f"{REG}/ca.crt": OLD.pem + GOOD.pem * 9}, []),
    (
        {f"{REG}/ca.crt": OLD.pem + GOOD.pem},
        [("certificate-expired", "error", f"{ROOT}/{REG}/ca.crt", f"renew {ROOT}/{REG}/ca.crt")],
    ),
    (
        {f"{REG}/client.cert": CLIENT.pem},
        [("certs-error", "error", f"{ROOT}/{REG}", f"mv {ROOT}/{REG}/client.cert {ROOT}/{REG}/client.crt")],
    ),
    (
        {f"{MIRROR}/client.key": CLIENT.key_pem()},
        [
            (
                "certs-error",
                "error",
                f"{ROOT}/{MIRROR}",
                f"put the client's certificate beside the key, as {ROOT}/{MIRROR}/client.cert",
            )
        ],
    ),
    (
        {"quay.io/client.cert": CLIENT.pem},
        [("certs-error", "note", f"{ROOT}/quay.io", f"mv {ROOT}/quay.io/client.cert {ROOT}/quay.io/client.crt")],
    ),
    (
        {f"{REG}/ca.crt": b"no certificate"},
        [("certs-garbage", "warning", f"{ROOT}/{REG}/ca.crt", GARBAGE_FIX)],
    ),
    ({f"{REG}/ca.pem": GOOD.pem}, [("certs-ignored", "note", f"{ROOT}/{REG}/ca.pem", "mv ca.pem ca.crt")]),
    (
        {"$(reboot)/x.cert": CLIENT.pem},
        [("certs-error", "note", f"{ROOT}/$(reboot)", f"mv '{HOSTILE}/x.cert' '{HOSTILE}/x.crt'")],
    ),
]


def host(stored: Stored, flags: str = FLAGS) -> Files:
    return FORK | {SYSCONFIG: OPTIONS + flags} | {f"{CERTS}/{name}": content for name, content in stored.items()}


def of_certs(root: Path, files: Files, now: datetime | None = NOW) -> list[Told]:
    """Return the findings about certificates alone."""
    return [one for one in told(lint(root, files, now=now)) if one[0].startswith("cert")]


@pytest.mark.parametrize(("stored", "expected"), DIRECTORIES, ids=[next(iter(stored)) for stored, _ in DIRECTORIES])
def test_what_docker_does_with_a_directory(stored: Stored, expected: list[Told], tmp_path: Path) -> None:
    assert of_certs(tmp_path, host(stored)) == expected


def test_a_directory_of_an_insecure_registry_is_not_read(tmp_path: Path) -> None:
    files = host({f"{REG}/ca.crt": OLD.pem}, FLAGS + INSECURE)
    assert of_certs(tmp_path, files) == [("certs-insecure", "warning", f"{ROOT}/{REG}", "INSECURE_REGISTRY=''")]


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    folder = tmp_path / CERTS / "registry.access.redhat.com"
    folder.mkdir(parents=True)
    (folder / "redhat-ca.crt").symlink_to("/etc/rhsm/ca/redhat-uep.pem")
    path = f"{ROOT}/registry.access.redhat.com"
    expected = [("certs-error", "note", path, f"rm {path}/redhat-ca.crt")]
    assert of_certs(tmp_path, host({})) == expected


def test_without_a_clock_no_certificate_is_judged(tmp_path: Path) -> None:
    assert of_certs(tmp_path, host({f"{REG}/ca.crt": OLD.pem}), now=None) == []


@pytest.mark.parametrize(
    "issued", [GOOD, OLD, NEW, issue("", organization="Org"), issue("\u202e" * 20), issue("\u202eevil")]
)
def test_validity_is_read_from_der(issued: Issued) -> None:
    found = validity_of(issued.der)
    assert found is not None
    assert found.not_before == issued.certificate.not_valid_before_utc
    assert found.not_after == issued.certificate.not_valid_after_utc
    assert found.name.isprintable()
    assert len(found.name) <= 80


def test_the_last_year_of_the_last_century_and_beyond_are_read() -> None:
    far = issue("far", days=(-60 * 365, 100 * 365))  # UTCTime of the last century, GeneralizedTime of the next
    found = validity_of(far.der)
    assert found is not None
    assert (found.not_before, found.not_after) == (
        far.certificate.not_valid_before_utc,
        far.certificate.not_valid_after_utc,
    )


@given(st.binary(max_size=300))
def test_any_bytes_are_a_certificate_or_none(data: bytes) -> None:
    assert validity_of(data) is None


@given(st.integers(0, len(GOOD.der) - 1), st.binary(min_size=1, max_size=3))
def test_a_damaged_certificate_raises_nothing(at: int, change: bytes) -> None:
    damaged = GOOD.der[:at] + change + GOOD.der[at + len(change) :]
    found = validity_of(damaged)
    assert found is None or found.name.isprintable()
    assert validity_of(GOOD.der[:at]) is None
