// A logout to copy into your own server: Next.js, Deno, Workers, or whatever else has the web's Request and Response.
//   Next.js, app/logout/route.js   export const POST = logoutRoute({ putAside });
//   Deno                           Deno.serve(logoutRoute({ putAside }));
//   Workers                        export default { fetch: logoutRoute({ putAside }) };
// It reads the token from a cookie that your own login set: `wemasy_token`; HttpOnly, Secure, Path=/.
// The call belongs on the server. In a browser every script of the page could read the token, and none could read
// Retry-After: no header of the shop is exposed to pages of another origin (CORS).

/**
 * Asks the shop to revoke a token, once.
 * `state`: "revoked"; "not_accepted", it opens nothing any more; "unconfirmed", nobody knows: treat it as live.
 * `wait`: seconds to leave before the next try, after a 429 or 503; else null.
 */
export async function revoke(token, baseUrl = 'https://api.wemasy.nl/api') {
  const unconfirmed = { state: 'unconfirmed', wait: null };
  let response, body;
  try {
    response = await fetch(`${baseUrl}/services/webshop/v1/customer/auth/logout`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      redirect: 'manual', // A login page at the end of a redirect answers 200.
      signal: AbortSignal.timeout(10_000),
    });
    body = await response.text();
  } catch { // Not logged: the message may hold the token.
    return unconfirmed;
  }
  const { status, headers } = response;
  if (status === 429 || status === 503) {
    const told = headers.get('Retry-After') ?? '';
    return { ...unconfirmed, wait: (/^\d{1,9}$/.test(told) ? Math.max(1, Number(told)) : 60) + 1 };
  }
  try { body = JSON.parse(body); } catch { return unconfirmed; }
  if (body === null || typeof body !== 'object') return unconfirmed;
  // A gateway in front of the shop answers 401 too, and asks for a password of its own.
  const ofTheShop = /^bearer\b/i.test(headers.get('WWW-Authenticate') ?? 'Bearer');
  if (status === 401 && ofTheShop) return { state: 'not_accepted', wait: null };
  const { error = false, message = null, errors = null } = body;
  const clean = error === false && errors === null && (message === null || typeof message === 'string');
  // Without a mark of the endpoint a 200 may be anyone's: a maintenance page, a catch-all.
  const limited = headers.has('X-RateLimit-Limit') || headers.has('X-RateLimit-Remaining');
  const marked = message === 'Logged out.' || (limited && ('error' in body || 'message' in body));
  const cached = Number(headers.get('Age')) > 0; // The response to another request.
  return status === 200 && clean && marked && !cached ? { state: 'revoked', wait: null } : unconfirmed;
}

/**
 * The route. It signs the customer out on this device always; whether the token is revoked at the shop is another fact.
 * `putAside(token)` keeps what the shop has not confirmed, on the server, for nothing but `revokePending`.
 */
export const logoutRoute = ({ putAside, baseUrl }) => async (request) => {
  if (request.method !== 'POST') return new Response(null, { status: 405, headers: { Allow: 'POST' } });
  const headers = new Headers({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  const held = /(?:^|; *)wemasy_token=([^;]+)/.exec(request.headers.get('Cookie') ?? '');
  let state = 'no_token'; // Nothing to do, and no cookie to clear: a form of another site may have sent this.
  if (held) {
    let token = held[1];
    try { token = decodeURIComponent(token); } catch { /* It was not encoded. */ }
    ({ state } = await revoke(token, baseUrl));
    if (state === 'unconfirmed') await putAside(token);
    headers.set('Set-Cookie', 'wemasy_token=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax');
  }
  const pending = state === 'unconfirmed';
  const message = pending ? 'Signed out on this device. The shop has not confirmed it yet.' : 'Signed out.';
  return new Response(JSON.stringify({ signedOut: true, shop: state, message }), { headers });
};

/** One pass over the tokens put aside, when your own job calls it. Returns the seconds to leave before the next. */
export async function revokePending(tokens, forget, baseUrl) {
  for (const token of tokens) {
    const { state, wait } = await revoke(token, baseUrl);
    if (state !== 'unconfirmed') await forget(token);
    if (wait !== null) return wait;
  }
  return 60;
}
