// A logout as anyone would write it.
const { WEMASY_BASE_URL: baseUrl, WEMASY_TOKEN: token } = process.env;
try {
  const response = await fetch(`${baseUrl}/services/webshop/v1/customer/auth/logout`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
  });
  process.exit(response.ok ? 0 : 1);
} catch {
  process.exit(1);
}
