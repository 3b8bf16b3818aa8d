import { formatMicros, Type } from '#base/core/index.ts';
import type { ExpectedDevice } from '#trust/identity/index.ts';
import { ApiError } from '../errors.ts';
import { closed, count, limitUpTo, listOf, orNull, text, time } from '../forms.ts';
import type { Route } from '../route.ts';

const access = { action: 'enrol', resource: () => ({ type: 'device', name: '*' }) as const } as const;

const EXPECTED = Type.Object({
  manufacturer: text,
  serial: text,
  name: text,
  type: text,
  created: time,
  used: orNull(time),
});

/** The list of devices that may enrol with the certificate of their manufacturer. */
export const EXPECTED_DEVICE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/expected-devices',
    summary: 'devices that may enrol with the certificate of their manufacturer, and those that did',
    query: closed({ limit: limitUpTo(20_000, 1_000) }),
    answer: { json: Type.Object({ total: count, devices: listOf(EXPECTED) }) },
    access,
    handle: async ({ query }, { identity }) => {
      const { total, devices } = await identity.enrolment.expected.list(Number(query['limit'] ?? 1_000));
      const rows = devices.map(({ created, used, ...row }) => ({
        ...row,
        created: formatMicros(created),
        used: used === null ? null : formatMicros(used),
      }));
      return { json: { total, devices: rows } };
    },
  },
  {
    method: 'POST',
    path: '/v1/expected-devices/remove',
    summary: 'takes a device off the list, or all that have not enrolled',
    answer: { json: Type.Object({ removed: count }) },
    access,
    body: Type.Object(
      { name: Type.Optional(Type.String({ maxLength: 64 })), all: Type.Optional(Type.Boolean()) },
      { additionalProperties: false },
    ),
    handle: async ({ body, caller }, { identity: { enrolment } }) => {
      const { name, all } = body as { name?: string; all?: boolean };
      if ((name === undefined) !== (all === true)) {
        throw new ApiError('API_BODY_INVALID', 'Cannot take devices off the list: give either `name` or `all`');
      }
      if (name === undefined) return { json: { removed: await enrolment.expected.clear(caller.actor) } };
      await enrolment.expected.remove(name, caller.actor);
      return { json: { removed: 1 } };
    },
  },
  {
    method: 'POST',
    path: '/v1/expected-devices',
    summary: 'devices that may enrol with the certificate of their manufacturer',
    answer: { status: 201, json: Type.Object({ added: count, known: count }) },
    access,
    body: Type.Object(
      {
        devices: Type.Array(
          Type.Object(
            {
              manufacturer: Type.String({ maxLength: 64 }),
              serial: Type.String({ maxLength: 64 }),
              name: Type.String({ maxLength: 64 }),
              type: Type.String({ maxLength: 64 }),
              owner: Type.Optional(Type.String({ maxLength: 200 })),
              model: Type.Optional(Type.String({ maxLength: 200 })),
              firmware: Type.Optional(Type.String({ maxLength: 200 })),
            },
            { additionalProperties: false },
          ),
          { minItems: 1, maxItems: 20_000 },
        ),
      },
      { additionalProperties: false },
    ),
    handle: async ({ body, caller }, { identity }) => {
      const { devices } = body as unknown as { devices: readonly ExpectedDevice[] };
      return { json: await identity.enrolment.expected.add(devices, caller.actor), status: 201 };
    },
  },
];
