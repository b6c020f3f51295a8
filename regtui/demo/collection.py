"""What lies in the demo's registries: tables of products and versions, and the odd things among them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from regtui.demo.artifacts import helm_chart, referrer, schema1_image
from regtui.demo.images import AMD64, ARM64, ARMV7, PPC64LE, S390X
from regtui.demo.releases import Releases, repository_of
from regtui.demo.spec import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable

_MANY = (AMD64, ARM64, ARMV7, PPC64LE, S390X)
_ALL_SIGNATURES = ("sig", "att", "sbom")

_PRIVATE = (
    Releases(
        "team/app",
        "2.4.1 2.4.0 2.3.7 2.3.6 2.3.5 2.3.0 2.2.2 2.2.1 2.2.0 2.1.0 2.0.3 2.0.0 1.9.4 1.9.0 1.8.0",
        "2025-09-30", 11, 38, base="ubi", port=8080, aliases=True, docker_types=True,
    ),
    Releases(
        "team/api", "5.12.0 5.11.3 5.11.2 5.11.0 5.10.0 5.9.1 5.9.0", "2025-10-02", 9, 52,
        base="ubi", port=8443, aliases=True, signatures=("sig",),
    ),
    Releases("team/worker", "5.12.0 5.11.3 5.11.0 5.10.0", "2025-10-02", 12, 47, base="ubi", aliases=True),
    Releases(
        "team/frontend", "main-7c9f2e1 main-51b0d3a main-e82a90c v3.1.0 v3.0.2 v3.0.1 v3.0.0", "2025-10-06", 3, 12,
        base="alpine", port=80, attested=False, platforms=(AMD64,),
    ),
    Releases("base/rhel7", "7.9-1445 7.9-1409 7.9-1363 7.9-1303", "2024-06-18", 45, 1, base="rhel7",
             platforms=(AMD64,), docker_types=True),
    Releases("base/openjdk", "17.0.12 17.0.11 11.0.24 11.0.23 8u422 8u412", "2024-08-01", 30, 180, base="ubi",
             program="java", docker_types=True),
    Releases("infra/ci-runner", "2025.39 2025.38 2025.37 2025.36 2025.35 2025.34", "2025-09-26", 7, 310),
    Releases("infra/backup", "1.6.0 1.5.2 1.5.1", "2025-03-11", 60, 22, base="alpine", aliases=True),
)  # fmt: skip

_QUAY = (
    Releases(
        "coreos/etcd",
        "v3.5.21 v3.5.20 v3.5.19 v3.5.18 v3.5.17 v3.5.16 v3.5.15 v3.5.14 v3.5.13 v3.5.12 v3.5.11 v3.5.10 v3.5.9 "
        "v3.4.36 v3.4.35 v3.4.34 v3.4.33 v3.4.32 v3.4.31 v3.3.27 v3.3.26 latest",
        "2025-03-28", 21, 18, base="distroless", program="etcd", port=2379, platforms=(AMD64, ARM64, PPC64LE, S390X),
        docker_types=True,
    ),
    Releases("coreos/flannel", "v0.15.1 v0.15.0 v0.14.0 v0.13.0 v0.12.0", "2021-11-05", 70, 17, base="alpine",
             platforms=_MANY, docker_types=True),
    Releases(
        "prometheus/prometheus",
        "v3.4.0 v3.3.1 v3.3.0 v3.2.1 v3.2.0 v3.1.0 v3.0.1 v3.0.0 v2.55.1 v2.55.0 v2.54.1 v2.53.4 v2.53.3 latest main",
        "2025-05-17", 14, 96, base="distroless", port=9090, platforms=_MANY, docker_types=True,
    ),
    Releases("prometheus/node-exporter", "v1.9.1 v1.9.0 v1.8.2 v1.8.1 v1.8.0 v1.7.0 v1.6.1 latest", "2025-04-01", 48,
             11, base="distroless", program="node_exporter", port=9100, platforms=_MANY, docker_types=True),
    Releases("prometheus/alertmanager", "v0.28.1 v0.28.0 v0.27.0 v0.26.0 v0.25.1 latest", "2025-03-07", 66, 29,
             base="distroless", port=9093, platforms=_MANY, docker_types=True),
    Releases("prometheus/blackbox-exporter", "v0.26.0 v0.25.0 v0.24.0 v0.23.0 latest", "2025-02-26", 120, 12,
             base="distroless", program="blackbox_exporter", port=9115, docker_types=True),
    Releases("calico/node", "v3.30.0 v3.29.3 v3.29.2 v3.29.1 v3.29.0 v3.28.3 v3.28.2 v3.27.5", "2025-05-06", 24, 142,
             base="ubi"),
    Releases("calico/cni", "v3.30.0 v3.29.3 v3.29.2 v3.29.1 v3.29.0 v3.28.3", "2025-05-06", 24, 92, base="scratch"),
    Releases("calico/kube-controllers", "v3.30.0 v3.29.3 v3.29.2 v3.29.1", "2025-05-06", 24, 36, base="scratch"),
    Releases("calico/typha", "v3.30.0 v3.29.3 v3.29.2", "2025-05-06", 24, 31, base="scratch"),
    Releases("jetstack/cert-manager-controller", "v1.17.2 v1.17.1 v1.17.0 v1.16.5 v1.16.4 v1.15.5", "2025-04-24", 26,
             21, base="distroless", port=9402, platforms=_MANY, signatures=("sig",)),
    Releases("jetstack/cert-manager-webhook", "v1.17.2 v1.17.1 v1.17.0", "2025-04-24", 26, 18, base="distroless",
             signatures=("sig",)),
    Releases("argoproj/argocd", "v3.0.2 v3.0.1 v3.0.0 v2.14.12 v2.14.11 v2.13.8 v2.13.7 v2.12.12 latest",
             "2025-05-20", 12, 171, port=8080, platforms=(AMD64, ARM64, PPC64LE, S390X), signatures=_ALL_SIGNATURES),
    Releases("cilium/cilium", "v1.17.4 v1.17.3 v1.17.2 v1.17.1 v1.17.0 v1.16.10 v1.16.9 v1.15.17", "2025-05-15", 15,
             203, signatures=("sig", "sbom")),
    Releases("cilium/operator-generic", "v1.17.4 v1.17.3 v1.17.2", "2025-05-15", 15, 42, signatures=("sig",)),
    Releases("ceph/ceph", "v19.2.2 v19.2.1 v19.2.0 v18.2.7 v18.2.4 v17.2.8", "2025-04-11", 50, 402, base="ubi"),
    Releases("keycloak/keycloak", "26.2.4 26.2.3 26.2.0 26.1.5 26.0.8 25.0.6 latest", "2025-05-08", 18, 164,
             base="ubi", port=8443),
    Releases("minio/minio", "RELEASE.2025-04-22T22-12-26Z RELEASE.2025-04-08T15-41-24Z RELEASE.2025-03-12T18-04-18Z "
             "RELEASE.2025-02-28T09-55-16Z latest", "2025-04-22", 16, 53, base="ubi", port=9000),
    Releases("podman/stable", "v5.5.0 v5.4.2 v5.4.1 v5.4.0 v5.3.2 latest", "2025-05-13", 22, 196, base="ubi",
             program="podman"),
    Releases("skopeo/stable", "v1.18.0 v1.17.0 v1.16.1 latest", "2025-02-13", 60, 71, base="ubi", program="skopeo"),
    Releases("strimzi/kafka", "0.46.0-kafka-4.0.0 0.46.0-kafka-3.9.0 0.45.0-kafka-3.9.0 0.45.0-kafka-3.8.1",
             "2025-05-09", 40, 288, base="ubi", port=9092),
    Releases("metallb/controller", "v0.14.9 v0.14.8 v0.14.7 v0.14.5", "2025-01-17", 44, 24, base="distroless",
             platforms=_MANY),
    Releases("arm/only", "1.2.0 1.1.0 latest", "2025-01-30", 33, 14, base="scratch", program="only",
             platforms=(ARM64, ARMV7), docker_types=True),
)  # fmt: skip

_HUB = (
    Releases("library/debian", "12.11 12.10 12.9 12.8 11.11 11.10", "2025-05-19", 40, 0.1, program="bash",
             aliases=True, platforms=_MANY, docker_types=True),
    Releases("library/busybox", "1.37.0 1.36.1 1.36.0 1.35.0", "2024-09-26", 160, 2, base="scratch", aliases=True,
             platforms=_MANY, docker_types=True),
    Releases("library/alpine", "3.21.3 3.21.2 3.21.1 3.20.6 3.20.5 3.19.7", "2025-02-14", 30, 0.1, base="alpine",
             program="sh", aliases=True, platforms=_MANY, docker_types=True),
    Releases("library/nginx", "1.28.0 1.27.5 1.27.4 1.27.3 1.26.3 1.26.2 1.28.0-alpine 1.27.5-alpine", "2025-04-23",
             20, 44, port=80, aliases=True, platforms=_MANY),
    Releases("library/redis", "8.0.1 8.0.0 7.4.3 7.4.2 7.2.8 6.2.18 8.0.1-alpine", "2025-05-13", 25, 31, port=6379,
             aliases=True, docker_types=True),
    Releases("library/postgres", "17.5 17.4 16.9 16.8 15.13 14.18 13.21", "2025-05-08", 34, 118, port=5432,
             aliases=True, docker_types=True),
    Releases("library/python", "3.13.3 3.13.2 3.12.10 3.12.9 3.11.12 3.10.17 3.13.3-slim", "2025-04-08", 28, 330,
             aliases=True),
    Releases("library/golang", "1.24.3 1.24.2 1.23.9 1.23.8", "2025-05-06", 30, 260, program="go", aliases=True),
    Releases("library/node", "24.1.0 22.16.0 22.15.1 20.19.2 18.20.8", "2025-05-21", 20, 340, aliases=True),
    Releases("library/ubuntu", "24.04 22.04 20.04", "2025-04-29", 20, 0.1, program="bash",
             aliases=True, docker_types=True),
    Releases("library/httpd", "2.4.63 2.4.62", "2025-01-23", 120, 24, port=80, aliases=True, docker_types=True),
    Releases("library/mariadb", "11.7.2 11.4.5 10.11.11 10.6.21", "2025-02-20", 45, 90, port=3306,
             aliases=True, docker_types=True),
    Releases("library/memcached", "1.6.38 1.6.37", "2025-03-19", 60, 6, port=11211, aliases=True, docker_types=True),
    Releases("library/rabbitmq", "4.1.0 4.0.9 3.13.7", "2025-04-15", 40, 68, port=5672,
             aliases=True, docker_types=True),
    Releases("library/etcd", "2.3.8 2.3.7", "2017-01-27", 270, 9, base="alpine", program="etcd", port=2379,
             aliases=True, docker_types=True),
    Releases("library/registry", "3.0.0 2.8.3 2.8.2", "2025-04-03", 300, 9, base="alpine", port=5000,
             aliases=True, docker_types=True),
    Releases("grafana/grafana", "12.0.1 12.0.0 11.6.2 11.6.1 11.5.5 10.4.19 latest main", "2025-05-23", 14, 138,
             base="alpine", port=3000, docker_types=True),
)  # fmt: skip


@functools.cache
def private_repositories(registry: str) -> tuple[Repository, ...]:
    """Return what the company's own registry holds: images, a Helm chart, one image in Docker's first schema."""
    charts = tuple(
        (version, helm_chart("shop", version, created))
        for version, created in (
            ("1.4.2", "2025-09-12T08:11:40Z"),
            ("1.4.1", "2025-08-20T14:02:03Z"),
            ("1.4.0", "2025-07-31T10:45:19Z"),
        )
    )
    old = schema1_image()
    return (
        *_built(_PRIVATE, registry),
        Repository("charts/shop", charts),
        Repository("legacy/billing", (("2014.11", old), ("latest", old))),
    )


@functools.cache
def quay_repositories(registry: str) -> tuple[Repository, ...]:
    """Return what the public registry holds, among it an image with referrers."""
    tool = repository_of(Releases("supply/tool", "v1.3.0 v1.2.0", "2025-04-02", 50, 16, base="distroless"), registry)
    newest = tool.tags[0][1]
    untagged = (
        referrer(newest, "application/vnd.cncf.notary.signature", '{"payload":"eyJ0"}', "2025-04-02T12:00:00Z"),
        referrer(newest, "application/spdx+json", '{"spdxVersion":"SPDX-2.3"}', "2025-04-02T12:00:05Z"),
        referrer(newest, "application/vnd.in-toto+json", '{"_type":"statement"}', "2025-04-02T12:00:09Z"),
    )
    return (*_built(_QUAY, registry), Repository(tool.name, tool.tags, untagged))


@functools.cache
def hub_repositories() -> tuple[Repository, ...]:
    """Return what Docker Hub holds."""
    return _built(_HUB, "docker.io")


def _built(table: Iterable[Releases], registry: str) -> tuple[Repository, ...]:
    return tuple(repository_of(releases, registry) for releases in table)
