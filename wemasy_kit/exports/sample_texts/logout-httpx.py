# Logs out the customer whose token is in WEMASY_TOKEN, at Wemasy or WEMASY_BASE_URL. Python 3.11 or later, and httpx.
# Exit code: 0 revoked, 3 not accepted, 4 too many requests, 5 not the documented response, 6 not sent, 7 nobody knows.
import asyncio
import os
import sys

import httpx


async def log_out(token: str) -> tuple[int, str]:
    if not token:
        return 2, "Set WEMASY_TOKEN."
    base_url = os.environ.get("WEMASY_BASE_URL") or "https://api.wemasy.nl/api"
    url = f"{base_url}/services/webshop/v1/customer/auth/logout"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        async with asyncio.timeout(10), httpx.AsyncClient(timeout=None, follow_redirects=False) as client:
            r = await client.post(url, headers=headers)
    except httpx.ConnectError:
        return 6, "Nothing was sent."
    except (httpx.HTTPError, TimeoutError):  # its text may hold the token
        return 7, "No complete response: treat the token as live."
    try:
        body = r.json()
    except (ValueError, RecursionError):
        body = None
    if r.status_code == 429:
        return 4, f"This request revoked nothing. Retry-After: {r.headers.get('Retry-After', 'not given')}"
    if isinstance(body, dict):
        if r.status_code == 401:
            return 3, "Not accepted: never valid, expired, or already revoked."
        limited = any(name.lower().startswith("x-ratelimit-") for name in r.headers)
        message = body.get("message")
        clean = body.get("error", False) is False and "errors" not in body and isinstance(message, str | None)
        cached = r.headers.get("Age", "0").strip("0") != ""  # the response to another request
        if r.status_code == 200 and clean and not cached and (limited or message == "Logged out."):
            return 0, "Revoked."
    return 5, f"Not the documented response ({r.status_code}): assume that the token still works."


code, meaning = asyncio.run(log_out(os.environ.get("WEMASY_TOKEN", "")))
print(meaning)
sys.exit(code)
