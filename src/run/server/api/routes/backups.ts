import { Type } from '#base/core/index.ts';
import { closed, count, listOf, orNull, text, time } from '../forms.ts';
import type { S3Access } from '../../backup/open-place.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';

const ACCESS = { action: 'administer', resource: () => PLATFORM } as const;

const TARGET = Type.Object({
  id: text,
  location: text,
  region: orNull(text),
  created: time,
  last: orNull(Type.Object({ snapshot: text, at: time, segments: count, bytes: count, log_size: count })),
  behind: orNull(time),
});
const RUN = Type.Object({
  id: text,
  target: text,
  state: Type.Enum(['running', 'done', 'failed']),
  done: count,
  total: count,
  result: orNull(
    Type.Object({
      snapshot: text,
      at: time,
      segments: count,
      bytes: count,
      copied: count,
      copied_bytes: count,
      missing: listOf(text),
      log_size: count,
    }),
  ),
  failure: orNull(Type.Object({ code: text, detail: text, hint: Type.Optional(text) })),
});
const WORDS = Type.String({ minLength: 1, maxLength: 4_096 });
/** How a bucket is reached; it is kept sealed, and shown to nobody. */
const S3 = closed({
  endpoint: Type.Optional(WORDS),
  region: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,64}$' })),
  credentials: closed({ accessKeyId: WORDS, secretAccessKey: WORDS, sessionToken: Type.Optional(WORDS) }),
});

/** Where this platform is backed up to, and making backups. */
export const BACKUP_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/backups',
    summary: 'Where this platform is backed up to, and what is there',
    access: ACCESS,
    answer: { json: Type.Object({ targets: listOf(TARGET) }) },
    handle: async (_request, { backups }) => ({ json: { targets: await backups.show() } }),
  },
  {
    method: 'POST',
    path: '/v1/backups',
    summary: 'Begin a backup to a place',
    access: ACCESS,
    body: closed({
      location: WORDS,
      check: Type.Optional(Type.Boolean()),
      takeOver: Type.Optional(Type.Boolean()),
      standsIn: Type.Optional(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,62}$' })),
      s3: Type.Optional(S3),
    }),
    answer: { status: 202, json: RUN },
    handle: async ({ body, caller }, { backups }) => {
      const { location, check, takeOver, s3, standsIn } = body as unknown as {
        readonly location: string;
        readonly check?: boolean;
        readonly takeOver?: boolean;
        readonly s3?: S3Access;
        readonly standsIn?: string;
      };
      const stands = standsIn === undefined ? {} : { standsIn };
      const place = s3 === undefined ? { location, ...stands } : { location, s3, ...stands };
      const request = { place, check: check === true, takeOver: takeOver === true };
      return { status: 202, json: await backups.create(caller.actor, request) };
    },
  },
  {
    method: 'GET',
    path: '/v1/backups/runs/:id',
    summary: 'How far a backup is, or what became of it',
    access: ACCESS,
    answer: { json: RUN },
    handle: async ({ params }, { backups }) => ({ json: backups.run(params['id'] ?? '') }),
  },
  {
    method: 'POST',
    path: '/v1/backups/:id/forget',
    summary: 'Forget a place of backups that is no more: erasures need not reach it',
    access: ACCESS,
    body: closed({}),
    answer: { json: Type.Object({ id: text }) },
    handle: async ({ params, caller }, { backups }) => {
      const id = params['id'] ?? '';
      await backups.forget(caller.actor, id);
      return { json: { id } };
    },
  },
];
