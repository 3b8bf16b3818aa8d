import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Files of a certificate and its key, and the certificate as PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly pem: string;
}

/** A self-signed server certificate for localhost, P-256, as files and PEM: what a peer shows. */
export async function makeServerCertificate(folder: string): Promise<ServerCertificate> {
  const certificate = join(folder, 'peer.crt');
  const key = join(folder, 'peer.key');
  const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost
    -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:TRUE -addext extendedKeyUsage=serverAuth`;
  await promisify(execFile)('openssl', [...request.split(/\s+/), '-keyout', key, '-out', certificate]);
  return { certificate, key, pem: await readFile(certificate, 'utf8') };
}
