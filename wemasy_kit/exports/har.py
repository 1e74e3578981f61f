"""HAR: the recorded exchanges as an HTTP Archive 1.2, for the network tab of a browser and for proxies."""

from __future__ import annotations

import datetime
import importlib.metadata
from collections.abc import Sequence
from typing import Any

from wemasy_kit.call.headers import http_date
from wemasy_kit.contract.document import Contract
from wemasy_kit.exports.example import Example, as_json, pairs


def har(contract: Contract, examples: Sequence[Example]) -> str:
    """The archive. A cassette keeps no times but the response's Date, so every duration in it is 0."""
    log = {
        "version": "1.2",
        "creator": {"name": "wemasy-kit", "version": importlib.metadata.version("wemasy-kit")},
        "comment": f"{contract.title}: {contract.method} {contract.url}",
        "entries": [_entry(example) for example in examples],
    }
    return as_json({"log": log})


def _entry(example: Example) -> dict[str, Any]:
    exchange = example.exchange
    # Both halves have these; -1 is HAR's word for what is not known.
    common: dict[str, Any] = {"httpVersion": "HTTP/1.1", "cookies": [], "headersSize": -1}
    size = len(exchange.body)
    return {
        "startedDateTime": _moment(example),
        "time": 0,
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            **common,
            "headers": pairs(exchange.request_headers, "name"),
            "queryString": [],
            "bodySize": 0,
        },
        "response": {
            "status": exchange.status,
            "statusText": exchange.reason,
            **common,
            "headers": pairs(exchange.headers, "name"),
            "content": {"size": size, "mimeType": example.header("Content-Type"), "text": example.text},
            "redirectURL": example.header("Location"),
            "bodySize": size,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": f"{example.name}. {example.origin}",
    }


def _moment(example: Example) -> str:
    """HAR insists on one: 1970 where the recording does not tell."""
    return datetime.datetime.fromtimestamp(http_date(example.header("Date")) or 0, datetime.UTC).isoformat()
