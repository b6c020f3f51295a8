"""`regtui tags` of 100,000 tags against `skopeo list-tags`: `python -m tests.benchmarks.tags`."""

from __future__ import annotations

import shutil
import sys

from tests.benchmarks import Figure, compared, show
from tests.benchmarks.measuring import REPETITIONS, best_of_turns, complete, regtui
from tests.benchmarks.synthetic import REPOSITORY, running

COUNT, FEW = 100_000, 5_000
PEER = "`skopeo list-tags`"


def measure(*, short: bool) -> tuple[Figure, ...]:
    """List the tags, as they come and in order, and let skopeo list them, in turns; RuntimeError without skopeo."""
    skopeo = shutil.which("skopeo")
    if skopeo is None:
        raise RuntimeError("skopeo is not installed, and there is nothing else to compare with")
    count = FEW if short else COUNT
    with running(tags=count) as port:
        repository = f"127.0.0.1:{port}/{REPOSITORY}"
        engine = ("--engine", "rhel-docker")
        listed, ordered, peer = best_of_turns(
            regtui("tags", repository, *engine),
            regtui("tags", repository, "--sort", "semver", *engine),
            [skopeo, "list-tags", "--tls-verify=false", f"docker://{repository}"],
            repetitions=1 if short else 2 * REPETITIONS,
        )
    for run in (listed, ordered):
        complete(run, count)
    return (
        compared(f"`regtui tags` of {count:,} tags", listed.wall, peer.wall, PEER, unit="s", limit=2.5),
        compared("the same with `--sort semver`", ordered.wall, peer.wall, PEER, unit="s"),
    )


if __name__ == "__main__":
    sys.exit(show(measure))
