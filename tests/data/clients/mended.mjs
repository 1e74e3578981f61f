const { WEMASY_BASE_URL: baseUrl, WEMASY_TOKEN: token } = process.env;
try {
  const response = await fetch(`${baseUrl}/services/webshop/v1/customer/auth/logout`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(3000),
  });
  let text = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.length > 65536) process.exit(1);
  }
  const { error = false, message, errors } = JSON.parse(text);
  const { status, headers } = response;
  const ours = message === 'Logged out.' || headers.has('X-RateLimit-Limit');
  const fresh = Number(headers.get('Age') ?? 0) === 0;
  process.exit(status === 200 && error === false && !errors && ours && fresh ? 0 : 1);
} catch {
  process.exit(1); // Nobody knows: the token may still work.
}
