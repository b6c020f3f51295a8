"""The v1 protocol, which RHEL's Docker falls back to and regtui never speaks: what the try would come to.

Sources: distribution/pull_v1.go and registry/session.go of projectatomic/docker 1.13.1-rhel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines import costs
from regtui.engines.base import Say
from regtui.engines.distribution import other
from regtui.engines.ended import Ended
from regtui.gotext import url_error
from regtui.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Generator

    from regtui.engines.base import Answer, Candidate, Endpoint, Move


def pull_v1(candidate: Candidate, endpoint: Endpoint, twin: Ended | None) -> Generator[Move, Answer | None, Ended]:
    """Say what the engine's v1 try would come to; nothing is sent (distribution/pull_v1.go, registry/session.go).

    A connection that failed for v2 fails for v1 too. Where HTTP was spoken, the usual answer, 404, is assumed.
    """
    if candidate.digest:
        error = other("Cannot pull by digest with v1 registry")
        sentence = "the v1 protocol knows no digests"
        return Ended(Outcome.SKIPPED, sentence, error, falls_back=True, unsupported=True)
    failure = twin.failure if twin else ""
    seconds = costs.DIAL if twin and twin.timed_out and twin.seconds == costs.PING else twin.seconds if twin else 0.0
    outcome = twin.outcome if twin else Outcome.NOT_FOUND
    if failure and endpoint.scheme == "https":
        error = other(url_error("GET", f"{endpoint.url}/v1/_ping", failure, quoted=False))
        return Ended(outcome, "fails as v2 did", error, falls_back=True, seconds=seconds)
    yield Say(f"Pulling repository {candidate.full_name}", assumed=not failure)
    if failure:
        url = f"{endpoint.url}/v1/repositories/{candidate.repository}/images"
        text = f"Error while pulling image: {url_error('GET', url, failure, quoted=False)}"
        if twin and twin.timed_out:
            text = (
                f"Network timed out while trying to connect to {url}. "
                "You may want to check your internet connection or if you are behind a proxy."
            )
        return Ended(outcome, "fails as v2 did", other(text), seconds=seconds)
    error = other(f"Error: image {candidate.repository}:{candidate.tag} not found")
    return Ended(Outcome.NOT_FOUND, "not asked: 404 is assumed", error, assumed=True)
