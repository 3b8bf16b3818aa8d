/**
 * What is kept of a refused reading: `count` a count and a keyed digest; `place` also length and place of the error;
 * `payload` the declared members of the payload in quarantine; `none` nothing, for what is no refusal.
 */
export type Kept = 'none' | 'count' | 'place' | 'payload';

/** One thing that ingest can say about a reading. Numbers and words are released: they never change their meaning. */
export interface Reason {
  readonly number: number;
  /** Lower-case words with hyphens: what devices, logs and metrics show. */
  readonly word: string;
  /** MQTT 5 reason code of the acknowledgement. */
  readonly mqtt: number;
  readonly http: number;
  readonly kept: Kept;
  /** One sentence for the device. */
  readonly text: string;
}

// MQTT 5 section 3.4.2.1: the codes that a PUBACK and a PUBREC may carry.
const SUCCESS = 0x00;
const IMPLEMENTATION = 0x83;
const NOT_AUTHORIZED = 0x87;
const TOPIC_INVALID = 0x90;
const QUOTA = 0x97;
const FORMAT = 0x99;

const row = (number: number, word: string, mqtt: number, http: number, kept: Kept, text: string): Reason =>
  Object.freeze({ number, word, mqtt, http, kept, text });

/** The one table of reasons, by name. `docs/reference/refusals.md` lists it and a test keeps both in step. */
export const REASON = Object.freeze({
  admitted: row(0, 'admitted', SUCCESS, 202, 'none', 'The reading was stored.'),
  duplicate: row(1, 'duplicate', SUCCESS, 200, 'none', 'The same reading was stored before.'),

  tryLater: row(2, 'try-later', QUOTA, 503, 'none', 'There is no room now: send it again later.'),

  notAStream: row(10, 'not-a-stream', TOPIC_INVALID, 404, 'count', 'No stream has this name.'),
  notAllowed: row(11, 'not-allowed', NOT_AUTHORIZED, 403, 'count', 'The device may not publish this here.'),
  disabled: row(12, 'disabled', NOT_AUTHORIZED, 403, 'count', 'The device is disabled, revoked or contained.'),
  unknownDevice: row(13, 'unknown-device', NOT_AUTHORIZED, 404, 'count', 'No device in the inventory has this name.'),
  unenforced: row(
    14,
    'unenforced',
    IMPLEMENTATION,
    503,
    'count',
    'The stream is closed: a declared protection is not in force.',
  ),

  size: row(20, 'size', QUOTA, 413, 'count', 'The payload is larger than the limit.'),
  rate: row(21, 'rate', QUOTA, 429, 'count', 'More readings came than the stream allows.'),

  decode: row(30, 'decode', FORMAT, 400, 'place', 'The payload is not in the format that it claims.'),
  badUtf8: row(31, 'bad-utf8', FORMAT, 400, 'place', 'A text is not valid UTF-8.'),
  duplicateKey: row(32, 'duplicate-key', FORMAT, 400, 'place', 'A member stands twice in one object.'),
  protoKey: row(33, 'proto-key', FORMAT, 400, 'place', 'A member is named as no member may be.'),
  tooDeep: row(34, 'too-deep', FORMAT, 400, 'place', 'The payload is nested deeper than the limit.'),
  tooManyFields: row(35, 'too-many-fields', FORMAT, 400, 'place', 'An object has more members than the limit.'),
  numberOverflow: row(36, 'number-overflow', FORMAT, 400, 'place', 'A number is too large for a double.'),
  integerOverflow: row(37, 'integer-overflow', FORMAT, 400, 'place', 'An integer is beyond 2^53-1 either way.'),
  notFinite: row(38, 'not-finite', FORMAT, 400, 'place', 'A number is NaN or infinite.'),
  tooLong: row(39, 'too-long', FORMAT, 400, 'place', 'A text is longer than the limit.'),
  format: row(
    40,
    'format',
    FORMAT,
    415,
    'count',
    'The format is not one that streams take: name application/json, or another that they do, as content type.',
  ),
  tooManyReadings: row(
    41,
    'too-many-readings',
    QUOTA,
    413,
    'count',
    'More readings are in one message than the limit.',
  ),

  schemaShape: row(50, 'schema-shape', FORMAT, 422, 'place', 'A reading is an object of members, and this is not.'),
  schemaMissing: row(51, 'schema-missing', FORMAT, 422, 'payload', 'A declared field is missing.'),
  schemaType: row(52, 'schema-type', FORMAT, 422, 'payload', 'A field has another type than declared.'),
  schemaEnum: row(53, 'schema-enum', FORMAT, 422, 'payload', 'A text is none of those declared.'),
  schemaPattern: row(54, 'schema-pattern', FORMAT, 422, 'payload', 'A text does not match its pattern.'),
  schemaLength: row(55, 'schema-length', FORMAT, 422, 'payload', 'A text is longer than declared.'),
  schemaUndeclared: row(
    56,
    'schema-undeclared',
    FORMAT,
    422,
    'payload',
    'A member is not declared, and the stream refuses such.',
  ),
  secret: row(57, 'secret', FORMAT, 422, 'count', 'A field holds a secret, which is never stored.'),

  clockLate: row(
    60,
    'clock-late',
    IMPLEMENTATION,
    422,
    'payload',
    'The time lies further back than the stream accepts.',
  ),
  clockEarly: row(
    61,
    'clock-early',
    IMPLEMENTATION,
    422,
    'payload',
    'The time lies further ahead than the stream accepts.',
  ),
  replay: row(
    62,
    'replay',
    IMPLEMENTATION,
    409,
    'payload',
    'The seq was used for another reading or is outside the window.',
  ),
  range: row(63, 'range', IMPLEMENTATION, 422, 'payload', 'A value is outside its declared range.'),
  step: row(64, 'step', IMPLEMENTATION, 422, 'payload', 'A value changed faster than declared.'),

  windowClosed: row(
    65,
    'window-closed',
    IMPLEMENTATION,
    422,
    'count',
    'The window that the reading belongs to is closed.',
  ),
  quarantined: row(
    66,
    'quarantined',
    NOT_AUTHORIZED,
    403,
    'payload',
    'Readings of the device are kept apart until somebody has looked at it.',
  ),

  consent: row(70, 'consent', NOT_AUTHORIZED, 403, 'count', 'No consent covers this reading.'),
  erased: row(71, 'erased', NOT_AUTHORIZED, 403, 'count', 'Of the person that this reading is about nothing is taken.'),
});

/** All reasons in the order of their numbers. */
export const REASONS: readonly Reason[] = Object.freeze(Object.values(REASON).sort((a, b) => a.number - b.number));

const byNumber = new Map(REASONS.map((reason) => [reason.number, reason]));

/** The reason of a number; undefined where there is none. */
export function reasonOf(number: number): Reason | undefined {
  return byNumber.get(number);
}

/** Whether the sender hears "stored" once the group is durable: admitted, or stored before. */
export function isStored(number: number): boolean {
  return number <= REASON.duplicate.number;
}

/** Whether the same reading may be sent again as it is. */
export function isTransient(number: number): boolean {
  return number === REASON.tryLater.number || number === REASON.rate.number;
}
