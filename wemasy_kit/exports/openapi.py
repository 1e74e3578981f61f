"""OpenAPI: the contract as OpenAPI 3.1, with what a generator of clients needs and the page does not say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from wemasy_kit.contract.document import Contract, document
from wemasy_kit.exports.example import Example, as_json

_WARNING: Final = (
    "A client has to send `Accept: application/json` and follow no redirect. OpenAPI cannot say either, and generated "
    "clients do neither by themselves: a shop on Laravel may then redirect a bad token to a login page, whose 200 "
    "looks like a success."
)
_ORIGIN: Final = (
    "Unofficial: wemasy-kit made this from the documented page. Added are the name of the operation, the names of the "
    "schemas, this text, and the examples of the 401 and the 429. Those were recorded from the kit's own sandbox: "
    "nobody has compared them with the live API."
)
_TAG: Final = "The webshop. Of its endpoints this document has one, the customer's logout."
_BEARER: Final = (
    "The customer's Sanctum token, the one that this request revokes. The page says nothing under “Authentication”; "
    "its 401 and its samples tell that it is a bearer token."
)
_SCHEMAS: Final = {"200": "LogoutResponse", "401": "ErrorResponse", "429": "ErrorResponse"}


def openapi(contract: Contract, examples: Sequence[Example]) -> str:
    """The document. All that the contract says stays as it is; schemas that are the same get one name."""
    whole = document()
    operation = whole["paths"][contract.path][contract.method.lower()]
    schemas: dict[str, Any] = {}
    for status, response in operation["responses"].items():
        body = response["content"]["application/json"]
        name = _SCHEMAS[status]
        schemas[name] = body["schema"]
        body["schema"] = {"$ref": f"#/components/schemas/{name}"}
        recorded = [each.exchange.document for each in examples if str(each.exchange.status) == status]
        if "example" not in body and recorded:
            body["example"] = recorded[0]
    operation["operationId"] = "logoutCustomer"
    operation["description"] += f"\n\n{_WARNING}"
    whole["info"] |= {"title": f"Wemasy {contract.group}", "description": f"{_WARNING}\n\n{_ORIGIN}"}
    whole["tags"] = [{"name": contract.group, "description": _TAG}]
    whole["components"]["schemas"] = schemas
    whole["components"]["securitySchemes"]["Auth"]["description"] = _BEARER
    return as_json(whole)
