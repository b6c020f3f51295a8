"""The flags that dockerd knows, with their kinds: one table for Docker 1.13.1 of RHEL, one for moby from 20.10 on.

Sources: cli/flags/common.go, daemon/config.go, daemon/config_unix.go and registry/config.go of 1.13.1 with the fork's
additions; cmd/dockerd/{options,config,config_unix}.go of moby. Moby's table is the union over its versions: a flag that
came or went with one version is known, since the version is mostly unknown.
"""

from __future__ import annotations

from enum import Enum, auto

from regtui.frozen import dataclass
from regtui.host.model import EngineName

Version = tuple[int, int]
"""A version of dockerd, as far as rules differ by it: the fork's 1.13, or moby's (20, 10), (23, 0), (28, 0)."""

FORK: Version = (1, 13)
MOBY_DEFAULT: Version = (20, 10)


class Kind(Enum):
    """What a flag takes, and what a field of the same name takes in daemon.json."""

    BOOL = auto()
    INT = auto()
    STRING = auto()
    QUOTED = auto()
    LIST = auto()
    MAP = auto()
    IP = auto()
    ULIMIT = auto()
    RUNTIME = auto()
    BYTES = auto()
    POOL = auto()


class Check(Enum):
    """The validator of a list's values."""

    INDEX_NAME = auto()
    MIRROR = auto()
    IP_ADDRESS = auto()
    DNS_SEARCH = auto()
    LABEL = auto()
    HOST = auto()
    GENERIC_RESOURCE = auto()


@dataclass(frozen=True, slots=True)
class KnownFlag:
    """One flag; `named` is the daemon.json key where it differs from the flag's name (opts.NamedOption).

    `in_file` is False where the configuration has no field for it: the key passes dockerd's check and is ignored.
    """

    name: str
    kind: Kind
    shorthand: str = ""
    named: str = ""
    check: Check | None = None
    in_file: bool = True

    @property
    def key(self) -> str:
        """The key in daemon.json."""
        return self.named or self.name


def known_flags(engine: EngineName) -> dict[str, KnownFlag]:
    """Return the engine's flags by name; of an engine that is no dockerd, none."""
    return _TABLES.get(engine, {})


def _plain(kind: Kind, names: str) -> tuple[KnownFlag, ...]:
    """Flags of one kind; `b:bridge` has the shorthand b."""
    pairs = (name.rpartition(":") for name in names.split())
    return tuple(KnownFlag(name, kind, shorthand) for shorthand, _, name in pairs)


_COMMON = (
    *_plain(
        Kind.BOOL,
        "D:debug tls tlsverify raw-logs experimental icc selinux-enabled iptables ip-forward ip-masq ipv6"
        " userland-proxy live-restore init",
    ),
    *_plain(
        Kind.STRING,
        "l:log-level p:pidfile g:graph s:storage-driver log-driver cluster-advertise cluster-store api-cors-header"
        " swarm-default-advertise-addr metrics-addr G:group bip b:bridge fixed-cidr fixed-cidr-v6 default-runtime"
        " exec-root userland-proxy-path cgroup-parent userns-remap containerd init-path seccomp-profile",
    ),
    *_plain(Kind.QUOTED, "tlscacert tlscert tlskey"),
    *_plain(
        Kind.INT,
        "mtu max-concurrent-downloads max-concurrent-uploads shutdown-timeout oom-score-adjust cpu-rt-period"
        " cpu-rt-runtime",
    ),
    *_plain(Kind.IP, "default-gateway default-gateway-v6 ip"),
    KnownFlag("help", Kind.BOOL, "h", in_file=False),
    KnownFlag("version", Kind.BOOL, "v", in_file=False),
    KnownFlag("restart", Kind.BOOL, "r", in_file=False),
    KnownFlag("config-file", Kind.STRING, in_file=False),
    KnownFlag("host", Kind.LIST, "H", "hosts", Check.HOST),
    KnownFlag("registry-mirror", Kind.LIST, named="registry-mirrors", check=Check.MIRROR),
    KnownFlag("insecure-registry", Kind.LIST, named="insecure-registries", check=Check.INDEX_NAME),
    KnownFlag("storage-opt", Kind.LIST, named="storage-opts"),
    KnownFlag("authorization-plugin", Kind.LIST, named="authorization-plugins"),
    KnownFlag("exec-opt", Kind.LIST, named="exec-opts"),
    KnownFlag("dns", Kind.LIST, check=Check.IP_ADDRESS),
    KnownFlag("dns-opt", Kind.LIST, named="dns-opts"),
    KnownFlag("dns-search", Kind.LIST, check=Check.DNS_SEARCH),
    KnownFlag("label", Kind.LIST, named="labels", check=Check.LABEL),
    KnownFlag("log-opt", Kind.MAP, named="log-opts"),
    KnownFlag("cluster-store-opt", Kind.MAP, named="cluster-store-opts"),
    KnownFlag("add-runtime", Kind.RUNTIME, named="runtimes"),
)

_FORK = (
    *_COMMON,
    *_plain(Kind.BOOL, "disable-legacy-registry api-enable-cors enable-secrets signature-verification"),
    KnownFlag("add-registry", Kind.LIST, check=Check.INDEX_NAME),
    KnownFlag("block-registry", Kind.LIST, check=Check.INDEX_NAME),
    # Not a named option before 17.05 (moby#32528): the field is called default-ulimits, which no flag makes known.
    KnownFlag("default-ulimit", Kind.ULIMIT, in_file=False),
)

_MOBY = (
    *_COMMON,
    *_plain(
        Kind.BOOL,
        "cri-containerd ip6tables no-new-privileges rootless allow-direct-routing",
    ),
    *_plain(
        Kind.STRING,
        "data-root containerd-namespace default-ipc-mode default-cgroupns-mode"
        " log-format bip6 bridge-accept-fwmark firewall-backend",
    ),
    *_plain(Kind.INT, "max-download-attempts network-control-plane-mtu network-diagnostic-port"),
    KnownFlag("host-gateway-ip", Kind.IP, named="host-gateway-ip"),
    KnownFlag("containerd-plugins-namespace", Kind.STRING, in_file=False),
    KnownFlag("validate", Kind.BOOL, in_file=False),
    # In the file these stand inside `proxies`; on its outermost level they pass the check and are not read.
    KnownFlag("http-proxy", Kind.STRING, in_file=False),
    KnownFlag("https-proxy", Kind.STRING, in_file=False),
    KnownFlag("no-proxy", Kind.STRING, in_file=False),
    KnownFlag("default-shm-size", Kind.BYTES),
    KnownFlag("default-ulimit", Kind.ULIMIT, named="default-ulimits"),
    KnownFlag("default-address-pool", Kind.POOL, named="default-address-pools"),
    KnownFlag("allow-nondistributable-artifacts", Kind.LIST, check=Check.INDEX_NAME),
    KnownFlag("node-generic-resource", Kind.LIST, named="node-generic-resources", check=Check.GENERIC_RESOURCE),
    KnownFlag("cdi-spec-dir", Kind.LIST, named="cdi-spec-dirs"),
    KnownFlag("default-network-opt", Kind.POOL, named="default-network-opts"),
    KnownFlag("feature", Kind.POOL, named="features"),
    KnownFlag("nri-opts", Kind.POOL),
)

_TABLES = {
    EngineName.RHEL_DOCKER: {flag.name: flag for flag in _FORK},
    EngineName.MOBY: {flag.name: flag for flag in _MOBY},
}
