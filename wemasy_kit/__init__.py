"""wemasy_kit: explore `POST …/customer/auth/logout` of the Wemasy webshop API, and know what an answer means.

    token = Token.parse(text)
    outcome = await logout(token, send=live())

An answer is a value (`Outcome`), also a 401 or a 429; only misuse raises (`wemasy_kit.errors`).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wemasy_kit.call.exchange import Exchange as Exchange
    from wemasy_kit.call.exchange import Send as Send
    from wemasy_kit.call.forgetting import MemoryStore as MemoryStore
    from wemasy_kit.call.forgetting import logout_and_forget as logout_and_forget
    from wemasy_kit.call.logout import logout as logout
    from wemasy_kit.call.outcome import Outcome as Outcome
    from wemasy_kit.call.outcome import OutcomeKind as OutcomeKind
    from wemasy_kit.call.outcome import RateLimit as RateLimit
    from wemasy_kit.call.outcome import read as read
    from wemasy_kit.call.request import logout_request as logout_request
    from wemasy_kit.call.token import Token as Token
    from wemasy_kit.cards.ledger import compared as compared
    from wemasy_kit.cards.outcome import card as card
    from wemasy_kit.cards.outcome import documented as documented
    from wemasy_kit.cards.pictures import remaining_chart as remaining_chart
    from wemasy_kit.cards.pictures import timeline as timeline
    from wemasy_kit.cards.samples import sample_tabs as sample_tabs
    from wemasy_kit.errors import InvalidToken as InvalidToken
    from wemasy_kit.errors import WemasyKitError as WemasyKitError
    from wemasy_kit.explorer.exercises import exercise as exercise
    from wemasy_kit.explorer.form import LogoutForm as LogoutForm
    from wemasy_kit.exports.export import export as export
    from wemasy_kit.sandbox.clock import HandClock as HandClock
    from wemasy_kit.sources.cassette import cassette as cassette
    from wemasy_kit.sources.cassette import cassette_names as cassette_names
    from wemasy_kit.sources.cassette import cassette_path as cassette_path
    from wemasy_kit.sources.live import live as live
    from wemasy_kit.sources.sandbox import Sandbox as Sandbox

# Each name is loaded when first used, so that nobody pays for ipywidgets, tornado or vcrpy who does not use them.
_HOME = {
    "Exchange": "call.exchange",
    "HandClock": "sandbox.clock",
    "InvalidToken": "errors",
    "LogoutForm": "explorer.form",
    "MemoryStore": "call.forgetting",
    "Outcome": "call.outcome",
    "OutcomeKind": "call.outcome",
    "RateLimit": "call.outcome",
    "Sandbox": "sources.sandbox",
    "Send": "call.exchange",
    "Token": "call.token",
    "WemasyKitError": "errors",
    "card": "cards.outcome",
    "cassette": "sources.cassette",
    "cassette_names": "sources.cassette",
    "cassette_path": "sources.cassette",
    "compared": "cards.ledger",
    "documented": "cards.outcome",
    "exercise": "explorer.exercises",
    "export": "exports.export",
    "live": "sources.live",
    "logout": "call.logout",
    "logout_and_forget": "call.forgetting",
    "logout_request": "call.request",
    "read": "call.outcome",
    "remaining_chart": "cards.pictures",
    "sample_tabs": "cards.samples",
    "timeline": "cards.pictures",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
