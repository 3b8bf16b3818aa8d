import { Type } from '#base/core/index.ts';
import type { Static } from '#base/core/index.ts';
import { closed } from './schema-forms.ts';
import { RULE_SEVERITIES } from './schema-rules.ts';
import { WORD_PATTERN } from './vocabulary.ts';

/** Webhooks of a template. */
export const MOST_WEBHOOKS = 16;

const file = (description: string, example: string) =>
  Type.String({
    maxLength: 64,
    pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*$',
    title: 'the name of a file in the folder `webhooks` of the data directory',
    description,
    examples: [example],
  });

/** Where alerts are sent to. */
export const webhook = Type.Object(
  {
    url: Type.String({
      maxLength: 1_024,
      pattern: '^(https://[A-Za-z0-9.-]+|https?://(localhost|127\\.0\\.0\\.1|\\[::1\\]))(:[0-9]{1,5})?/[\\x21-\\x7e]*$',
      title: 'an address such as `https://soc.example.com/hooks/weir`',
      description: 'Where alerts are sent to. Without TLS on this machine only.',
      examples: ['https://soc.example.com/hooks/weir'],
    }),
    secret: file(
      'What messages are signed with, in a file in the folder `webhooks` of the data directory: `whsec_…` or `whsk_…`.',
      'soc.secret',
    ),
    severity: Type.Optional(Type.Enum(RULE_SEVERITIES, { description: 'From how grave on. Default low.' })),
    network: Type.Optional(
      Type.Enum(['public', 'private'] as const, {
        description: 'Whether it may be reached at private addresses too. Default public.',
      }),
    ),
    authority: Type.Optional(
      file(
        'Certificates of the authority of the receiver, PEM, in the same folder. Default those of Node.',
        'soc-ca.pem',
      ),
    ),
    region: Type.Optional(
      Type.String({
        pattern: WORD_PATTERN,
        title: 'the name of a region such as `us`',
        description: 'Where the receiver stands. Default: the region of the template.',
        examples: ['us'],
      }),
    ),
  },
  {
    ...closed,
    title: 'a mapping of `url` and `secret`',
    description: 'Where alerts are sent to as they are raised and change.',
  },
);

export type WebhookSource = Static<typeof webhook>;
