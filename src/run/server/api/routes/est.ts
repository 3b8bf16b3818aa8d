import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { EST_MEDIA, MAX_REQUEST_BYTES, certsOnly, decodeRequest, requestAttributes } from '#trust/identity/index.ts';
import type { DeviceCertificate, EncryptionAdvice, Identity } from '#trust/identity/index.ts';
import { adviceFor, advisedKey } from '../device-advice.ts';
import type { DeviceCaller } from '../enrolee-caller.ts';
import { ApiError } from '../errors.ts';
import type { Route, RouteReply, RouteRequest } from '../route.ts';
import type { Services } from '../services.ts';
import { ADVICE } from './devices.ts';

const device = (name: string) => ({ type: 'device', name }) as const;
/** Where a device has its advice from; certificates that it takes point there. @see RFC 8288 */
const ADVICE_PATH = '/v1/advice';
const ADVICE_LINK = `<${ADVICE_PATH}>; rel="describedby"; type="application/json"`;
/** Base64 with its line ends. */
const MOST_BODY = MAX_REQUEST_BYTES * 2;

/**
 * Enrolment over Secure Transport, on the device port: first certificates and renewals.
 *
 * @see RFC 7030 section 4
 */
export const EST_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/.well-known/est/cacerts',
    summary: 'the authorities of this platform',
    access: 'open',
    answer: { media: [EST_MEDIA.certificates] },
    handle: async (_request, { identity }) => {
      const { roots, issuing } = identity.certificates;
      return base64(certsOnly(...roots, ...issuing), EST_MEDIA.certificates);
    },
  },
  {
    method: 'GET',
    path: '/.well-known/est/csrattrs',
    summary: 'what a certificate request should hold',
    access: 'open',
    answer: { media: [EST_MEDIA.attributes] },
    // To who shows a certificate of ours, for itself: what a further key should be.
    handle: async ({ caller: { peer } }, services) => {
      const known = peer.kind === 'device' ? services.identity.inventory.find(peer.name ?? '') : null;
      const advice = known === null ? null : await adviceOf(known.name, services);
      return base64(requestAttributes(advisedKey(advice)), EST_MEDIA.attributes);
    },
  },
  {
    method: 'GET',
    path: ADVICE_PATH,
    summary: 'what the device that asks should be encrypted with, as `advice.json` has it',
    who: 'enrolee',
    access: { action: 'certify', resource: ({ caller }) => device(caller.subject.id) },
    answer: { json: ADVICE },
    handle: async (request, services) => {
      const { subject, enrolee } = request.caller as DeviceCaller;
      const advice =
        enrolee === null
          ? await adviceOf(subject.id, services)
          : adviceFor({ type: enrolee.request.type, profile: enrolee.request.profile ?? null }, services);
      if (advice !== null) return { json: advice };
      throw new ApiError('API_ROUTE_UNKNOWN', 'Cannot advise: the template has no such type of device any more');
    },
  },
  certifying(
    '/.well-known/est/simpleenroll',
    'a first certificate, by token or by the certificate of the manufacturer',
    async ({ enrolee }, request, { enrolment }) => {
      if (enrolee === null) {
        throw new ApiError('API_FORBIDDEN', 'Cannot enrol: this device has a certificate already', {
          hint: 'Renew it with simplereenroll',
        });
      }
      return enrolment.complete(enrolee, await requestOf(request));
    },
  ),
  certifying(
    '/.well-known/est/simplereenroll',
    'a further certificate for a device that shows its own; its name stays',
    async ({ enrolee, subject, peer }, request, { enrolment }) => {
      if (enrolee !== null || peer.serial === null) {
        throw new ApiError('API_FORBIDDEN', 'Cannot renew: the device does not show a certificate of this platform', {
          hint: 'Take a first certificate with simpleenroll',
        });
      }
      return enrolment.renew(subject.id, peer.serial, await requestOf(request));
    },
  ),
];

async function adviceOf(name: string, services: Services): Promise<EncryptionAdvice | null> {
  return adviceFor(await services.identity.inventory.show(name), services);
}

/** A route that takes a certificate request and answers with the certificate. */
function certifying(
  path: string,
  summary: string,
  certify: (caller: DeviceCaller, request: RouteRequest, identity: Identity) => Promise<DeviceCertificate>,
): Route {
  return {
    method: 'POST',
    path,
    summary,
    who: 'enrolee',
    access: { action: 'certify', resource: ({ caller }) => device(caller.subject.id) },
    raw: true,
    takes: [EST_MEDIA.request],
    answer: { media: [EST_MEDIA.certificates] },
    handle: async (request, { identity }) =>
      certificateOf(await certify(request.caller as DeviceCaller, request, identity)),
  };
}

/** Clients differ in what they call the body; what counts is that it is a request. */
async function requestOf({ stream }: RouteRequest): Promise<Uint8Array> {
  return decodeRequest(await text(Readable.from(bounded(stream))));
}

async function* bounded(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > MOST_BODY)
      throw new ApiError('API_BODY_INVALID', `Cannot take request: it is longer than ${MOST_BODY} bytes`);
    yield chunk;
  }
}

/** The device's own certificate and nothing else. @see RFC 7030 section 4.2.3 */
function certificateOf({ certificate }: DeviceCertificate): RouteReply {
  const own = certificate.slice(0, certificate.indexOf('-----END') + '-----END CERTIFICATE-----'.length);
  return base64(certsOnly(own), EST_MEDIA.certificates, { link: ADVICE_LINK });
}

function base64(body: string, contentType: string, more: Readonly<Record<string, string>> = {}): RouteReply {
  return { text: body, contentType, headers: { 'content-transfer-encoding': 'base64', ...more } };
}
