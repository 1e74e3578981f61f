import httpx


def log_out(base_url: str, token: str) -> bool:
    response = httpx.post(
        f"{base_url}/services/webshop/v1/customer/auth/logout",
        headers={"Authorization": f"Bearer {token}"},
        follow_redirects=True,
    )
    return response.is_success
