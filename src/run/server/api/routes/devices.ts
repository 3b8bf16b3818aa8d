import { days, formatMicros, micros, minutes, Type } from '#base/core/index.ts';
import { DEVICE_CLASSES, POWERS } from '#declare/template/index.ts';
import { CERTIFICATE_ALGORITHMS } from '#base/crypto/index.ts';
import type { CertificateAlgorithm } from '#base/crypto/index.ts';
import { decodeRequest, ENCRYPTION_PARTS, LINKS } from '#trust/identity/index.ts';
import type { DeviceBundle, DeviceCertificate, DeviceDescription, DeviceRecord } from '#trust/identity/index.ts';
import { adviceFor, advisedKey } from '../device-advice.ts';
import { ApiError } from '../errors.ts';
import { count, dataClass, json, listOf, orNull, text, time } from '../forms.ts';
import type { Route } from '../route.ts';

const device = (name: string) => ({ type: 'device', name }) as const;

const DEVICE = Type.Object({
  name: text,
  type: text,
  status: text,
  created: orNull(time),
  lastSeen: orNull(time),
  certificateExpires: orNull(time),
  speaksFor: listOf(text),
  owner: orNull(text),
  model: orNull(text),
  firmware: orNull(text),
  certificates: listOf(text),
  suspended: listOf(text),
  hardwareSerials: listOf(text),
  firstSeen: orNull(time),
  addresses: listOf(text),
  posture: Type.Object({ state: text, at: orNull(time), detail: orNull(text) }),
  profile: orNull(
    Type.Object({
      class: json,
      cannot: listOf(text),
      compensate: Type.Record(Type.String(), text),
      uncompensated: listOf(text),
      algorithm: text,
      cryptoEnds: count,
      supportEnds: orNull(time),
      endsIn: count,
      endsBecause: Type.Enum(['cryptography', 'support'] as const),
    }),
  ),
});

const BUNDLE = Type.Object({ device: DEVICE, key: Type.Optional(text), certificate: text, authority: text });

/** What a device should be encrypted with: what that rests on, an answer for each part, and what they leave open. */
export const ADVICE = Type.Object({
  premises: Type.Object({
    class: Type.Enum(DEVICE_CLASSES),
    power: Type.Enum(POWERS),
    link: Type.Enum(LINKS),
    data: dataClass,
    lifetime: orNull(Type.Integer({ minimum: 0, description: 'Milliseconds.' })),
    cannot: listOf(text),
  }),
  parts: listOf(
    Type.Object({
      part: Type.Enum(ENCRYPTION_PARTS),
      rule: text,
      choice: text,
      algorithm: orNull(text),
      mode: orNull(text),
      keyBits: orNull(count),
      everyDays: orNull(count),
      why: text,
      source: text,
    }),
  ),
  cautions: listOf(Type.Object({ rule: text, text, source: text })),
});

const ENROLLED = Type.Object({ ...BUNDLE.properties, advice: orNull(ADVICE) });

/** A device as lists show it. */
function show(record: DeviceRecord): unknown {
  const { name, type, status, speaksFor, owner, model, firmware, serials, suspended = [], profile, posture } = record;
  const time = (at: number | null) => (at === null ? null : formatMicros(micros(at)));
  return {
    name,
    type,
    status,
    created: time(record.created),
    lastSeen: time(record.lastSeen),
    certificateExpires: time(record.certificateExpires),
    speaksFor,
    owner,
    model,
    firmware,
    certificates: serials,
    suspended,
    hardwareSerials: record.hardwareSerials,
    firstSeen: time(record.firstSeen),
    addresses: record.addresses,
    posture: { ...posture, at: time(posture.at) },
    profile: profile === null ? null : { ...profile, supportEnds: time(profile.supportEnds) },
  };
}

/** Devices of the platform's own, such as the prober, get their certificates from it alone. */
function requireAuthors(name: string): void {
  if (name.startsWith('_')) throw new ApiError('API_FORBIDDEN', `Cannot certify ${name}: it is the platform's own`);
}

const certified = ({ device: record, certificate, authority }: DeviceCertificate) => ({
  device: show(record),
  certificate,
  authority,
});

const bundle = ({ device: record, key, certificate, authority }: DeviceBundle) => ({
  device: show(record),
  key,
  certificate,
  authority,
});

