import { Type } from '#base/core/index.ts';
import { count, listOf, text } from './forms.ts';

const OUTCOMES = {
  stored: count,
  refused: count,
  outcomes: listOf(
    Type.Object({ index: count, outcome: text, place: Type.Optional(text), expected: Type.Optional(text) }),
  ),
};
const ANSWER = Type.Object(OUTCOMES);

/** What the gateway says of a problem itself; the word of the refusal is the reason. */
export const GATEWAY_PROBLEM = Type.Object({
  type: Type.String({ format: 'uri-reference' }),
  title: text,
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: text,
  reason: text,
  'violated-policies': Type.Optional(listOf(text)),
  stored: Type.Optional(OUTCOMES.stored),
  refused: Type.Optional(OUTCOMES.refused),
  outcomes: Type.Optional(OUTCOMES.outcomes),
});

const TAKEN = [
  'application/json',
  'application/x-ndjson',
  'application/cbor',
  'application/senml+json',
  'application/senml+cbor',
];

const stored = (description: string) => ({ description, content: { 'application/json': { schema: ANSWER } } });
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: GATEWAY_PROBLEM } },
});

/** A path that names no stream is no route of the gateway's, so that control says so. */
const elsewhere = (description: string) => ({
  description,
  content: {
    'application/problem+json': { schema: { anyOf: [GATEWAY_PROBLEM, { $ref: '#/components/schemas/Problem' }] } },
  },
});

/** The one route that the gateway answers itself, for devices. */
export const DEVICE_OPERATIONS: Readonly<Record<string, Record<string, unknown>>> = {
  '/v1/streams/{stream}': {
    post: {
      operationId: 'postStreamsStream',
      summary: 'Bring readings in',
      tags: ['streams'],
      description: 'For devices, by their certificate, on the port for client certificates.',
      security: [{ certificate: [] }],
      parameters: [
        {
          name: 'stream',
          in: 'path',
          required: true,
          schema: { type: 'string', pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$' },
        },
        {
          name: 'device',
          in: 'query',
          required: false,
          description: 'The device that they are about, where that is another one.',
          schema: { type: 'string', maxLength: 64 },
        },
      ],
      requestBody: { required: true, content: Object.fromEntries(TAKEN.map((type) => [type, {}])) },
      responses: {
        '200': stored('All had been stored before.'),
        '202': stored('All were stored.'),
        '207': stored('Some were stored, some refused.'),
        '400': problem('Not what it should be.'),
        '401': problem('No certificate was shown.'),
        '403': problem('The certificate does not let you in, or not to this.'),
        '404': elsewhere('No such stream or device.'),
        '405': problem('Readings come with POST.'),
        '409': problem('In conflict with what is there, such as a stream that is closed.'),
        '413': problem('Over a limit.'),
        '415': problem('A format or encoding that is not taken.'),
        '422': problem('None was stored.'),
        '429': problem('Over the rate of the stream.'),
        '503': problem('Cannot be made durable now.'),
      },
    },
  },
};
