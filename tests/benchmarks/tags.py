"""`regtui tags` of 100,000 tags against `skopeo list-tags`, and semver order: `python -m tests.benchmarks.tags`."""

from __future__ import annotations

import random
import shutil
import sys
import time

from regtui.browse.order import Order, order_tags
from tests.benchmarks.measuring import best_of_turns, regtui, row, verdict
from tests.benchmarks.synthetic import REPOSITORY, running, tag_names

COUNT = 100_000


def ordered() -> float:
    """Return the fewest milliseconds in which the tags of the benchmark, shuffled, are put into semver order."""
    names = tag_names(COUNT)
    random.Random(1).shuffle(names)
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        order_tags(names, Order.SEMVER)
        best = min(best, (time.perf_counter() - began) * 1000)
    return best


def main() -> int:
    """Measure and print; return 1 where a bound is missed, or skopeo is not there to compare with."""
    skopeo = shutil.which("skopeo")
    if skopeo is None:
        sys.stderr.write("skopeo is not installed\n")
        return 1
    with running(tags=COUNT) as port:
        repository = f"127.0.0.1:{port}/{REPOSITORY}"
        engine = ("--engine", "rhel-docker")
        listed, ordering, peer = best_of_turns(
            regtui("tags", repository, *engine),
            regtui("tags", repository, "--sort", "semver", *engine),
            [skopeo, "list-tags", "--tls-verify=false", f"docker://{repository}"],
        )
    sys.stdout.write(row("skopeo list-tags", peer, peer) + "\n")
    sys.stdout.write(row("regtui tags", listed, peer) + "\n")
    sys.stdout.write(row("regtui tags --sort semver", ordering, peer) + "\n")
    met = [
        listed.lines == ordering.lines == COUNT,
        verdict("wall time as a multiple of skopeo's", listed.wall / peer.wall, 2.5),
        verdict("semver order of 100,000 tags in ms", ordered(), 300),
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
