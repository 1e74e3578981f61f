// Logs out the customer whose token is in WEMASY_TOKEN, at Wemasy or WEMASY_BASE_URL. Node.js 18 or later.
// Exit code: 0 revoked, 3 not accepted, 4 too many requests, 5 not the documented response, 6 not sent, 7 nobody knows.
async function logOut(token) {
  if (!token) return [2, 'Set WEMASY_TOKEN.'];
  const baseUrl = process.env.WEMASY_BASE_URL || 'https://api.wemasy.nl/api';
  let response, text, body;
  try {
    response = await fetch(`${baseUrl}/services/webshop/v1/customer/auth/logout`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    });
    text = await response.text();
  } catch (error) { // Its message may hold the token.
    if (['ENOTFOUND', 'ECONNREFUSED'].includes(error.cause?.code)) return [6, 'Nothing was sent.'];
    return [7, 'No complete response: treat the token as live.'];
  }
  try { body = JSON.parse(text); } catch { body = null; }
  const { status, headers } = response;
  const retryAfter = headers.get('Retry-After') ?? 'not given';
  if (status === 429) return [4, `This request revoked nothing. Retry-After: ${retryAfter}`];
  if (body !== null && typeof body === 'object' && !Array.isArray(body)) {
    if (status === 401) return [3, 'Not accepted: never valid, expired, or already revoked.'];
    const limited = [...headers.keys()].some((name) => name.startsWith('x-ratelimit-'));
    const { error = false, message = null, errors = null } = body;
    const clean = error === false && errors === null && (message === null || typeof message === 'string');
    const cached = Number(headers.get('Age')) > 0; // The response to another request.
    if (status === 200 && clean && !cached && (limited || message === 'Logged out.')) return [0, 'Revoked.'];
  }
  return [5, `Not the documented response (${status}): assume that the token still works.`];
}

const [code, meaning] = await logOut(process.env.WEMASY_TOKEN);
console.log(meaning);
process.exitCode = code;
