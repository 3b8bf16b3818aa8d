import { Type } from '#base/core/index.ts';
import type { Static } from '#base/core/index.ts';
import { TEMPLATE_BOUNDS } from './limits.ts';
import { stream, table, view } from './schema-data.ts';
import type { field } from './schema-data.ts';
import { acceptWindow, closed, listOf, mapOf, oneOrMany, prose } from './schema-forms.ts';
import { classTerms, places } from './schema-keeping.ts';
import { approval, role } from './schema-people.ts';
import { api, traces } from './schema-api.ts';
import { crypto } from './schema-crypto.ts';
import { calendar, detection } from './schema-detect.ts';
import { deviceType, limits, listen, manufacturer, tls } from './schema-platform.ts';
import { signIn } from './schema-sign-in.ts';
import type { issuer } from './schema-sign-in.ts';
import { rule, RULE_BOUNDS, ruleFiles } from './schema-rules.ts';
import { MOST_WEBHOOKS, webhook } from './schema-webhooks.ts';
import * as words from './vocabulary.ts';

/**
 * A template as it is written, after `extends` was followed. What a schema cannot say (references, ranges, purposes)
 * the checks beside it do.
 *
 * @see JSON Schema 2020-12
 */
export const TEMPLATE_SCHEMA = Type.Object(
  {
    template: Type.Enum([1] as const, { title: '`1`', description: 'Version of the template format.' }),
    name: Type.String({
      pattern: words.WORD_PATTERN,
      title: 'a name of letters, digits, `_`, `-`, at most 63 characters',
      description: 'Name of the deployment.',
    }),
    description: Type.Optional(prose),
    extends: Type.Optional(
      oneOrMany(
        Type.String({
          minLength: 1,
          maxLength: 200,
          title: 'an industry template or a file',
          examples: ['industry/logistics', './base.yaml'],
        }),
        'templates',
        'Templates that this one builds on, later ones over earlier ones.',
      ),
    ),
    region: Type.Optional(
      Type.String({
        pattern: words.WORD_PATTERN,
        title: 'the name of a region such as `eu`',
        description: 'Where the data stay.',
        examples: ['eu', 'us'],
      }),
    ),
    classes: Type.Optional(classTerms),
    objects: Type.Optional(places),
    hosts: Type.Optional(
      listOf(
        Type.String({
          minLength: 1,
          maxLength: 253,
          pattern: '^[A-Za-z0-9:]([A-Za-z0-9.:-]*[A-Za-z0-9:])?$',
          title: 'a host name or IP address',
        }),
        'a list of host names',
        'Names that the certificates of the platform carry; localhost always among them.',
      ),
    ),
    devices: Type.Optional(mapOf(deviceType, words.WORD_PATTERN, TEMPLATE_BOUNDS.devices, 'Device types by name.')),
    manufacturers: Type.Optional(
      mapOf(manufacturer, words.WORD_PATTERN, TEMPLATE_BOUNDS.manufacturers, 'Makers of devices by name.'),
    ),
    streams: Type.Optional(mapOf(stream, words.IDENTIFIER_PATTERN, TEMPLATE_BOUNDS.streams, 'Streams by name.')),
    views: Type.Optional(mapOf(view, words.IDENTIFIER_PATTERN, TEMPLATE_BOUNDS.views, 'Views by name.')),
    tables: Type.Optional(mapOf(table, words.IDENTIFIER_PATTERN, TEMPLATE_BOUNDS.tables, 'Reference tables by name.')),
    people: Type.Optional(mapOf(role, words.WORD_PATTERN, TEMPLATE_BOUNDS.roles, 'Roles by name.')),
    policies: Type.Optional(
      listOf(
        Type.String({
          minLength: 1,
          maxLength: 200,
          pattern: '\\.cedar$',
          title: 'a file of policies such as `night-shift.cedar`',
          examples: ['night-shift.cedar'],
        }),
        'a list of files',
        'Files with further policies in Cedar, beside the template.',
      ),
    ),
    approval: Type.Optional(approval),
    'sign-in': Type.Optional(signIn),
    calendars: Type.Optional(mapOf(calendar, words.IDENTIFIER_PATTERN, 32, 'Calendars by name.')),
    detect: Type.Optional(mapOf(detection, words.WATCHED_PATTERN, TEMPLATE_BOUNDS.streams, 'Detection by stream.')),
    rules: Type.Optional(mapOf(rule, words.WORD_PATTERN, RULE_BOUNDS.rules, 'Rules over the log by name.')),
    'rule-files': Type.Optional(ruleFiles),
    webhooks: Type.Optional(mapOf(webhook, words.WORD_PATTERN, MOST_WEBHOOKS, 'Where alerts are sent to, by name.')),
    comply: Type.Optional(
      Type.Array(Type.Enum(words.FRAMEWORKS), {
        uniqueItems: true,
        maxItems: words.FRAMEWORKS.length,
        title: 'a list of frameworks',
        description: 'Frameworks that evidence is mapped to.',
      }),
    ),
    listen: Type.Optional(listen),
    api: Type.Optional(api),
    traces: Type.Optional(traces),
    tls: Type.Optional(tls),
    crypto: Type.Optional(crypto),
    accept: Type.Optional(acceptWindow),
    limits: Type.Optional(limits),
  },
  { ...closed, title: 'a template' },
);

/** The plain form of a template that has the right shape. */
export type TemplateSource = Static<typeof TEMPLATE_SCHEMA>;
export type FieldSource = Static<typeof field>;
export type StreamSource = Static<typeof stream>;
export type TableSource = Static<typeof table>;
export type ViewSource = Static<typeof view>;
export type RoleSource = Static<typeof role>;
export type SignInSource = Static<typeof signIn>;
export type IssuerSource = Static<typeof issuer>;
export type DeviceTypeSource = Static<typeof deviceType>;
