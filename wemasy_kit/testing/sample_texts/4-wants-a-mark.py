import httpx


def log_out(base_url: str, token: str) -> bool:
    try:
        response = httpx.post(
            f"{base_url}/services/webshop/v1/customer/auth/logout",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )
        body = response.json()
    except (httpx.HTTPError, ValueError):
        return False
    if response.status_code != 200 or not isinstance(body, dict) or body.get("error", False) is not False:
        return False
    if response.headers.get("Age", "0") != "0":  # a cache answered, and the shop revoked nothing
        return False
    # Maintenance pages and catch-alls have neither: the page's message, or the header that counts requests.
    return body.get("message") == "Logged out." or "X-RateLimit-Limit" in response.headers
