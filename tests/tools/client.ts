// A generated client, used as the description of the export says.
import createClient from 'openapi-fetch';
import type { components, operations, paths } from './schema.js';

declare const process: { argv: string[] };
const [baseUrl, token] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl, headers: { Accept: 'application/json' }, redirect: 'manual' });
const { data, error, response } = await client.POST('/services/webshop/v1/customer/auth/logout', {
  headers: { Authorization: `Bearer ${token}` },
});

type Limits = operations['logoutCustomer']['responses'][429]['headers'];
const retryAfter: keyof Limits = 'Retry-After';
const refused: components['schemas']['ErrorResponse'] | undefined = error;
const done: components['schemas']['LogoutResponse'] | undefined = data;
if (done) console.log(`revoked: ${done.message}`);
else if (response.status === 401) console.log(`not accepted: ${refused?.message}`);
else if (response.status === 429) console.log(`throttled: ${refused?.message} ${response.headers.get(retryAfter)}`);
else console.log(`${response.status}`);
