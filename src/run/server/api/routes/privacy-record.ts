import { Type } from '#base/core/index.ts';
import { noticePage, privacyNotice, recordPage } from '#assure/privacy/index.ts';
import { count, dataClass, digest, listOf, orNull, text, time } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';

const ACCESS = { action: 'audit', resource: () => PLATFORM } as const;
const HTML = 'text/html; charset=utf-8';
const number = orNull(Type.Number({ minimum: 0 }));

const RECORD = Type.Object({
  format: text,
  version: count,
  at: time,
  name: text,
  description: orNull(text),
  template: digest,
  region: text,
  places: listOf(Type.Object({ place: text, region: orNull(text) })),
  transfers: listOf(Type.Object({ from: text, to: text, mechanism: text, document: text, until: time })),
  activities: listOf(
    Type.Object({
      name: text,
      kind: text,
      description: orNull(text),
      purposes: listOf(text),
      basis: orNull(text),
      subject: orNull(text),
      sources: listOf(text),
      elements: listOf(Type.Object({ name: text, class: dataClass, unit: orNull(text), protection: listOf(text) })),
      recipients: listOf(Type.Object({ role: text, purposes: listOf(text), sees: listOf(text) })),
      region: orNull(text),
      keep: Type.Object({ leastDays: number, mostDays: number }),
      archive: orNull(Type.Object({ place: text, region: orNull(text), afterDays: Type.Number() })),
    }),
  ),
  undocumented: listOf(Type.Object({ stream: text, column: text, class: dataClass })),
  measures: listOf(Type.Object({ id: text, row: count, statement: text })),
});

/** The record of processing, and the notice that it makes for those whom the data are about. */
export const PRIVACY_RECORD_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/privacy/record',
    summary: 'The record of processing activities, made from what runs',
    access: ACCESS,
    answer: { json: RECORD },
    handle: async (_request, { processingRecord }) => ({ json: await processingRecord() }),
  },
  {
    method: 'GET',
    path: '/v1/privacy/record.html',
    summary: 'The same as a page',
    access: ACCESS,
    answer: { media: ['text/html'] },
    handle: async (_request, { processingRecord }) => ({
      text: recordPage(await processingRecord()),
      contentType: HTML,
    }),
  },
  {
    method: 'GET',
    path: '/v1/privacy/notice',
    summary: 'A notice in plain words for those whom the data are about',
    access: ACCESS,
    answer: { json: Type.Object({ sections: listOf(Type.Object({ title: text, sentences: listOf(text) })) }) },
    handle: async (_request, { processingRecord }) => ({ json: { sections: privacyNotice(await processingRecord()) } }),
  },
  {
    method: 'GET',
    path: '/v1/privacy/notice.html',
    summary: 'The same as a page',
    access: ACCESS,
    answer: { media: ['text/html'] },
    handle: async (_request, { processingRecord }) => ({
      text: noticePage(await processingRecord()),
      contentType: HTML,
    }),
  },
];
