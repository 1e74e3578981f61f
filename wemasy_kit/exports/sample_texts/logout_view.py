# A logout to copy into your own server: Django, Flask, or any synchronous Python 3.9 or later.
#   Django   message = log_out(request.session, put_aside); request.session.flush(); return HttpResponse(message)
#   Flask    message = log_out(session, put_aside); session.clear(); return message
# It reads the token from the session, where your own login put it: `wemasy_token`.
# Let the view take POST only. Keep the session on the server: Flask's own is a cookie that its reader can decode.
# The call belongs on the server. In a browser every script of the page could read the token, and none could read
# Retry-After: no header of the shop is exposed to pages of another origin (CORS).
from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

BASE_URL = "https://api.wemasy.nl/api"
DEADLINE = 10  # seconds, of the whole call


def revoke(token: str, base_url: str = BASE_URL) -> tuple[str, int | None]:
    """Asks the shop to revoke a token, once. Returns a state, and the seconds to leave before the next try, or None.

    "revoked"; "not_accepted", it opens nothing any more; "unconfirmed", nobody knows: treat it as live.
    """
    url = urlsplit(f"{base_url}/services/webshop/v1/customer/auth/logout")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    connect = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = connect(url.netloc, timeout=DEADLINE)
    deadline = threading.Timer(DEADLINE, lambda: sock.shutdown(socket.SHUT_RDWR))
    try:
        connection.connect()
        sock = connection.sock
        end = time.monotonic() + DEADLINE  # of the whole call; the timeout is one between two bytes
        deadline.start()
        connection.request("POST", url.path, headers=headers)
        r = connection.getresponse()  # Not redirected: a login page at the end of a redirect answers 200.
        data = r.read(65537)
        whole = not r.length and len(data) <= 65536 and time.monotonic() < end
        if r.status in (429, 503):
            told = r.headers.get("Retry-After", "")
            return "unconfirmed", (max(1, int(told)) if re.fullmatch("[0-9]{1,9}", told) else 60) + 1
        body = json.loads(data)
    except (OSError, http.client.HTTPException, ValueError, RecursionError):  # not logged: it may hold the token
        return "unconfirmed", None
    finally:
        deadline.cancel()
        connection.close()
    if not whole or not isinstance(body, dict):
        return "unconfirmed", None
    # A gateway in front of the shop answers 401 too, and asks for a password of its own.
    if r.status == 401 and re.match(r"bearer\b", r.headers.get("WWW-Authenticate", "Bearer"), re.IGNORECASE):
        return "not_accepted", None
    message = body.get("message")
    clean = body.get("error", False) is False and "errors" not in body and isinstance(message, (str, type(None)))
    # Without a mark of the endpoint a 200 may be anyone's: a maintenance page, a catch-all.
    limited = "X-RateLimit-Limit" in r.headers or "X-RateLimit-Remaining" in r.headers
    marked = message == "Logged out." or (limited and ("error" in body or "message" in body))
    cached = r.headers.get("Age", "0").strip("0") != ""  # the response to another request
    return "revoked" if r.status == 200 and clean and marked and not cached else "unconfirmed", None


def log_out(session: MutableMapping[str, Any], put_aside: Callable[[str], object], base_url: str = BASE_URL) -> str:
    """Signs the customer out on this device, always. Whether the token is revoked at the shop is another fact.

    `put_aside(token)` keeps what the shop has not confirmed, on the server, for nothing but `revoke_pending`.
    Returns what to tell the customer.
    """
    message = "Signed out."
    token = session.get("wemasy_token")
    if token and revoke(token, base_url)[0] == "unconfirmed":
        put_aside(token)  # before it leaves the session, so that it is never lost
        message = "Signed out on this device. The shop has not confirmed it yet."
    session.pop("wemasy_token", None)
    return message


def revoke_pending(tokens: Iterable[str], forget: Callable[[str], object], base_url: str = BASE_URL) -> int:
    """One pass over the tokens put aside, when your own job calls it. Returns the seconds to leave before the next."""
    for token in tokens:
        state, wait = revoke(token, base_url)
        if state != "unconfirmed":
            forget(token)
        if wait is not None:
            return wait
    return 60
