"""The unit that a host is taken to have where none can be read."""

from __future__ import annotations

from regtui.host.files import FileText
from regtui.host.unit import UnitFiles

CENTOS_7 = """\
[Unit]
Description=Docker Application Container Engine
Documentation=http://docs.docker.com
After=network.target
Wants=docker-storage-setup.service
Requires=docker-cleanup.timer

[Service]
Type=notify
NotifyAccess=main
EnvironmentFile=-/run/containers/registries.conf
EnvironmentFile=-/etc/sysconfig/docker
EnvironmentFile=-/etc/sysconfig/docker-storage
EnvironmentFile=-/etc/sysconfig/docker-network
Environment=GOTRACEBACK=crash
Environment=DOCKER_HTTP_HOST_COMPAT=1
Environment=PATH=/usr/libexec/docker:/usr/bin:/usr/sbin
ExecStart=/usr/bin/dockerd-current \\
          --add-runtime docker-runc=/usr/libexec/docker/docker-runc-current \\
          --default-runtime=docker-runc \\
          --exec-opt native.cgroupdriver=systemd \\
          --userland-proxy-path=/usr/libexec/docker/docker-proxy-current \\
          --init-path=/usr/libexec/docker/docker-init-current \\
          --seccomp-profile=/etc/docker/seccomp.json \\
          $OPTIONS \\
          $DOCKER_STORAGE_OPTIONS \\
          $DOCKER_NETWORK_OPTIONS \\
          $ADD_REGISTRY \\
          $BLOCK_REGISTRY \\
          $INSECURE_REGISTRY \\
          $REGISTRIES
ExecReload=/bin/kill -s HUP $MAINPID
"""
"""docker-1.13.1-209.git7d71120.el7.centos; RHEL's own adds registries.service and rhel-push-plugin."""

CENTOS_7_PATH = "docker.service of CentOS 7"


def centos_7() -> UnitFiles:
    """Return CentOS 7's unit under a path that says that it was not read from the host."""
    return UnitFiles("docker.service", (FileText(CENTOS_7_PATH, CENTOS_7.encode()),))
