"""The configuration screen as entries of lines: pure, from a survey of the host."""

from __future__ import annotations

from regtui.tui.configuration.findings import verdict_entries
from regtui.tui.configuration.settings import setting_entries

__all__ = ["setting_entries", "verdict_entries"]
