import httpx


def log_out(base_url: str, token: str) -> bool:
    try:
        response = httpx.post(
            f"{base_url}/services/webshop/v1/customer/auth/logout",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )
    except httpx.HTTPError:
        return False
    return response.status_code == 200
