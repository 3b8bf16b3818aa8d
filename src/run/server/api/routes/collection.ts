import { Type } from '#base/core/index.ts';
import { activePurposes, formatDuration, isSystemName } from '#declare/template/index.ts';
import type { Field, Stream, Template } from '#declare/template/index.ts';
import { NOTHING_LEFT_OUT } from '../../control/left-out-book.ts';
import type { LeftOut } from '../../control/left-out-book.ts';
import { count, listOf, orNull, text } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';

const FIELD = Type.Object({
  name: text,
  stored: Type.Enum(['as it comes', 'on a grid', 'as a token', 'not at all'] as const),
  purposes: listOf(text),
});
const STREAM = Type.Object({
  stream: text,
  purposes: listOf(text),
  unused: listOf(text),
  basis: orNull(text),
  fields: listOf(FIELD),
  /** How long a window is of which one row is stored; null where readings are stored one by one. */
  every: orNull(text),
  leftOut: Type.Object({ undeclared: count, withheld: count, bytes: count, folded: count, foldedBytes: count }),
});

/** What is collected, and what is left out on entry. */
export const COLLECTION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/collection',
    summary: 'What is stored of each stream and for which purposes, and what was left out on entry so far',
    access: { action: 'monitor', resource: () => PLATFORM },
    answer: { json: Type.Object({ streams: listOf(STREAM) }) },
    handle: async (_request, { templates, leftOut }) => {
      const template = templates.current;
      const sums = await leftOut.sums();
      const own = [...template.streams.values()].filter(({ name }) => !isSystemName(name));
      return {
        json: { streams: own.map((stream) => showStream(stream, template, sums.get(stream.name) ?? NOTHING_LEFT_OUT)) },
      };
    },
  },
];

function showStream(stream: Stream, template: Template, leftOut: LeftOut) {
  const active = activePurposes(stream, template);
  return {
    stream: stream.name,
    purposes: active,
    unused: stream.purposes.filter((purpose) => !active.includes(purpose)),
    basis: stream.basis,
    every: stream.aggregate === undefined ? null : formatDuration(stream.aggregate.every),
    fields: stream.fields.map((field) => ({
      name: field.name,
      stored: storedAs(field),
      purposes: (field.purposes ?? stream.purposes).filter((purpose) => active.includes(purpose)),
    })),
    leftOut,
  };
}

function storedAs(field: Field): 'as it comes' | 'on a grid' | 'as a token' | 'not at all' {
  if (field.withheld === true || field.class === 'secret') return 'not at all';
  if (field.tokenise !== undefined || field.class === 'identifier') return 'as a token';
  return field.coarsen === undefined ? 'as it comes' : 'on a grid';
}
