"""regtui: which registry serves `docker pull NAME` on this host, and which line of which file made it so."""

__version__ = "0.1.0"
