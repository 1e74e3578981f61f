"""HTTP file: a request for the VS Code REST Client and for JetBrains' HTTP client, which share the format. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from wemasy_kit.contract.document import Contract
from wemasy_kit.exports.example import Example


def http_file(contract: Contract, examples: Sequence[Example]) -> str:
    """The file. `@note` makes VS Code ask before it sends; `@no-log` keeps the token out of JetBrains' history."""
    responses = "\n".join(f"#   {response.status} {response.description}" for response in contract.responses)
    return f"""\
# {contract.description}
# Sending this really logs the token out. The VS Code REST Client asks for the token each time; JetBrains' HTTP client
# takes `token` from http-client.private.env.json, which is never to be committed.
#
# The documented responses:
{responses}

@baseUrl = {contract.base_url}

### {contract.title}
# @prompt token The bearer token to revoke
# @note
# @no-redirect
# @no-cookie-jar
# @no-log
{contract.method} {{{{baseUrl}}}}{contract.path}
Accept: application/json
Authorization: Bearer {{{{token}}}}
"""
