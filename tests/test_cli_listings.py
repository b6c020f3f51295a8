"""What `regtui catalog` and `regtui tags` say beside the names: where they come from, what is odd, where they end."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.test_cli_browse import ENGINE, document, run

if TYPE_CHECKING:
    from collections.abc import Iterator

HEX = "a" * 64
PAGES: dict[str, tuple[int, Any, str]] = {
    "/v2/": (200, {}, ""),
    "/v2/_catalog?n=100": (200, {"repositories": ["a", "b"]}, "http://elsewhere.example/v2/_catalog?last=b"),
    "/v2/none/tags/list?n=100": (200, {"tags": None}, ""),
    "/v2/odd/tags/list?n=100": (200, {"tags": ["1.0", None, "x y", f"sha256:{HEX}", ["1"]]}, ""),
    "/v2/one/tags/list?n=100": (200, {"tags": ["1.0", "a/b"]}, ""),
    "/v2/cut/tags/list?n=100": (200, {"tags": ["1.0"]}, "/v2/cut/tags/list?last=1.0"),
    "/v2/cut/tags/list?last=1.0": (500, {"errors": [{"code": "UNKNOWN", "message": "no disk"}]}, ""),
    "/v2/signed/tags/list?n=100": (200, {"tags": [f"sha256-{HEX}.sig", "1.0"]}, ""),
    "/v2/words/tags/list?n=100": (200, {"tags": ["1.0"]}, ""),
    "/v2/words/manifests/1.0": (404, {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "schön"}]}, ""),
}
"""Path -> status, document, and where the next page is."""


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, content, link = PAGES.get(self.path, (404, {"errors": []}, ""))
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if link:
            self.send_header("Link", f'<{link}>; rel="next"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    """A registry whose answers are `PAGES`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


TOLD = [
    ("none", 0, "", "{registry}/none has no tags"),
    ("odd", 0, "1.0\n", "4 entries that are no tags were left out: null, x y, sha256:aaaaaaa"),
    ("one", 0, "1.0\n", "1 entry that is no tag was left out: a/b\n"),
    ("cut", 1, "1.0\n", "incomplete after 1 name: {registry} answered 500 Internal Server Error: no disk\n"),
]


@pytest.mark.parametrize(("name", "status", "printed", "told"), TOLD, ids=[case[0] for case in TOLD])
def test_what_is_odd_about_a_list_of_tags_is_said_once(
    registry: str, name: str, status: int, printed: str, told: str
) -> None:
    ran = run("tags", f"{registry}/{name}", *ENGINE)
    assert (ran.returncode, ran.stdout) == (status, printed)
    assert told.format(registry=registry) in ran.stderr
    assert ran.stderr.count("regtui: ") == 1


def test_a_catalog_says_after_how_many_names_it_was_cut_short(registry: str) -> None:
    ran = run("catalog", registry, *ENGINE)
    assert (ran.returncode, ran.stdout) == (1, "a\nb\n")
    assert ran.stderr == (
        "regtui: incomplete after 2 names: the registry's link to the next page leads to another host, "
        "elsewhere.example, which is not asked\n"
    )


def test_a_prefix_that_nothing_has_is_said() -> None:
    ran = run("--demo", "catalog", "okd-lr.zyl.io:5000", "nosuch")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "no repository of okd-lr.zyl.io:5000 begins with nosuch" in ran.stderr


def test_a_short_name_is_said_in_full_above_its_tags() -> None:
    short, full = run("--demo", "tags", "debian"), run("--demo", "tags", "docker.io/library/debian")
    assert short.stdout == full.stdout
    assert short.stderr.endswith("regtui: the tags of docker.io/library/debian\n")
    assert full.stderr == ""


def test_the_document_counts_what_was_left_out(registry: str) -> None:
    assert document("tags", f"{registry}/odd", *ENGINE)["invalid"] == 4
    assert document("tags", f"{registry}/none", *ENGINE)["invalid"] == 0


def test_a_signature_whose_image_has_no_tag_is_not_lost_in_the_long_form(registry: str) -> None:
    lines = run("tags", f"{registry}/signed", "--long", *ENGINE).stdout.splitlines()
    assert lines[1:] == [f"sha256-{HEX}.sig  sig of sha256:{HEX[:12]}"]
    listed = document("tags", f"{registry}/signed", "--long", *ENGINE)["tags"]
    assert [each.get("attached_to") for each in listed] == [None, f"sha256:{HEX}"]


def test_words_that_the_encoding_cannot_show_are_escaped_in_the_long_form(registry: str) -> None:
    ran = run("tags", f"{registry}/words", "--long", *ENGINE, PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert r"sch\xf6n" in ran.stdout
