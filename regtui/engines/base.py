"""What an engine is: a plan made of names and files, and a generator that is sent answers.

Theory of operation. `Engine.plan` turns a typed name and the host configuration into candidates and endpoints, without
a packet. `Engine.walk` is a generator over that plan: it yields `Attempt` for the endpoint that the engine would try
next and is sent the `Answer`; it yields `Say` for a line that `docker pull` would print, `Concluded` for what it makes
of an endpoint, and returns the `Verdict`. It knows no socket and no clock, so the live client, a recording and a test
with scripted answers drive the same rules.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from regtui.frozen import dataclass
from regtui.host.model import Address, EngineName, HostConfig, Security, Source

if TYPE_CHECKING:
    from regtui.outcome import Outcome, Trouble

Addresses = Mapping[str, tuple[Address, ...] | None]
"""Host (no port) -> its addresses, None where the lookup failed; a missing host was not looked up."""


class Step(StrEnum):
    """The request of an attempt in which something went wrong."""

    PING = "ping"
    TOKEN = "token"  # noqa: S105 - the name of a step, not a secret
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the engine gives an endpoint up before it asks: its own text, and what that comes to."""

    outcome: Outcome
    text: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One URL that the engine tries for a candidate.

    `url` has no trailing slash. `verify` is False where TLS is not verified; `insecure` where the host's configuration
    lists the registry as insecure. `key` is what credentials are looked up by, empty where regtui sends none (mirrors).
    `certificates` is the certs.d directory that is read for it, empty for none. `why` says which setting put it here.
    `repository` is the path that is asked for where it is not the candidate's, `api_path` what stands before it, and
    `query` what stands behind every URL (`ns=docker.io`). With a `fault` nothing is asked. `pinged` is False where the
    engine asks for no `GET /v2/`. `capabilities` are what it may be asked for where that is limited: `pull` by digest,
    `resolve` by tag. A `fallback` is asked in place of the endpoint before it, where that one speaks plain HTTP.
    """

    url: str
    api: str = "v2"
    mirror: bool = False
    verify: bool = True
    insecure: bool = False
    key: str = ""
    certificates: str = ""
    why: Source | None = None
    repository: str = ""
    api_path: str = "/v2"
    query: str = ""
    fault: Fault | None = None
    pinged: bool = True
    capabilities: tuple[str, ...] = ()
    fallback: bool = False

    @property
    def host(self) -> str:
        """`HOST[:PORT]` of the URL."""
        return self.url.split("://", 1)[-1].split("/", 1)[0]

    @property
    def scheme(self) -> str:
        """`https` or `http`."""
        return self.url.split("://", 1)[0]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One registry of the search list joined with the reference.

    `full_name` is the whole name (`docker.io/library/etcd`), `name` as the engine's messages write it
    (`docker.io/etcd`, `etcd`), `repository` the path that is asked for. A candidate that the engine passes over or
    refuses has no endpoints and says why in `reason`, with `outcome` set; `silent` where nothing is printed before it.
    `rejected` is the engine's text for an image that its policy does not let in once it is found, `unverified` what
    the policy demands of it and regtui does not check.
    """

    registry: str
    full_name: str
    name: str
    repository: str
    tag: str | None
    digest: str | None
    security: Security
    endpoints: tuple[Endpoint, ...] = ()
    outcome: Outcome | None = None
    reason: str = ""
    silent: bool = False
    source: Source | None = None
    rejected: str = ""
    unverified: str = ""

    @property
    def reference(self) -> str:
        """The full name with its tag or digest: `docker.io/library/etcd:latest`."""
        return self.full_name + self.suffix

    @property
    def suffix(self) -> str:
        """`:TAG` or `@DIGEST`, empty where neither is known."""
        if self.digest:
            return f"@{self.digest}"
        return f":{self.tag}" if self.tag else ""

    @property
    def wanted(self) -> str:
        """What is asked of the registry: the digest, or the tag."""
        return self.digest or self.tag or ""


