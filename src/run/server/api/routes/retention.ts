import { formatMicros, micros, PROBER_STREAMS, Type } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import type { Hold } from '#flow/store/index.ts';
import { ApiError } from '../errors.ts';
import { closed, count, listOf, orNull, text, time } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';
import { parseTime } from './parse-time.ts';

const ACCESS = { action: 'administer', resource: () => PLATFORM } as const;

const KEEP = orNull(Type.Integer({ minimum: 0, description: 'Milliseconds.' }));
const STREAM = Type.Object({
  stream: text,
  min: KEEP,
  max: KEEP,
  segments: count,
  rows: count,
  due: count,
  held: count,
  next: listOf(Type.Object({ segment: text, rows: count, begins: time, ends: time, held: Type.Boolean() })),
});
const HOLD = Type.Object({
  id: text,
  stream: text,
  from: orNull(time),
  to: orNull(time),
  where: Type.Optional(text),
  reason: text,
  owner: text,
  created: time,
  released: orNull(time),
});
const GOING = Type.Object({ stream: text, segments: count, rows: count });
const WORDS = Type.String({ minLength: 1, maxLength: 512 });

/** How long readings are kept, what keeps them longer, and what became of those that went. */
export const RETENTION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/retention',
    summary: 'What goes because it is kept no longer, and when, before it goes',
    access: ACCESS,
    answer: { json: Type.Object({ streams: listOf(STREAM) }) },
    handle: async (_request, { retention }) => {
      const streams = (await retention.plan()).map((stream) => ({
        ...stream,
        next: stream.next.map((one) => ({ ...one, begins: timeOf(one.begins), ends: timeOf(one.ends) })),
      }));
      return { json: { streams } };
    },
  },
  {
    method: 'GET',
    path: '/v1/holds',
    summary: 'Legal holds, those that were released included; without those by which the platform tries itself',
    access: ACCESS,
    answer: { json: Type.Object({ holds: listOf(HOLD) }) },
    handle: async (_request, { retention }) => {
      const holds = (await retention.listHolds()).filter(({ stream }) => !PROBER_STREAMS.includes(stream));
      return { json: { holds: holds.map(showHold) } };
    },
  },
  {
    method: 'POST',
    path: '/v1/holds',
    summary: 'Hold readings of a stream, whatever the template says, until the hold is released',
    access: ACCESS,
    body: closed({
      stream: text,
      from: Type.Optional(time),
      to: Type.Optional(time),
      where: Type.Optional(Type.String({ minLength: 1, maxLength: 4_096 })),
      reason: WORDS,
      owner: WORDS,
    }),
    answer: { status: 201, json: HOLD },
    handle: async ({ body, caller }, { retention }) => {
      const { stream, from, to, where, reason, owner } = body as {
        readonly stream: string;
        readonly from?: string;
        readonly to?: string;
        readonly where?: string;
        readonly reason: string;
        readonly owner: string;
      };
      const by = where === undefined ? {} : { where };
      const request = { stream, from: readTime(from, 'from'), to: readTime(to, 'to'), ...by, reason, owner };
      return { status: 201, json: showHold(await retention.hold(caller.actor, request)) };
    },
  },
  {
    method: 'GET',
    path: '/v1/holds/:id/going',
    summary: 'What is past its time and would go at once without a hold',
    access: ACCESS,
    answer: { json: Type.Object({ goes: listOf(GOING) }) },
    handle: async ({ params }, { retention }) => ({
      json: { goes: [...(await retention.goingWithout(params['id'] ?? ''))] },
    }),
  },
  {
    method: 'POST',
    path: '/v1/holds/:id/release',
    summary: 'Release a hold: what it kept goes when the template says',
    access: ACCESS,
    body: closed({}),
    answer: { json: Type.Object({ id: text }) },
    handle: async ({ params, caller }, { retention }) => {
      const id = params['id'] ?? '';
      await retention.release(caller.actor, id);
      return { json: { id } };
    },
  },
  {
    method: 'GET',
    path: '/v1/erasures',
    summary:
      'Certificates of what went and addenda to them, the newest first, and what is out of every answer and not certified yet',
    access: ACCESS,
    answer: {
      json: Type.Object({
        certificates: listOf(Type.Object({ id: text, at: time, amends: orNull(text) })),
        uncertified: listOf(Type.Object({ stream: text, segments: count, rows: count, since: time })),
      }),
    },
    handle: async (_request, { retention }) => {
      const all = await retention.certificates();
      const certificates = all.map(({ id, at, amends }) => ({ id, at: timeOf(at), amends }));
      const open = await retention.uncertified();
      return { json: { certificates, uncertified: open.map((one) => ({ ...one, since: timeOf(one.since) })) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/erasures/:id',
    summary:
      'A certificate or an addendum: a signed envelope (DSSE) of what went, and where it was looked for; with the ids of its addenda',
    access: ACCESS,
    answer: { json: Type.Object({ id: text, certificate: text, addenda: listOf(text) }) },
    handle: async ({ params }, { retention }) => {
      const id = params['id'] ?? '';
      const certificate = await retention.certificate(id);
      if (certificate === null) {
        throw new ApiError('API_CERTIFICATE_UNKNOWN', `Cannot show certificate ${id}: there is none`, {
          hint: 'See those there are with `npm run -s weir -- retention certificates`',
        });
      }
      return { json: { id, certificate, addenda: (await retention.addenda(id)).map((one) => one.id) } };
    },
  },
];

function timeOf(value: number): string {
  return formatMicros(micros(value));
}

function showHold({ id, stream, from, to, where, reason, owner, created, released }: Hold) {
  return {
    id,
    stream,
    from: from === null ? null : timeOf(from),
    to: to === null ? null : timeOf(to),
    ...(where === undefined ? {} : { where }),
    reason,
    owner,
    created: timeOf(created),
    released: released === null ? null : timeOf(released),
  };
}

function readTime(value: string | undefined, name: string): Micros | null {
  return value === undefined ? null : parseTime(value, name);
}
