import { formatMicros, micros, Type } from '#base/core/index.ts';
import type { UnreadFile } from '../../control/unread-journal.ts';
import { closed, count, listOf, orNull, text, time } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';

const ACCESS = { action: 'administer', resource: () => PLATFORM } as const;

const FILE = Type.Object({
  file: text,
  reason: text,
  offset: count,
  bytes: count,
  begun: orNull(time),
});

/** What of the journal cannot be read. */
export const JOURNAL_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/journal/unread',
    summary: 'Journal files that cannot be read to their end: damaged, or without a key',
    access: ACCESS,
    answer: { json: Type.Object({ files: listOf(FILE) }) },
    handle: async (_request, { unreadJournal }) => ({
      json: { files: (await unreadJournal.list()).map(showFile) },
    }),
  },
  {
    method: 'POST',
    path: '/v1/journal/unread/:file/discard',
    summary: 'Discard one of them: readings that nobody could read go unread',
    access: ACCESS,
    body: closed({}),
    answer: { json: FILE },
    handle: async ({ params, caller }, { unreadJournal }) => ({
      json: showFile(await unreadJournal.discard(caller.actor, params['file'] ?? '')),
    }),
  },
];

function showFile({ begun, ...rest }: UnreadFile) {
  return { ...rest, begun: begun === null ? null : formatMicros(micros(begun)) };
}
