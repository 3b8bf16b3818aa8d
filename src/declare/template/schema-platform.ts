import { Type } from '#base/core/index.ts';
import { LIMIT_RULES, TEMPLATE_BOUNDS } from './limits.ts';
import { QUANTITY_PATTERNS } from './quantities.ts';
import { closed, duration, listOf, prose, word } from './schema-forms.ts';
import * as words from './vocabulary.ts';

/** Certificates of a type of device. */
export const certificate = Type.Object(
  {
    life: Type.Optional(duration('How long a certificate lives. Default 365d.', ['90d', '24h'])),
    'renew-before': Type.Optional(
      duration('How long before its end a certificate may be renewed. Default a third of its life.', ['30d']),
    ),
  },
  { ...closed, title: 'a mapping of `life` and `renew-before`', description: 'Life and renewal of its certificates.' },
);

/** A maker of devices. */
export const manufacturer = Type.Object(
  {
    anchors: Type.String({
      minLength: 1,
      maxLength: TEMPLATE_BOUNDS.anchorCharacters,
      title: 'a file such as `acme.pem`, or certificates in PEM',
      description:
        "A file beside the template that ends in .pem, or the PEM itself: authorities of the maker's devices.",
    }),
  },
  {
    ...closed,
    title: 'a mapping of `anchors`',
    description: 'A maker whose devices come with certificates of its own.',
  },
);

const contained = (what: string) =>
  Type.Optional(Type.Enum(words.CONTAINMENTS, { description: `What is done about ${what}. Default alert.` }));

/** A type of device. */
export const deviceType = Type.Object(
  {
    description: Type.Optional(prose),
    identity: Type.Optional(Type.Enum(words.IDENTITIES, { description: 'How it proves who it is. Default x509.' })),
    power: Type.Optional(Type.Enum(words.POWERS, { description: 'What it lives on. Default mains.' })),
    boot: Type.Optional(Type.Enum(words.BOOTS, { description: 'What its start is proved by. Default none.' })),
    lifetime: Type.Optional(duration('How long it is to be in use.', ['12y'])),
    certificate: Type.Optional(certificate),
    manufacturers: Type.Optional(
      listOf(
        word('a manufacturer'),
        'a list of manufacturers',
        'Whose certificates let its devices enrol by themselves.',
      ),
    ),
    'speaks-for': Type.Optional(
      listOf(word('a device type'), 'a list of device types', 'Types of devices that it may publish for.'),
    ),
    class: Type.Optional(
      Type.Enum(words.DEVICE_CLASSES, { description: 'How constrained it is (RFC 7228). Default unconstrained.' }),
    ),
    cannot: Type.Optional(
      Type.Array(Type.Enum(words.INABILITIES), {
        uniqueItems: true,
        maxItems: words.INABILITIES.length,
        title: 'a list of abilities',
        description: 'What it lacks.',
      }),
    ),
    compensate: Type.Optional(
      Type.Object(Object.fromEntries(words.INABILITIES.map((ability) => [ability, Type.Optional(prose)])), {
        ...closed,
        description: 'What makes up for what it lacks, by ability.',
      }),
    ),
    'support-ends': Type.Optional(
      Type.String({
        pattern: '^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$',
        title: 'a date such as `2031-06-30`',
        description: 'Day on which its maker ends the support.',
        examples: ['2031-06-30'],
      }),
    ),
    clones: Type.Optional(
      Type.Enum(words.CLONE_ANSWERS, {
        description: 'What is done about a device of which there seem to be two. Default alert.',
      }),
    ),
    mud: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: '\\.json$',
        title: 'a file such as `lamp.mud.json`',
        description: 'File beside the template with its MUD profile (RFC 8520): what it needs of the network.',
        examples: ['lamp.mud.json'],
      }),
    ),
    tampering: Type.Optional(
      Type.Object(
        {
          'case-open': contained('an open case'),
          'sensor-swap': contained('another sensor, or another board'),
          'clock-jump': contained('a clock that was set'),
          'made-late': contained('readings that are made late, so that no detector judges them'),
          'boot-loop': contained('a device that starts again and again'),
          replay: contained('old readings that are played again'),
          stranger: contained('a device that does not behave as its type and as itself'),
        },
        {
          ...closed,
          title: 'a mapping of what may happen to what is done',
          description:
            'What is done besides an alert: `quarantine` keeps its readings apart until it is released, `cut` keeps it out.',
        },
      ),
    ),
    posture: Type.Optional(duration('How long a good report of its state counts. For ever by default.', ['24h'])),
  },
  { ...closed, title: 'a device type', description: 'A kind of device of the fleet.' },
);

const port = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 65_535, title: 'a port from 0 to 65535', description });

/** Listeners. */
export const listen = Type.Object(
  {
    address: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        title: 'an IP address',
        description: 'Default 127.0.0.1.',
        examples: ['127.0.0.1', '0.0.0.0'],
      }),
    ),
    mqtt: Type.Optional(port('MQTT over TLS. Default 8883.')),
    https: Type.Optional(port('HTTPS for devices and client certificates. Default 8443.')),
    api: Type.Optional(port('HTTPS for bearer tokens. Default 7443.')),
    status: Type.Optional(
      port('Plain HTTP for lists of revoked certificates and OCSP alone. Off by default; 8080 is usual.'),
    ),
  },
  { ...closed, description: 'Where the platform listens. Port 0 takes a free one.' },
);

/** Transport security. */
export const tls = Type.Object(
  {
    minimum: Type.Optional(
      Type.Union(
        [
          Type.Enum(words.TLS_MINIMA, { title: '`1.3` or `1.2`' }),
          Type.Enum([1.3, 1.2] as const, { title: '`1.3` or `1.2`' }),
        ],
        { description: 'Lowest version. Default 1.3.' },
      ),
    ),
    hybrid: Type.Optional(
      Type.Enum(words.HYBRID, { description: 'Post-quantum hybrid key exchange. Default prefer.' }),
    ),
  },
  { ...closed, description: 'Transport security.' },
);

const limitTitle = {
  size: 'a size such as `64KiB`',
  duration: 'a duration such as `30s`',
  count: 'a whole number',
} as const;

/** Limits, from their table. */
export const limits = Type.Unsafe<Record<string, string | number>>({
  type: 'object',
  description: 'Bounds on what comes from outside.',
  additionalProperties: false,
  properties: Object.fromEntries(
    LIMIT_RULES.map((rule) => [
      rule.key,
      rule.kind === 'count'
        ? {
            type: 'integer',
            minimum: rule.least,
            maximum: rule.most,
            title: `a whole number from ${rule.least} to ${rule.most}`,
            description: rule.meaning,
          }
        : {
            type: 'string',
            pattern: QUANTITY_PATTERNS[rule.kind],
            title: limitTitle[rule.kind],
            description: rule.meaning,
          },
    ]),
  ),
});
