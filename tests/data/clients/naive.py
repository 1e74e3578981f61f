# A logout as anyone would write it.
import os
import sys

import requests

url = os.environ["WEMASY_BASE_URL"] + "/services/webshop/v1/customer/auth/logout"
headers = {"Authorization": "Bearer " + os.environ["WEMASY_TOKEN"], "Accept": "application/json"}
try:
    sys.exit(not requests.post(url, headers=headers).ok)
except requests.RequestException:
    sys.exit(1)
