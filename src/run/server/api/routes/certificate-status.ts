import type { Readable } from 'node:stream';
import { OCSP_REQUEST_LIMIT } from '#trust/identity/index.ts';
import { ApiError } from '../errors.ts';
import type { Route, RouteReply } from '../route.ts';

const LIST_NAME = /^(?:root-([1-9][0-9]{0,8})|([1-9][0-9]{0,8})(-delta)?)\.crl$/;
const CRL_TYPE = 'application/pkix-crl';
const OCSP_TYPE = 'application/ocsp-response';

const ocspReply = (bytes: Uint8Array): RouteReply => ({ bytes, contentType: OCSP_TYPE });

/** What is signed and for everybody: lists of revoked certificates, and the state of one. @see RFC 6960 appendix A */
export const CERTIFICATE_STATUS_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/crl/:name',
    summary: 'the signed list of revoked certificates of an issuing authority, or of authorities that a root took back',
    access: 'open',
    answer: { media: [CRL_TYPE] },
    handle: async ({ params }, { identity }) => {
      const [, root, issuing, delta] = LIST_NAME.exec(params['name'] ?? '') ?? [];
      const kind = delta === undefined ? 'full' : 'delta';
      const { rootLists, lists } = identity;
      const bytes = root === undefined ? await lists[kind](Number(issuing)) : await rootLists.full(Number(root));
      if (bytes === null) throw new ApiError('API_ROUTE_UNKNOWN', 'Cannot answer: there is no such list');
      return { bytes, contentType: CRL_TYPE };
    },
  },
  {
    method: 'POST',
    path: '/ocsp',
    summary: 'the state of a certificate',
    access: 'open',
    raw: true,
    takes: ['application/ocsp-request'],
    answer: { media: [OCSP_TYPE] },
    handle: async ({ stream }, { identity }) => ocspReply(await identity.ocsp.answer(await readBounded(stream))),
  },
  {
    method: 'GET',
    path: '/ocsp/*',
    summary: 'the state of a certificate, asked in the address',
    access: 'open',
    answer: { media: [OCSP_TYPE] },
    handle: async ({ params }, { identity }) =>
      ocspReply(await identity.ocsp.answer(new Uint8Array(Buffer.from(params['*'] ?? '', 'base64')))),
  },
];

/** Nobody sends so much by mistake. */
const GIVEN_UP_AT = 1_048_576;

/** A request; of one that is too long only that it is. */
async function readBounded(stream: Readable): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= OCSP_REQUEST_LIMIT) parts.push(part);
    // The rest is read and forgotten, so that the answer is heard; a flood is broken off.
    if (length > GIVEN_UP_AT) break;
  }
  return length > OCSP_REQUEST_LIMIT ? new Uint8Array(OCSP_REQUEST_LIMIT + 1) : new Uint8Array(Buffer.concat(parts));
}
