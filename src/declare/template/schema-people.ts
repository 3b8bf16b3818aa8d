import { Type } from '#base/core/index.ts';
import { closed, duration, listOf, prose, purposes, relationName } from './schema-forms.ts';
import * as words from './vocabulary.ts';

const allWord = Type.Enum(['all'] as const, { title: '`all`' });

/** A role. */
export const role = Type.Object(
  {
    description: Type.Optional(prose),
    query: Type.Optional(
      Type.Union([allWord, listOf(relationName, 'a list of views', 'Views.')], {
        description: 'Views that it may query.',
      }),
    ),
    purposes: Type.Optional(purposes),
    sees: Type.Optional(
      Type.Array(Type.Enum(words.CLASSES), {
        uniqueItems: true,
        maxItems: words.CLASSES.length,
        title: 'a list of classes',
        description: 'Classes of columns that it sees. Default public and operational.',
      }),
    ),
    rows: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        description: 'Row filter by view: an SQL condition over its columns.',
        propertyNames: { pattern: '^_?[A-Za-z][A-Za-z0-9_]{0,62}$', title: 'the name of a view' },
        additionalProperties: { type: 'string', minLength: 1, maxLength: 4_096, title: 'an SQL condition' },
        maxProperties: 256,
      }),
    ),
    masks: Type.Optional(
      Type.Unsafe<Record<string, string | null>>({
        type: 'object',
        description: 'Masked columns, `view.column`.',
        propertyNames: {
          pattern: '^_?[A-Za-z][A-Za-z0-9_]{0,62}\\.[A-Za-z][A-Za-z0-9_]{0,62}$',
          title: '`view.column`',
        },
        additionalProperties: {
          anyOf: [
            {
              type: 'string',
              pattern: '^(null|hash|bucket:[1-9][0-9]{0,6}|round:-?[0-9]{1,2}|year|month|day|hour)$',
              title: 'one of `null`, `hash`, `bucket:N`, `round:N`, `year`, `month`, `day`, `hour`',
            },
            { type: 'null', title: '`null`' },
          ],
        },
        maxProperties: 1_024,
      }),
    ),
    may: Type.Optional(
      Type.Array(Type.Enum(words.GRANTABLE_ACTIONS), {
        uniqueItems: true,
        maxItems: words.GRANTABLE_ACTIONS.length,
        title: 'a list of actions',
        description: 'Further actions.',
      }),
    ),
    region: Type.Optional(
      Type.String({
        pattern: words.WORD_PATTERN,
        title: 'the name of a region such as `us`',
        description: 'Where its people and programs are. Default: the region of the template.',
        examples: ['us'],
      }),
    ),
    respond: Type.Optional(Type.Union([allWord], { description: 'Short for `may: [respond]`.' })),
  },
  { ...closed, title: 'a role', description: 'What a group of people or programs may do.' },
);

/** What a change of the template needs besides whoever makes it. */
export const approval = Type.Object(
  {
    within: Type.Optional(duration('How long a proposal waits for somebody who approves. Default 3d.', ['3d', '12h'])),
  },
  {
    ...closed,
    title: '`{within: …}`',
    description: 'A change that weakens a protection waits for a second person who may `approve`.',
  },
);
