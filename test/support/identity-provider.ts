import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cleanable } from './tmp.ts';

/** An identity provider that runs in the test's process, with a browser in which somebody is signed in as `ada`. */
export interface TestProvider {
  readonly url: string;
  /** Opens an address, logs in, agrees to everything; the address outside of the provider that it ends at. */
  browse(address: string): Promise<string>;
  /** Enters the code of a device, logs in, agrees to everything. */
  enterCode(address: string, userCode: string): Promise<void>;
}

type ProviderClass = new (issuer: string, configuration: object) => { callback(): RequestListener };

/**
 * Starts one: `oidc-provider`, with the public client `weir-cli`. Whoever logs in is in the group `analysts`, but for
 * `eve`, who is in none.
 */
export async function startIdentityProvider(t: Cleanable, account = 'ada'): Promise<TestProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', await quietly(() => makeProvider(url)));
  return {
    url,
    browse: (address) => new Browser(url, account).open(address),
    enterCode: async (address, userCode) => {
      const browser = new Browser(url, account);
      await browser.submitCode(address, userCode);
    },
  };
}

async function makeProvider(url: string): Promise<RequestListener> {
  // @ts-expect-error: the package has no types of its own
  const { default: Provider } = (await import('oidc-provider')) as { default: ProviderClass };
  const provider = new Provider(url, {
    clients: [
      {
        client_id: 'weir-cli',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/returned'],
        response_types: ['code'],
        grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
      },
    ],
    claims: { openid: ['sub'], profile: ['groups'] },
    conformIdTokenClaims: false,
    features: { deviceFlow: { enabled: true } },
    cookies: { keys: ['for tests only'] },
    ttl: {
      Interaction: 600,
      Session: 600,
      Grant: 600,
      AccessToken: 600,
      IdToken: 600,
      DeviceCode: 600,
      AuthorizationCode: 60,
    },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, groups: id === 'eve' ? [] : ['analysts'] }),
    }),
  });
  return provider.callback();
}

/** The package tells on the console that its defaults are for development, which is what this is. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn, info } = console;
  Object.assign(console, { warn: () => {}, info: () => {} });
  try {
    return await work();
  } finally {
    Object.assign(console, { warn, info });
  }
}

/** As much of a browser as a login needs: cookies, redirects, forms. */
class Browser {
  readonly #provider: string;
  readonly #account: string;
  readonly #cookies = new Map<string, string>();

  constructor(provider: string, account: string) {
    this.#provider = provider;
    this.#account = account;
  }

  async open(address: string): Promise<string> {
    return this.#follow(await this.#send(address));
  }

  async submitCode(address: string, userCode: string): Promise<void> {
    const page = await (await this.#send(address)).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const confirm = await this.#send(address, { xsrf, user_code: userCode });
    await this.#follow(await this.#send(address, { xsrf, user_code: userCode, confirm: 'yes' }));
    void confirm.body?.cancel();
  }

  async #follow(first: Response): Promise<string> {
    let response = first;
    // A login and a consent take some ten steps.
    for (let step = 0; step < 30; step++) {
      const location = response.headers.get('location');
      if (location === null) {
        const text = await response.text();
        const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1];
        const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
        if (prompt === undefined || action === undefined) return text;
        const form = { prompt, ...(prompt === 'login' ? { login: this.#account, password: 'x' } : {}) };
        response = await this.#send(new URL(action, this.#provider).href, form);
        continue;
      }
      const next = new URL(location, this.#provider);
      if (next.origin !== this.#provider) return next.href;
      response = await this.#send(next.href);
    }
    throw new Error('the login goes round in circles');
  }

  async #send(address: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { cookie },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}
