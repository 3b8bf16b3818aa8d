import { spawn } from 'node:child_process';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Cleanable } from './tmp.ts';

/** A transit engine on loopback. */
export interface TransitServer {
  readonly url: string;
  readonly token: string;
}

interface Key {
  /** By version, from 1; null where it was trimmed. */
  readonly versions: (Buffer | null)[];
  exportable: boolean;
  leastDecryption: number;
  leastEncryption: number;
  leastAvailable: number;
}

type Body = Readonly<Record<string, unknown>>;
type Answer = readonly [status: number, body?: object];

const refuse = (status: number, ...errors: string[]): Answer => [status, { errors }];

/**
 * Starts what stands in for the transit engine of OpenBao and Vault: real AES-256-GCM, the routes that custody uses, and
 * the refusals of the API. The suite that runs against it runs against the engine's own code too, where
 * `WEIR_TRANSIT_ENGINE` names the program of `transit-engine/main.go`.
 */
export async function startTransit(t: Cleanable): Promise<TransitServer> {
  const token = `t.${randomBytes(12).toString('hex')}`;
  const keys = new Map<string, Key>();
  const server = createServer((request, response) => {
    void json(request)
      .catch(() => ({}))
      .then((given) => {
        const [status, body] =
          request.headers['x-vault-token'] === token
            ? answer(keys, request.method ?? '', request.url ?? '', given as Body)
            : refuse(403, 'permission denied');
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token };
}

/** Starts the engine's own code; null where no program is named. */
export async function startTransitEngine(t: Cleanable): Promise<TransitServer | null> {
  const program = process.env['WEIR_TRANSIT_ENGINE'];
  if (program === undefined) return null;
  const token = `t.${randomBytes(12).toString('hex')}`;
  const child = spawn(program, [token], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://${line.toString('utf8').trim()}`, token };
}

function answer(keys: Map<string, Key>, method: string, url: string, body: Body): Answer {
  const [, mount, action = '', name = '', step] =
    /^\/v1\/(transit)\/([a-z]+)\/([\w-]+)(?:\/([a-z]+))?$/.exec(url) ?? [];
  if (mount === undefined) return refuse(404, 'no handler for route');
  const key = keys.get(name);
  if (action === 'keys' && step === undefined && method === 'POST') {
    if (key === undefined) keys.set(name, newKey(body));
    return [204];
  }
  if (key === undefined) return method === 'GET' ? refuse(404) : refuse(400, 'encryption key not found');
  if (action === 'keys') return manage(key, name, method, step, body);
  if (method !== 'POST') return refuse(405);
  return action === 'encrypt' ? encrypt(key, body) : action === 'decrypt' ? decrypt(key, body) : refuse(404);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function newKey({ type, exportable }: Body): Key {
  if (type !== undefined && type !== 'aes256-gcm96') throw new TypeError(`no key of type ${JSON.stringify(type)} here`);
  const first = randomBytes(32);
  return {
    versions: [first],
    exportable: exportable === true,
    leastDecryption: 1,
    leastEncryption: 0,
    leastAvailable: 0,
  };
}

function manage(key: Key, name: string, method: string, step: string | undefined, body: Body): Answer {
  if (method === 'GET' && step === undefined) {
    const data = {
      name,
      type: 'aes256-gcm96',
      exportable: key.exportable,
      latest_version: key.versions.length,
      min_available_version: key.leastAvailable,
      min_decryption_version: key.leastDecryption,
      min_encryption_version: key.leastEncryption,
    };
    return [200, { data }];
  }
  if (step === 'rotate') {
    key.versions.push(randomBytes(32));
    return [204];
  }
  if (step === 'config') {
    const [decryption, encryption] = [body['min_decryption_version'], body['min_encryption_version']].map(Number) as [
      number,
      number,
    ];
    if (Math.max(decryption, encryption) > key.versions.length)
      return refuse(400, 'cannot set version past the latest');
    key.leastDecryption = decryption;
    key.leastEncryption = encryption;
    return [204];
  }
  if (step !== 'trim') return refuse(404);
  const least = Number(body['min_available_version']);
  const bound = Math.min(key.leastDecryption, key.leastEncryption);
  if (key.leastEncryption === 0 || least > bound || least < key.leastAvailable) {
    return refuse(400, 'minimum available version cannot be set past the minimum versions in use');
  }
  for (let version = 1; version < least; version += 1) key.versions[version - 1] = null;
  key.leastAvailable = least;
  return [204];
}

function encrypt(key: Key, body: Body): Answer {
  const version = Number(body['key_version'] ?? 0) || key.versions.length;
  if (version > key.versions.length)
    return refuse(400, 'requested version for encryption is higher than the latest key version');
  if (version < key.leastEncryption)
    return refuse(400, 'requested version for encryption is less than the minimum encryption key version');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.versions[version - 1] ?? Buffer.alloc(0), nonce);
  cipher.setAAD(Buffer.from(textOf(body['associated_data']), 'base64'));
  const sealed = [nonce, cipher.update(Buffer.from(textOf(body['plaintext']), 'base64')), cipher.final()];
  const ciphertext = `vault:v${version}:${Buffer.concat([...sealed, cipher.getAuthTag()]).toString('base64')}`;
  return [200, { data: { ciphertext, key_version: version } }];
}

function decrypt(key: Key, body: Body): Answer {
  const [, number, text = ''] = /^vault:v(\d+):(.*)$/.exec(textOf(body['ciphertext'])) ?? [];
  const version = Number(number);
  if (number === undefined) return refuse(400, 'invalid ciphertext: no prefix');
  if (version < key.leastDecryption)
    return refuse(400, 'ciphertext or signature version is disallowed by policy (too old)');
  const material = key.versions[version - 1];
  const bytes = Buffer.from(text, 'base64');
  if (!material || bytes.length < 28) return refuse(400, 'invalid ciphertext: version is too new');
  try {
    const decipher = createDecipheriv('aes-256-gcm', material, bytes.subarray(0, 12));
    decipher.setAAD(Buffer.from(textOf(body['associated_data']), 'base64'));
    decipher.setAuthTag(bytes.subarray(-16));
    const plaintext = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    return [200, { data: { plaintext: plaintext.toString('base64') } }];
  } catch {
    return refuse(400, 'cipher: message authentication failed');
  }
}
