# Logs out the customer whose token is in WEMASY_TOKEN, at Wemasy or WEMASY_BASE_URL. Python 3.9 or later, and requests.
# Exit code: 0 revoked, 3 not accepted, 4 too many requests, 5 not the documented response, 7 no complete response.
import os
import sys
import threading

import requests


def log_out(token: str) -> tuple[int, str]:
    if not token:
        return 2, "Set WEMASY_TOKEN."
    base_url = os.environ.get("WEMASY_BASE_URL") or "https://api.wemasy.nl/api"
    url = f"{base_url}/services/webshop/v1/customer/auth/logout"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy, and no ~/.netrc, which would replace the token
            r = session.post(url, headers=headers, allow_redirects=False, timeout=30)
    except (requests.RequestException, ValueError):  # its text may hold the token
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
        clean = body.get("error", False) is False and "errors" not in body and isinstance(message, (str, type(None)))
        cached = r.headers.get("Age", "0").strip("0") != ""  # the response to another request
        if r.status_code == 200 and clean and not cached and (limited or message == "Logged out."):
            return 0, "Revoked."
    return 5, f"Not the documented response ({r.status_code}): assume that the token still works."


def give_up() -> None:
    print("No complete response: treat the token as live.", flush=True)
    os._exit(7)


deadline = threading.Timer(10, give_up)  # of the whole call: a timeout of requests is one between two bytes
deadline.daemon = True
deadline.start()
code, meaning = log_out(os.environ.get("WEMASY_TOKEN", ""))
print(meaning)
sys.exit(code)
