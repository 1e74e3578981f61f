"""Postman: a Collection v2.1, the recorded exchanges as saved examples, the token in a secret variable. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from wemasy_kit.contract.document import Contract
from wemasy_kit.exports.example import Example, as_json, pairs

_SCRIPT = """\
pm.test("The token is revoked", () => {
    pm.response.to.have.status(200);
    const body = pm.response.json();
    pm.expect([undefined, false]).to.include(body.error);
    // Without a mark of the endpoint a 200 may be anyone's: a maintenance page, a catch-all.
    const limited = pm.response.headers.has("X-RateLimit-Limit") || pm.response.headers.has("X-RateLimit-Remaining");
    pm.expect(limited || body.message === "Logged out.").to.be.true;
});"""


def postman(contract: Contract, examples: Sequence[Example]) -> str:
    """The collection. Its one test passes only if the token is revoked."""
    request = {
        "method": contract.method,
        "header": pairs((("Accept", "application/json"),), "key"),
        "url": {
            "raw": "{{baseUrl}}" + contract.path,
            "host": ["{{baseUrl}}"],
            "path": contract.path.strip("/").split("/"),
        },
        "description": contract.description,
    }
    collection = {
        "info": {
            "name": f"Wemasy: {contract.title}",
            "description": f"{contract.description}\n\nSending the request really logs the token out. Put the token "
            "into the variable `token`, as its current value only: Postman shares the initial ones.",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [
            {"key": "baseUrl", "value": contract.base_url, "type": "string"},
            {"key": "token", "value": "", "type": "secret"},
        ],
        "item": [
            {
                "name": contract.title,
                "request": request,
                # A redirect to a page with a 200 is no success.
                "protocolProfileBehavior": {"followRedirects": False},
                "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": _SCRIPT.splitlines()}}],
                "response": [
                    {
                        "name": example.name,
                        "originalRequest": {
                            **request,
                            **({} if example.exchange.url == contract.url else {"url": example.exchange.url}),
                            "header": pairs(example.exchange.request_headers, "key"),
                            "description": example.origin,
                        },
                        "status": example.exchange.reason,
                        "code": example.exchange.status,
                        "_postman_previewlanguage": "json" if "json" in example.header("Content-Type") else "text",
                        "header": pairs(example.exchange.headers, "key"),
                        "cookie": [],
                        "body": example.text,
                    }
                    for example in examples
                ],
            }
        ],
    }
    return as_json(collection)