@dataclass(frozen=True, slots=True)
class NameParts:
    """The typed name as the engine reads it: `docker.io` is not written where the name did not have it."""

    domain: str | None
    path: str
    tag: str | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Candidates and endpoints in order, before anything is asked.

    `refused` holds the lines that the engine prints instead of asking anybody (its own text for a name that it
    refuses, a registry list that is empty or begins with a malformed host); then there are no candidates to ask.
    `preface` holds what the client prints before it turns to the daemon; `signed` says that signatures are checked;
    `client` is who pulls where an engine has several (`ctr`, `nerdctl`, `cri`).
    """

    engine: EngineName
    name: str
    parts: NameParts | None
    candidates: tuple[Candidate, ...] = ()
    preface: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    signed: bool = False
    client: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Ask this endpoint: `GET /v2/`, authorization as it demands, the manifest, an index's child for the platform.

    `digest` replaces the candidate's tag. `insist` asks for the manifest even where basic authentication is wanted and
    nothing is stored, as the check of signatures does.

    `ping_statuses` are the answers to `GET /v2/` after which the engine goes on, empty for all of them. `direct`, HEAD
    or GET, asks for the manifest without a ping: a 401 is followed by the authorization that it asks for, and by the
    same request again. Then no child is asked for, and `Answer.ping` is the first answer.
    """

    candidate: int
    endpoint: int
    digest: str = ""
    insist: bool = False
    ping_statuses: tuple[int, ...] = ()
    direct: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """A line of the transcript; `assumed` where it rests on an answer that is not asked for (the v1 protocol)."""

    text: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Concluded:
    """What the engine makes of an endpoint: `error` in a person's words, empty where found; `seconds` is its cost."""

    candidate: int
    endpoint: int
    outcome: Outcome
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Passed:
    """A candidate that came to its end: found here, or the engine went on (or gave up) with this outcome."""

    candidate: int
    outcome: Outcome
    error: str = ""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An HTTP answer, whole: `body` is bounded by the client, `challenges` are the raw WWW-Authenticate values.

    `length` is the size of the body as the headers tell it, None where they do not.
    """

    method: str
    url: str
    status: int
    reason: str = ""
    content_type: str = ""
    body: bytes = b""
    challenges: tuple[str, ...] = ()
    digest: str = ""
    api_version: bool = False
    length: int | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A request that got no HTTP answer; `go` is Go's cause without method and URL, `sentence` a person's words.

    `detail` is more for a person (issuer, dates and fingerprint of a rejected certificate).
    """

    step: Step
    method: str
    url: str
    trouble: Trouble
    go: str
    sentence: str
    own_limit: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NotAuthorized:
    """Authorization failed before the manifest was asked: no credentials for basic, or no usable token.

    `answer` is the token service's own answer where there was one; `go` the engine's text for the cause; `withheld`
    says that regtui kept back a secret which the engine would have sent, and to whom.
    """

    go: str
    sentence: str
    answer: HttpAnswer | NoAnswer | None = None
    no_basic_credentials: bool = False
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one endpoint answered. The last member that is not None is where the attempt ended.

    `ping` is the answer to `GET /v2/`; `manifest` to the tag or digest; `child` to the platform's manifest of an index.
    `withheld` as in `NotAuthorized`, where the attempt went on anonymously.
    """

    ping: HttpAnswer | NoAnswer
    authorization: NotAuthorized | None = None
    manifest: HttpAnswer | NoAnswer | None = None
    child: HttpAnswer | NoAnswer | None = None
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Who serves the image: `reference` is the full name with `library/`, `endpoint` the URL, sizes in bytes."""

    candidate: int
    endpoint_index: int
    registry: str
    reference: str
    endpoint: str
    mirror: bool
    digest: str
    media_type: str
    platforms: tuple[str, ...] = ()
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the pull would end: exit status of `docker pull`, and seconds that the engine's own time limits cost."""

    outcome: Outcome
    exit: int
    found: Found | None = None
    error: str = ""
    engine_seconds: float = 0.0


Move = Attempt | Say | Concluded | Passed
Walk = Generator[Move, Answer | None, Verdict]


@dataclass(frozen=True, slots=True)
class Platform:
    """The platform that the host pulls for; the fork compares os and architecture alone (pull_v2.go)."""

    os: str = "linux"
    architecture: str = "amd64"
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(filter(None, (self.os, self.architecture, self.variant)))


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that a plan is made of: the host, the typed name, and what is known of addresses.

    `broken` maps the name of a certs.d directory, `locked` the key of a credential, to the engine's text for what is
    wrong with it.
    """

    config: HostConfig
    name: str
    addresses: Addresses = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    locked: Mapping[str, str] = field(default_factory=dict)


class Engine(Protocol):
    """One engine's rules. An implementation is a module-level object without state."""

    @property
    def accept(self) -> tuple[str, ...]:
        """The manifest media types that the engine asks for, in its order."""
        ...

    @property
    def tag_method(self) -> str:
        """The verb with which the engine asks for a tag first."""
        ...

    def plan(self, question: Question) -> Plan:
        """Return the candidates and endpoints; never raises for a name, a refusal is part of the plan."""
        ...

    def child(self, answer: HttpAnswer, platform: Platform) -> str | None:
        """Return the digest of the platform's manifest where the answer is an index that has one."""
        ...

    def walk(self, plan: Plan, platform: Platform) -> Walk:
        """Return a fresh generator over the plan."""
        ...
