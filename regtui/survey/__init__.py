"""A look at a whole host: its settings, findings, certificates, logins, proxies, and the daemon that runs there."""

from __future__ import annotations

from regtui.survey.model import EndpointFacts, Login, RegistryFacts, Stated, Survey
from regtui.survey.settings import read_only, stated

__all__ = ["EndpointFacts", "Login", "RegistryFacts", "Stated", "Survey", "read_only", "stated"]