/** What is said of a device that is enrolled, beside what describes it. */
interface EnrolBody {
  readonly name: string;
  readonly type: string;
  readonly days?: number;
  readonly csr?: string;
  readonly key?: 'advised' | CertificateAlgorithm;
}

const DAY = Type.String({ pattern: '^20[0-9]{2}-[0-9]{2}-[0-9]{2}$' });
const CANNOT = Type.Array(Type.String({ pattern: '^[a-z0-9.-]{1,40}$' }), { maxItems: 16 });

interface Said {
  readonly supportEnds?: string;
  readonly cannot?: readonly string[];
}

/** What is said of one device's abilities, where something is. */
function profileOf({ supportEnds, cannot }: Said): { profile?: { cannot?: readonly string[]; supportEnds?: number } } {
  if (supportEnds === undefined && cannot === undefined) return {};
  const at = Date.parse(`${supportEnds}T23:59:59Z`);
  if (supportEnds !== undefined && Number.isNaN(at)) {
    throw new ApiError('API_BODY_INVALID', `Cannot use ${supportEnds}: there is no such day`);
  }
  return {
    profile: {
      ...(cannot === undefined ? {} : { cannot }),
      ...(supportEnds === undefined ? {} : { supportEnds: at * 1_000 }),
    },
  };
}

