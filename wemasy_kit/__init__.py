"""wemasy_kit: explore `POST …/customer/auth/logout` of the Wemasy webshop API, and know what an answer means.

    token = Token.parse(text)
    outcome = await logout(token, send=live())

An answer is a value (`Outcome`), also a 401 or a 429; only misuse raises (`wemasy_kit.errors`).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wemasy_kit.errors import InvalidToken as InvalidToken
    from wemasy_kit.errors import WemasyKitError as WemasyKitError
    from wemasy_kit.exchange import Exchange as Exchange
    from wemasy_kit.exchange import Send as Send
    from wemasy_kit.explorer.cards import card as card
    from wemasy_kit.explorer.cards import documented as documented
    from wemasy_kit.explorer.exercises import exercise as exercise
    from wemasy_kit.explorer.form import LogoutForm as LogoutForm
    from wemasy_kit.explorer.ledger_card import compared as compared
    from wemasy_kit.explorer.pictures import remaining_chart as remaining_chart
    from wemasy_kit.explorer.pictures import timeline as timeline
    from wemasy_kit.explorer.sample_card import sample_tabs as sample_tabs
    from wemasy_kit.exports import export as export
    from wemasy_kit.flow import logout as logout
    from wemasy_kit.forgetting import MemoryStore as MemoryStore
    from wemasy_kit.forgetting import logout_and_forget as logout_and_forget
    from wemasy_kit.outcome import Outcome as Outcome
    from wemasy_kit.outcome import OutcomeKind as OutcomeKind
    from wemasy_kit.outcome import RateLimit as RateLimit
    from wemasy_kit.outcome import read as read
    from wemasy_kit.request import logout_request as logout_request
    from wemasy_kit.sandbox.clock import HandClock as HandClock
    from wemasy_kit.sources.cassette import cassette as cassette
    from wemasy_kit.sources.cassette import cassette_names as cassette_names
    from wemasy_kit.sources.cassette import cassette_path as cassette_path
    from wemasy_kit.sources.live import live as live
    from wemasy_kit.sources.sandbox import Sandbox as Sandbox
    from wemasy_kit.token import Token as Token

# Each name is loaded when first used, so that nobody pays for ipywidgets, tornado or vcrpy who does not use them.
_HOME = {
    "Exchange": "exchange",
    "HandClock": "sandbox.clock",
    "InvalidToken": "errors",
    "LogoutForm": "explorer.form",
    "MemoryStore": "forgetting",
    "Outcome": "outcome",
    "OutcomeKind": "outcome",
    "RateLimit": "outcome",
    "Sandbox": "sources.sandbox",
    "Send": "exchange",
    "Token": "token",
    "WemasyKitError": "errors",
    "card": "explorer.cards",
    "cassette": "sources.cassette",
    "cassette_names": "sources.cassette",
    "cassette_path": "sources.cassette",
    "compared": "explorer.ledger_card",
    "documented": "explorer.cards",
    "exercise": "explorer.exercises",
    "export": "exports",
    "live": "sources.live",
    "logout": "flow",
    "logout_and_forget": "forgetting",
    "logout_request": "request",
    "read": "outcome",
    "remaining_chart": "explorer.pictures",
    "sample_tabs": "explorer.sample_card",
    "timeline": "explorer.pictures",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
