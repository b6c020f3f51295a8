"""What podman and CRI-O read on a host: registries.conf, short names, policy.json, auth.json."""
