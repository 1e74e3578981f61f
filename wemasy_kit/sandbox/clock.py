"""Clock: stands still until it is moved, so that a minute of the sandbox's takes no time at all."""

from __future__ import annotations


class HandClock:
    """A clock moved by hand, for `Sandbox(clock=…)`; call it for the Unix seconds it shows."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def __call__(self) -> float:
        return self._now

    def forward(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._now += seconds
