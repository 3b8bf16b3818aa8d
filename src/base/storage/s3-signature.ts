import { encodeUtf8, toHex } from '#base/core/index.ts';
import { hmacSha256, sha256Hex } from '#base/crypto/index.ts';

/** Who asks an object store. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that are given for a while. */
  readonly sessionToken?: string;
}

export interface S3Request {
  readonly method: string;
  /** Its path and query as they are sent, each byte escaped but unreserved ones. */
  readonly url: URL;
  /** Header fields besides those that signing adds; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the body. */
  readonly payload: string;
}

const SCHEME = 'AWS4-HMAC-SHA256';

/**
 * Header fields of a request with those that sign it. The service is always `s3`.
 *
 * @param time epoch milliseconds; servers take a quarter of an hour of difference
 * @see AWS Signature Version 4, "Create a signed AWS API request"
 */
export function signS3Request(
  { method, url, headers, payload }: S3Request,
  { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
  region: string,
  time: number,
): Record<string, string> {
  const stamp = new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${stamp.slice(0, 8)}/${region}/s3/aws4_request`;
  const all: Record<string, string> = {
    ...headers,
    host: url.host,
    'x-amz-content-sha256': payload,
    'x-amz-date': stamp,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(all).toSorted();
  const canonical = [
    method,
    url.pathname,
    canonicalQuery(url),
    ...names.map((name) => `${name}:${all[name]?.trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const text = [SCHEME, stamp, scope, sha256Hex(canonical)].join('\n');
  const key = [stamp.slice(0, 8), region, 's3', 'aws4_request'].reduce(
    (secret, part) => hmacSha256(secret, encodeUtf8(part)),
    encodeUtf8(`AWS4${secretAccessKey}`),
  );
  const signature = toHex(hmacSha256(key, encodeUtf8(text)));
  // `fetch` sets the host itself.
  const { host: _host, ...sent } = all;
  const authorization = `${SCHEME} Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...sent, authorization };
}

function canonicalQuery(url: URL): string {
  return [...url.searchParams]
    .map(([name, value]) => `${escapeS3(name)}=${escapeS3(value)}`)
    .toSorted()
    .join('&');
}

/** Escapes all bytes but unreserved ones. @see RFC 3986 section 2.3 */
export function escapeS3(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
