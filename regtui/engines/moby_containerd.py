"""Docker Engine whose images lie in the containerd image store: dockerd's names, containerd's hosts and requests.

Sources: daemon/hosts.go and daemon/containerd/image_pull.go of moby. Docker 29 has this store by default.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.engines.base import Passed, Say, Verdict
from regtui.engines.containerd import CONTAINERD
from regtui.engines.containerd_errors import INVALID_AUTHORIZATION
from regtui.engines.containerd_plan import docker_candidate
from regtui.engines.containerd_pull import CandidatePull, PullError
from regtui.engines.moby import DAEMON, MOBY
from regtui.host.containerd.model import ContainerdConfig
from regtui.host.model import ContainerdClient
from regtui.outcome import Outcome
from regtui.reference import MobyGrammar, parse_moby
from regtui.text import go_quote

if TYPE_CHECKING:
    from regtui.engines.base import Candidate, HttpAnswer, Plan, Platform, Question, Walk

_NO_LOGIN = "no basic auth credentials"
_NO_PLATFORM = "no match for platform in manifest"


class MobyContainerd:
    """The rules of Docker Engine with the containerd image store."""

    @property
    def accept(self) -> tuple[str, ...]:
        """The manifest types that containerd asks for."""
        return CONTAINERD.accept

    @property
    def tag_method(self) -> str:
        """The verb that asks for a tag first."""
        return CONTAINERD.tag_method

    def plan(self, question: Question) -> Plan:
        """Return dockerd's plan, with the hosts of hosts.toml, or the mirrors where that names no more than one."""
        config = question.config.containerd or ContainerdConfig(ContainerdClient.DOCKER)
        plan = replace(MOBY.plan(question), client=ContainerdClient.DOCKER)
        candidates = tuple(docker_candidate(question, config, candidate) for candidate in plan.candidates)
        return replace(plan, candidates=candidates)

    def child(self, answer: HttpAnswer, platform: Platform) -> str | None:
        """Return the digest of the platform's image where the answer is an index that has one."""
        return CONTAINERD.child(answer, platform)

    def walk(self, plan: Plan, platform: Platform) -> Walk:
        """Resolve the name and fetch what it leads to, and tell it as `docker pull` does (pullTag)."""
        for line in (*plan.preface, *plan.refused):
            yield Say(line)
        if plan.refused:
            return Verdict(Outcome.INVALID, 1, error=plan.refused[-1])
        candidate = plan.candidates[0]
        pull = CandidatePull(candidate, platform)
        try:
            found = yield from pull.run()
        except PullError as error:
            yield Passed(0, error.outcome, error.sentence)
            text = _translated(error, candidate, _familiar(plan), platform)
            for line in filter(None, (DAEMON + text).split("\n")):
                yield Say(line, error.assumed)
            return Verdict(error.outcome, 1, error=text, engine_seconds=pull.cost)
        yield Passed(0, Outcome.FOUND)
        yield Say(f"{candidate.tag or candidate.reference}: Pulling from {candidate.repository}")
        yield Say(f"Digest: {found.digest}")
        yield Say(f"Status: Downloaded newer image for {_familiar(plan)}{candidate.suffix}")
        yield Say(candidate.reference)
        return Verdict(Outcome.FOUND, 0, found, engine_seconds=pull.cost)


MOBY_CONTAINERD = MobyContainerd()


def _familiar(plan: Plan) -> str:
    """Return the image's name as dockerd writes it: without docker.io, without `library`."""
    return parse_moby(plan.name, MobyGrammar.DISTRIBUTION_2).familiar_name


def _translated(error: PullError, candidate: Candidate, name: str, platform: Platform) -> str:
    """Return the error as dockerd words it: a denied pull and a missing platform in the words of its other store."""
    text = str(error)
    if not error.fetching:
        text = f"failed to resolve reference {go_quote(candidate.reference)}: {error}"
    if INVALID_AUTHORIZATION in text and _NO_LOGIN not in text:
        return f"pull access denied for {name}, repository does not exist or may require 'docker login'"
    if _NO_PLATFORM in text:
        where = f"{platform.os}/{platform.architecture}"
        return f"no matching manifest for {where} in the manifest list entries: {text}"
    return text
