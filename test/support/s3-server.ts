import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { S3Place } from '#base/storage/index.ts';
import { requirePython } from './outside.ts';
import type { SkippableTest } from './outside.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** An object store that speaks the S3 API, in a process of its own. */
export interface S3Server extends AsyncDisposable {
  /** A part of a bucket, that is made. */
  place(bucket: string, prefix: string): Promise<S3Place>;
  /** Has a bucket keep what is replaced or deleted. */
  keepVersions(bucket: string): Promise<void>;
}

/** Starts moto's server, on a port that the system gives. */
export async function startS3Server(t: SkippableTest): Promise<S3Server> {
  const python = requirePython(t, 'moto', 'flask', 'flask_cors');
  const child = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const endpoint = await new Promise<string>((resolve, reject) => {
    const onData = (part: Buffer): void => {
      printed += part.toString('utf8');
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
      if (address !== undefined) resolve(address);
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('exit', () => reject(new Error(`moto ended: ${printed.slice(-1_000)}`)));
  });
  const ask = async (path: string, body?: string): Promise<void> => {
    // Moto tells services apart by the credential's scope.
    const authorization = `AWS4-HMAC-SHA256 Credential=${CREDENTIALS.accessKeyId}/20260101/us-east-1/s3/aws4_request`;
    await fetch(`${endpoint}${path}`, {
      method: 'PUT',
      headers: { authorization },
      ...(body === undefined ? {} : { body }),
    });
  };
  return {
    place: async (bucket, prefix) => {
      await ask(`/${bucket}`);
      return { endpoint, region: 'us-east-1', bucket, prefix, credentials: CREDENTIALS };
    },
    keepVersions: (bucket) =>
      ask(`/${bucket}?versioning`, '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
