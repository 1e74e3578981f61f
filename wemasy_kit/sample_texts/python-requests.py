# Logs out the customer whose token is in WEMASY_TOKEN. Python 3.10 or later, and requests.
# Exit code: 0 revoked, 3 not accepted, 4 still logged in, 5 not the documented answer, 6 not sent, 7 nobody knows.
import os
import sys

import requests

URL = "https://api.wemasy.nl/api/services/webshop/v1/customer/auth/logout"


def log_out(token: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        with requests.Session() as session:
            session.trust_env = False  # No proxy, and no ~/.netrc, which would replace the token.
            r = session.post(URL, headers=headers, allow_redirects=False, timeout=10)
    except requests.ConnectTimeout:
        return 6, "Nothing was sent."
    except requests.RequestException:  # Its text may hold the token.
        return 7, "No complete answer: treat the token as live."
    try:
        body = r.json()
    except ValueError:
        body = None
    match r.status_code, body:
        case 429, _:
            return 4, f"Still logged in. Retry-After: {r.headers.get('Retry-After', 'not given')}"
        case 401, dict():
            return 3, "Not accepted: never valid, expired, or already revoked."
        case (200, {"error": False}) | (200, {"message": _}) if body.get("error", False) is False:
            return 0, "Revoked."
    return 5, f"Not the documented answer ({r.status_code}): assume that the token still works."


code, meaning = log_out(os.environ["WEMASY_TOKEN"])
print(meaning)
sys.exit(code)
