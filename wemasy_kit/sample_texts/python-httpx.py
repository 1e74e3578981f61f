# Logs out the customer whose token is in WEMASY_TOKEN. Python 3.11 or later, and httpx.
# Exit code: 0 revoked, 3 not accepted, 4 still logged in, 5 not the documented answer, 6 not sent, 7 nobody knows.
import asyncio
import os
import sys

import httpx

URL = "https://api.wemasy.nl/api/services/webshop/v1/customer/auth/logout"


async def log_out(token: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        # httpx's own timeout is for each read; this one is for the whole call. httpx follows no redirects by itself.
        async with asyncio.timeout(10), httpx.AsyncClient(timeout=None, trust_env=False) as client:
            r = await client.post(URL, headers=headers)
    except httpx.ConnectError:
        return 6, "Nothing was sent."
    except (httpx.HTTPError, TimeoutError):  # Its text may hold the token.
        return 7, "No complete answer: treat the token as live."
    ...
