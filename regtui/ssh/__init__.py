"""Another host's files, names and network, through the system's `ssh`: nothing is installed or written there."""