export const DEVICE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/devices',
    summary: 'Every device of the inventory',
    access: { action: 'enrol', resource: () => device('*') },
    answer: { json: Type.Object({ devices: listOf(DEVICE) }) },
    handle: async (_request, { identity }) => ({
      json: { devices: [...(await identity.inventory.list()), await identity.inventory.show('_probe')].map(show) },
    }),
  },
  {
    method: 'GET',
    path: '/v1/devices/:name',
    summary: 'One device',
    access: { action: 'enrol', resource: ({ params }) => device(params['name'] ?? '') },
    answer: { json: Type.Object({ ...DEVICE.properties, newTokens: count }) },
    handle: async ({ params }, services) => {
      const record = await services.identity.inventory.show(params['name'] ?? '');
      return { json: { ...(show(record) as object), newTokens: await services.newTokens(record.name) } };
    },
  },
  {
    method: 'POST',
    path: '/v1/devices',
    summary: 'Enrol a device: a certificate, and its key, which is kept nowhere else',
    access: { action: 'enrol', resource: ({ body }) => device((body as { name: string }).name) },
    answer: { status: 201, json: ENROLLED },
    body: Type.Object(
      {
        name: Type.String({ maxLength: 64 }),
        type: Type.String({ maxLength: 64 }),
        days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650 })),
        owner: Type.Optional(Type.String({ maxLength: 200 })),
        model: Type.Optional(Type.String({ maxLength: 200 })),
        firmware: Type.Optional(Type.String({ maxLength: 200 })),
        /** A certificate request: the device made its own key. */
        csr: Type.Optional(Type.String({ maxLength: 65_536 })),
        /** The kind of a key that the platform makes, or `advised` for the one that the advice names. */
        key: Type.Optional(Type.Enum(['advised', ...CERTIFICATE_ALGORITHMS])),
        supportEnds: Type.Optional(DAY),
        cannot: Type.Optional(CANNOT),
      },
      { additionalProperties: false },
    ),
    handle: async ({ body, caller }, services) => {
      const { inventory, enrolment } = services.identity;
      const { days: life, csr, key: kind, ...said } = body as unknown as EnrolBody & Said;
      if (csr !== undefined && kind !== undefined)
        throw new ApiError(
          'API_BODY_INVALID',
          'Cannot enrol: `key` is of a key that the platform makes, and `csr` brings one',
        );
      const device = { ...said, ...profileOf(said), ...(life === undefined ? {} : { life: days(life) }) };
      const made: DeviceCertificate & { readonly key?: string } =
        csr === undefined
          ? await inventory.enrol(
              device,
              caller.actor,
              kind === 'advised' ? advisedKey(adviceFor(device, services)) : kind,
            )
          : await enrolment.enrol(device, decodeRequest(csr), caller.actor);
      const key = made.key === undefined ? {} : { key: made.key };
      return { json: { ...certified(made), ...key, advice: adviceFor(made.device, services) }, status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/devices/:name/enrol-token',
    summary: 'a token with which a device enrols once',
    answer: { status: 201, json: Type.Object({ token: text, device: text, type: text, expires: time }) },
    access: { action: 'enrol', resource: ({ params }) => device(params['name'] ?? '') },
    body: Type.Object(
      { type: Type.String({ maxLength: 64 }), minutes: Type.Integer({ minimum: 1, maximum: 10_080 }) },
      { additionalProperties: false },
    ),
    handle: async ({ body, params, caller }, { identity }) => {
      const { type, minutes: life } = body as { type: string; minutes: number };
      const made = await identity.enrolment.issueToken(params['name'] ?? '', type, minutes(life), caller.actor);
      return { json: { ...made, expires: formatMicros(made.expires) }, status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/devices/:name/certificate',
    summary: 'Another certificate for a device; older ones stay valid',
    access: { action: 'enrol', resource: ({ params }) => device(params['name'] ?? '') },
    answer: { status: 201, json: BUNDLE },
    body: Type.Object({ days: Type.Integer({ minimum: 1, maximum: 3_650 }) }, { additionalProperties: false }),
    handle: async ({ body, params, caller }, { identity }) => {
      requireAuthors(params['name'] ?? '');
      const life = days((body as { days: number }).days);
      return { json: bundle(await identity.inventory.renew(params['name'] ?? '', life, caller.actor)), status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/devices/:name/description',
    summary: 'change what is known of a device',
    answer: { json: DEVICE },
    access: { action: 'enrol', resource: ({ params }) => device(params['name'] ?? '') },
    body: Type.Object(
      {
        owner: Type.Optional(Type.String({ maxLength: 200 })),
        model: Type.Optional(Type.String({ maxLength: 200 })),
        firmware: Type.Optional(Type.String({ maxLength: 200 })),
        hardwareSerials: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 16 })),
        supportEnds: Type.Optional(DAY),
        cannot: Type.Optional(CANNOT),
      },
      { additionalProperties: false },
    ),
    handle: async ({ params, body, caller }, { identity }) => {
      const { supportEnds, cannot, ...known } = body as unknown as Said & DeviceDescription;
      const said = {
        ...(supportEnds === undefined ? {} : { supportEnds }),
        ...(cannot === undefined ? {} : { cannot }),
      };
      const described = { ...known, ...profileOf(said) };
      return { json: show(await identity.inventory.describe(params['name'] ?? '', described, caller.actor)) };
    },
  },
  {
    method: 'POST',
    path: '/v1/devices/:name/posture',
    summary: 'report the state of a device',
    answer: { json: DEVICE },
    access: { action: 'enrol', resource: ({ params }) => device(params['name'] ?? '') },
    body: Type.Object(
      { state: Type.Enum(['good', 'bad'] as const), detail: Type.Optional(Type.String({ maxLength: 500 })) },
      { additionalProperties: false },
    ),
    handle: async ({ params, body, caller }, { identity }) => {
      const { state, detail } = body as { state: 'good' | 'bad'; detail?: string };
      const report = { state, detail: detail ?? null };
      return { json: show(await identity.inventory.recordPosture(params['name'] ?? '', report, caller.actor)) };
    },
  },
  ...(['disable', 'enable'] as const).map((verb): Route => ({
    method: 'POST',
    path: `/v1/devices/:name/${verb}`,
    summary: verb === 'disable' ? 'Keep a device out and end its sessions' : 'Let a disabled device in again',
    access: { action: 'administer', resource: ({ params }) => device(params['name'] ?? '') },
    answer: { json: DEVICE },
    handle: async ({ params, caller }, { identity }) => ({
      json: show(await identity.inventory[verb](params['name'] ?? '', caller.actor)),
    }),
  })),
  {
    method: 'POST',
    path: '/v1/devices/:name/speaks-for',
    summary: 'Say for which types of devices a device may send',
    access: { action: 'administer', resource: ({ params }) => device(params['name'] ?? '') },
    answer: { json: DEVICE },
    body: Type.Object(
      { types: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 }) },
      { additionalProperties: false },
    ),
    handle: async ({ params, body, caller }, { identity }) => {
      const { types } = body as { types: string[] };
      return { json: show(await identity.inventory.speaksFor(params['name'] ?? '', types, caller.actor)) };
    },
  },
];
