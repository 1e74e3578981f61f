import json
import os
import signal
import sys

import requests

signal.signal(signal.SIGALRM, lambda *_: sys.exit(1))
signal.alarm(3)  # of the whole call: the time-out of requests is one between two bytes
url = os.environ["WEMASY_BASE_URL"] + "/services/webshop/v1/customer/auth/logout"
headers = {"Authorization": "Bearer " + os.environ["WEMASY_TOKEN"], "Accept": "application/json"}
try:
    response = requests.post(url, headers=headers, allow_redirects=False, stream=True)
    body = b""
    for piece in response.iter_content(4096):
        body += piece
        if len(body) > 65536:
            sys.exit(1)
    said = json.loads(body)
    error, message = said.get("error", False), said.get("message")
except (requests.RequestException, ValueError, AttributeError, RecursionError):
    sys.exit(1)  # Nobody knows: the token may still work.
ours = message == "Logged out." or "X-RateLimit-Limit" in response.headers
fresh = int(response.headers.get("Age", 0)) == 0
sys.exit(not (response.status_code == 200 and error is False and "errors" not in said and ours and fresh))
