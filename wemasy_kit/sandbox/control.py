"""The shop's handle for a test in another language: what a request to the control URL does. No I/O.

The URL has a random part, and there is none where another machine could reach it.
"""

from __future__ import annotations

import dataclasses
import json
from collections import deque
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from wemasy_kit.sandbox.catalogue import UnknownCase
from wemasy_kit.sandbox.log import LoggedRequest
from wemasy_kit.sandbox.rules import Answer, Shop


def control(shop: Shop, log: deque[LoggedRequest], method: str, path: str, body: bytes) -> Answer:
    """Do what is asked for, and tell the result as JSON.

    Args:
        path: What follows the control URL: `/tokens` {"customer"} gives {"token"}; `/next` {"case", "times"};
            `/clock` {"forward"}; `/reset`; and with GET `/requests`.
    """

    def reset(_: object) -> None:
        shop.reset()
        log.clear()

    ways: dict[str, tuple[str, Callable[[Mapping[str, Any]], object]]] = {
        "/tokens": ("POST", lambda asked: {"token": shop.issue_token(str(asked["customer"]))}),
        "/next": ("POST", lambda asked: shop.answer_next(str(asked["case"]), asked.get("times", 1))),
        "/clock": ("POST", lambda asked: shop.forward(asked["forward"])),
        "/reset": ("POST", reset),
        "/requests": ("GET", lambda asked: {"requests": [dataclasses.asdict(each) for each in log]}),
    }
    if path not in ways:
        return _json(404, {"error": "no such control", "near": list(ways)})
    wanted, does = ways[path]
    if method != wanted:
        return _json(405, {"error": f"{path} takes a {wanted}"})
    try:
        asked = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        return _json(400, {"error": "the body is a JSON object, or empty"})
    try:
        return _json(200, does(asked) or {})
    except UnknownCase as error:
        return _json(404, {"error": str(error), "near": error.near})
    except KeyError as error:
        return _json(400, {"error": f"the JSON has no {error.args[0]!r}"})
    except ValueError as error:
        return _json(400, {"error": str(error)})


def _json(status: int, value: object) -> Answer:
    headers = (("Content-Type", "application/json"),)
    return Answer(status, HTTPStatus(status).phrase, headers, json.dumps(value).encode())
