import { Type } from '#base/core/index.ts';
import { requireReason, requireSerial } from '#trust/identity/index.ts';
import type { RevokeTarget } from '#trust/identity/index.ts';
import { ApiError } from '../errors.ts';
import { closed } from '../forms.ts';
import type { Route } from '../route.ts';

interface RevokeBody {
  readonly device?: string;
  readonly serial?: string;
  readonly type?: string;
  readonly issuer?: number;
  readonly reason?: string;
}

interface ConfirmBody extends Pick<RevokeBody, 'device' | 'serial' | 'type'> {
  /** A list of revoked certificates, DER in base64. */
  readonly list?: string;
}

/** @throws {ApiError} API_BODY_INVALID unless it names one target */
function targetOf({ device, serial, type, issuer }: RevokeBody): RevokeTarget {
  const targets: RevokeTarget[] = [
    ...(device === undefined ? [] : [{ kind: 'device', name: device } as const]),
    ...(serial === undefined ? [] : [{ kind: 'serial', serial: requireSerial(serial) } as const]),
    ...(type === undefined ? [] : [{ kind: 'type', type } as const]),
    ...(issuer === undefined ? [] : [{ kind: 'issuer', generation: issuer } as const]),
  ];
  const [target] = targets;
  if (target !== undefined && targets.length === 1) return target;
  throw new ApiError('API_BODY_INVALID', `Cannot tell what is meant: ${targets.length} targets are named, not one`, {
    hint: 'Name a device, a serial, a type or an issuer',
  });
}

const TARGET = {
  device: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  serial: Type.Optional(Type.String({ minLength: 2, maxLength: 64 })),
  type: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
};

const WORD = Type.Optional(Type.String({ maxLength: 64 }));
const ISSUER = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 }));

/** What takes certificates back, and what vouches for those that are suspended. */
export const REVOCATION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/revocations/going',
    summary: 'what a revocation would take back, before it does',
    access: {
      action: 'administer',
      resource: ({ query }) => ({ type: 'device', name: query['device'] ?? '*' }),
    },
    query: closed({ device: WORD, serial: WORD, type: WORD, issuer: ISSUER }),
    answer: { json: Type.Object({ devices: Type.Integer(), certificates: Type.Integer() }) },
    handle: async ({ query: { issuer, ...named }, caller }, { identity }) => {
      const target = targetOf(issuer === undefined ? named : { ...named, issuer: Number(issuer) });
      const { devices, certificates } = await identity.revocations.going(target, caller.peer.serial);
      return { json: { devices: devices.length, certificates: certificates.length } };
    },
  },
  {
    method: 'POST',
    path: '/v1/revocations',
    summary: 'take a device or certificates back for ever',
    access: {
      action: 'administer',
      resource: ({ body }) => ({ type: 'device', name: (body as RevokeBody).device ?? '*' }),
    },
    body: Type.Object(
      {
        ...TARGET,
        issuer: ISSUER,
        reason: Type.Optional(Type.String({ maxLength: 40 })),
      },
      { additionalProperties: false },
    ),
    answer: {
      json: Type.Object({ devices: Type.Integer(), certificates: Type.Integer(), reason: Type.String() }),
    },
    handle: async ({ body, caller }, { identity }) => {
      const asked = body as RevokeBody;
      const reason = requireReason(asked.reason ?? 'unspecified');
      const done = await identity.revocations.revoke(targetOf(asked), reason, caller.actor, caller.peer.serial);
      return { json: { devices: done.devices.length, certificates: done.serials.length, reason } };
    },
  },
  {
    method: 'POST',
    path: '/v1/confirmations',
    summary: 'vouch for certificates that are suspended because the log lacks entries',
    access: {
      action: 'administer',
      resource: ({ body }) => ({ type: 'device', name: (body as ConfirmBody).device ?? '*' }),
    },
    body: Type.Object(
      { ...TARGET, list: Type.Optional(Type.String({ minLength: 4, maxLength: 3_900_000 })) },
      { additionalProperties: false },
    ),
    answer: { json: Type.Object({ confirmed: Type.Integer(), revoked: Type.Integer() }) },
    handle: async ({ body, caller }, { identity }) => {
      const { list, ...target } = body as ConfirmBody;
      const { continuity } = identity;
      if (list === undefined) {
        return { json: { confirmed: await continuity.confirm(targetOf(target), caller.actor), revoked: 0 } };
      }
      if (Object.keys(target).length > 0) throw new ApiError('API_BODY_INVALID', 'Cannot confirm: a list is no target');
      const der = new Uint8Array(Buffer.from(list, 'base64'));
      return { json: await continuity.confirmByList(der, caller.actor) };
    },
  },
];
