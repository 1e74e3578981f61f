"""Bruno: a collection as a folder of files, with the recorded exchanges as saved examples. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from wemasy_kit.call.request import Headers
from wemasy_kit.contract.document import Contract
from wemasy_kit.exports.example import Example, as_json, line

_TEST = """\
test("The token is revoked", function() {
  expect(res.getStatus()).to.equal(200);
  const body = res.getBody();
  expect("error" in body ? body.error === false : "message" in body).to.equal(true);
});"""


def bruno(contract: Contract, examples: Sequence[Example]) -> dict[str, str]:
    """The folder. The token is a secret variable: Bruno keeps its value elsewhere, so the folder can be committed."""
    address, method = "{{baseUrl}}" + contract.path, contract.method.lower()
    blocks = [
        _block("meta", f"name: {contract.title}", "type: http", "seq: 1"),
        _block(method, f"url: {address}", "body: none", "auth: bearer"),
        _block("headers", "Accept: application/json"),
        _block("auth:bearer", "token: {{token}}"),
        _block("tests", _TEST),
        # A redirect to a page with a 200 is no success.
        _block("settings", "encodeUrl: true", "followRedirects: false", "timeout: 10000"),
        _block("docs", contract.description, "", "Sending this really logs the token out."),
        *(_example(example, f"url: {address}", f"method: {method}", "mode: none") for example in examples),
    ]
    return {
        "bruno.json": as_json({"version": "1", "name": f"Wemasy: {contract.title}", "type": "collection"}),
        "environments/Wemasy.bru": _block("vars", f"baseUrl: {contract.base_url}") + "\nvars:secret [\n  token\n]\n",
        f"{contract.title}.bru": "\n\n".join(blocks) + "\n",
    }


def _example(example: Example, *request: str) -> str:
    # Three quotes would end the text; in JSON an apostrophe can be written in this way.
    body = example.text.replace("'''", r"\u0027\u0027\u0027")
    said = (
        _headers(example.headers),
        _block("status:", f"code: {example.status}", f"text: {line(example.reason)}"),
        _block("body:", f"type: {example.language}", "content: '''", *_indented(body), "'''"),
    )
    return _block(
        "example",
        f"name: {example.name}",
        f"description: {example.origin}",
        "",
        _block("request:", *request, _headers(example.sent)),
        "",
        _block("response:", "\n\n".join(said)),
    )


def _headers(headers: Headers) -> str:
    return _block("headers:", *(f"{line(name)}: {line(value)}" for name, value in headers))


def _block(name: str, *texts: str) -> str:
    """A block of Bruno's language. What it holds stands indented, so that no brace in it can end it."""
    return "\n".join([f"{name} {{", *_indented(*texts), "}"])


def _indented(*texts: str) -> list[str]:
    return [f"  {part}".rstrip() for text in texts for part in text.splitlines() or [""]]
