import { Type } from '#base/core/index.ts';
import type { Static } from '#base/core/index.ts';
import { TECHNIQUE_PATTERN } from './attack-techniques.ts';
import { EVENT_FIELDS } from './event-words.ts';
import type { EventField } from './event-words.ts';
import { closed, duration, listOf, oneOrMany } from './schema-forms.ts';

/** How grave what a rule finds is. */
export const RULE_SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;

/** Bounds of a rule; they cannot be set. */
export const RULE_BOUNDS = {
  rules: 256,
  files: 16,
  fileCharacters: 65_536,
  count: 10_000,
  steps: 16,
  /** Events that the steps of a sequence wait for in all. */
  sequence: 128,
  sayLength: 500,
  /** A week, in milliseconds. */
  within: 604_800_000,
  groupedBy: 3,
} as const;

const value = Type.String({
  minLength: 1,
  maxLength: 256,
  title: 'a text; `*` at its end stands for any rest',
});
const fields = Object.fromEntries(
  Object.entries(EVENT_FIELDS).map(([field, meaning]) => [
    field,
    Type.Optional(oneOrMany(value, 'texts', `${meaning[0]!.toUpperCase()}${meaning.slice(1)}; any of several.`)),
  ]),
) as Record<EventField, ReturnType<typeof Type.Optional<ReturnType<typeof oneOrMany<typeof value>>>>>;

const event = oneOrMany(
  Type.String({ minLength: 1, maxLength: 64, title: 'an action of the log such as `sign-in`' }),
  'actions of the log',
  'The action of the log; any of several.',
);
const count = (description: string) =>
  Type.Integer({
    minimum: 1,
    maximum: RULE_BOUNDS.count,
    title: `a whole number from 1 to ${RULE_BOUNDS.count}`,
    description,
  });

/** Which events are meant: all that is said holds. */
const match = Type.Object(
  { event, ...fields },
  { ...closed, title: 'a mapping with `event`', description: 'Which events are meant: all that is said holds.' },
);
const step = Type.Object(
  { event, ...fields, count: Type.Optional(count('How many of them. Default 1.')) },
  { ...closed, title: 'a mapping with `event`', description: 'One step of a sequence.' },
);

/** A rule over the log. */
export const rule = Type.Object(
  {
    say: Type.String({
      minLength: 1,
      maxLength: RULE_BOUNDS.sayLength,
      title: 'a sentence of at most 500 characters',
      description: 'What the alert says; `{address}`, `{count}`, `{within}` and what it is grouped by are filled in.',
      examples: ['tokens are guessed from {address}: {count} in {within}'],
    }),
    severity: Type.Optional(Type.Enum(RULE_SEVERITIES, { description: 'How grave it is. Default medium.' })),
    techniques: Type.Optional(
      listOf(
        Type.String({ pattern: TECHNIQUE_PATTERN, title: 'an id of ATT&CK for ICS such as `T0856`' }),
        'a list of techniques',
        'Techniques of ATT&CK for ICS that it may be a sign of.',
      ),
    ),
    by: Type.Optional(
      oneOrMany(
        Type.Enum(Object.keys(EVENT_FIELDS) as EventField[], { title: 'what an event has, such as `address`' }),
        'what events have',
        'What events must have in common to count together.',
      ),
    ),
    within: duration('The time in which it happens, at most a week.', ['1m', '1h']),
    when: Type.Optional(match),
    count: Type.Optional(count('How many there must be of what `when` means. Default 1.')),
    distinct: Type.Optional(
      Type.Enum(Object.keys(EVENT_FIELDS) as EventField[], {
        title: 'what an event has, such as `device`',
        description: 'Counts how many different ones there are instead of events.',
      }),
    ),
    steps: Type.Optional(
      Type.Array(step, {
        minItems: 2,
        maxItems: RULE_BOUNDS.steps,
        title: `a list of 2 to ${RULE_BOUNDS.steps} steps`,
        description: 'Events that follow each other in this order.',
      }),
    ),
    absent: Type.Optional(match),
    after: Type.Optional(match),
  },
  { ...closed, title: 'a rule', description: 'What is looked for in the log.' },
);

export type RuleSource = Static<typeof rule>;
export type MatchSource = Static<typeof match>;

/** Files with rules. */
export const ruleFiles = listOf(
  Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: '\\.ya?ml$',
    title: 'a file of rules such as `night.yaml`',
    examples: ['industry/detection-rules.yaml'],
  }),
  'a list of files',
  'Files with further `rules`, beside the template or of the package; a rule of the template replaces one of its name.',
);
