import { RE2JS, RE2JSSyntaxException } from 're2js';
import { parseRfc3339 } from '#base/core/index.ts';
import { tokenFormatProblem } from '#base/crypto/index.ts';
import type { CheckContext } from './check-context.ts';
import type { DeepPartial } from './partial.ts';
import { parseDuration, parseRate } from './quantities.ts';
import type { FieldSource } from './schema.ts';
import { positionAt } from './source-node.ts';
import type { SourcePath } from './source-node.ts';
import { tokenKindOf } from './token-domain.ts';
import { checkUnit, UNITS } from './units.ts';

type PartialField = DeepPartial<FieldSource>;

/** Checks every field of streams and tables: what its attributes mean together with its type. */
export function checkFields(context: CheckContext): void {
  for (const section of ['streams', 'tables'] as const) {
    for (const [name, relation] of Object.entries(context.source[section] ?? {})) {
      if (relation?.fields === undefined) continue;
      const fields = Object.entries(relation.fields);
      const path = [section, name, 'fields'];
      if (fields.length === 0)
        context.at(path, 'TEMPLATE_VALUE_INVALID', `a ${section.slice(0, -1)} has at least one field`);
      for (const [field, declared] of fields)
        checkField(context, [...path, field], declared ?? {}, section === 'tables');
    }
  }
  checkDomains(context);
  checkSubjects(context);
}

function checkField(context: CheckContext, path: SourcePath, field: PartialField, inTable: boolean): void {
  const { type } = field;
  checkUnitOf(context, path, field);
  if (field.pattern !== undefined) checkPattern(context, [...path, 'pattern'], field.pattern);
  if (field.class === 'secret') {
    if (field.tokenise !== undefined)
      context.atKey([...path, 'tokenise'], 'TEMPLATE_FIELD_CONFLICT', 'a secret is never stored, as a token neither');
    if (field.nullable === false) {
      context.at(
        [...path, 'nullable'],
        'TEMPLATE_FIELD_CONFLICT',
        'a secret field is refused wherever it is sent, so it has to be nullable',
      );
    }
    if (inTable)
      context.at(
        [...path, 'class'],
        'TEMPLATE_FIELD_CONFLICT',
        'a secret is never stored; leave the column out of the table',
      );
  }
  if (type === undefined) return;
  const numeric = type === 'number' || type === 'integer';
  forbid(context, path, field, ['step', 'unit'], numeric, `only numbers and integers have`, type);
  const graded = `only numbers, integers and times have`;
  forbid(context, path, field, ['coarsen'], numeric || type === 'time', graded, type);
  forbid(context, path, field, ['enum', 'pattern', 'max-length'], type === 'text', `only texts have`, type);
  forbid(context, path, field, ['range'], numeric || type === 'time', `only numbers, integers and times have`, type);
  if (field.range !== undefined && (numeric || type === 'time'))
    checkRange(context, [...path, 'range'], field.range, type);
  if (field.step !== undefined && parseRate(field.step) === null) {
    context.at([...path, 'step'], 'TEMPLATE_VALUE_INVALID', 'a step is above zero');
  }
  checkGrid(context, path, field, type);
  if (inTable && field.purposes !== undefined) {
    const message = 'a table is loaded by hand: leave out what it is not for';
    context.atKey([...path, 'purposes'], 'TEMPLATE_FIELD_CONFLICT', message);
  }
  checkWords(context, path, field);
  checkTokens(context, path, field, type);
}

function checkGrid(context: CheckContext, path: SourcePath, { coarsen }: PartialField, type: string): void {
  if (coarsen === undefined) return;
  const place = [...path, 'coarsen'];
  if (type === 'time') {
    const grid = typeof coarsen === 'string' ? (parseDuration(coarsen) ?? 0) : 0;
    if (grid <= 0) context.at(place, 'TEMPLATE_VALUE_INVALID', 'the grid of a time is a length of time such as `1h`');
    return;
  }
  if (typeof coarsen === 'string') {
    context.at(place, 'TEMPLATE_VALUE_INVALID', 'the grid of a number is a number in its unit');
  } else if (type === 'integer' && !Number.isInteger(coarsen) && !Number.isInteger(1 / coarsen)) {
    context.at(place, 'TEMPLATE_VALUE_INVALID', 'the grid of an integer is a whole number');
  }
}

/** A token stands for one value among many; what is measured, or is one of a few, is no identifier. */
function checkTokens(context: CheckContext, path: SourcePath, field: PartialField, type: string): void {
  const named = field.tokenise === undefined ? 'class' : 'tokenise';
  if (field.tokenise === undefined && field.class !== 'identifier') {
    if (field.token === undefined) return;
    const message = 'only fields that are tokenised say which tokens they become: add `tokenise`, or class identifier';
    context.atKey([...path, 'token'], 'TEMPLATE_FIELD_CONFLICT', message);
    return;
  }
  checkFormat(context, [...path, 'token'], field, type);
  if (type !== 'text' && type !== 'integer') {
    const message = `texts and integers can be replaced by tokens; this field is of type ${type}`;
    context.at([...path, named], 'TEMPLATE_FIELD_CONFLICT', message);
  }
  for (const key of ['step', 'coarsen'] as const) {
    if (field[key] === undefined) continue;
    context.atKey([...path, key], 'TEMPLATE_FIELD_CONFLICT', `tokens have no order, so the field has no \`${key}\``);
  }
}

function checkFormat(context: CheckContext, path: SourcePath, { token }: PartialField, type: string): void {
  if (typeof token !== 'object' || token.alphabet === undefined || token.length?.length !== 2) return;
  if (type !== 'text') {
    context.at(path, 'TEMPLATE_FIELD_CONFLICT', `tokens that keep a format are texts; this field is of type ${type}`);
  }
  const kind = tokenKindOf({ alphabet: token.alphabet, length: [...token.length].map(Number) });
  const problem = kind.kind === 'format' ? tokenFormatProblem(kind) : null;
  if (problem !== null) context.at(path, 'TEMPLATE_VALUE_INVALID', `no format for tokens: ${problem}`);
}

/** Who a reading is about is told by a token that nobody takes for an original, or an erased person could not be kept out. */
function checkSubjects(context: CheckContext): void {
  for (const [name, stream] of Object.entries(context.source.streams ?? {})) {
    const subject = stream?.subject;
    if (subject === undefined || typeof stream?.fields?.[subject]?.token !== 'object') continue;
    const message = 'the subject of a stream keeps no format: declare `token: reversible`, or nothing';
    context.at(['streams', name, 'fields', subject, 'token'], 'TEMPLATE_FIELD_CONFLICT', message);
  }
}

/** Within a domain one value has one token, so its tokens are of one format. */
function checkDomains(context: CheckContext): void {
  const known = new Map<string, { readonly format: string; readonly place: string }>();
  for (const section of ['streams', 'tables'] as const) {
    for (const [name, relation] of Object.entries(context.source[section] ?? {})) {
      for (const [field, declared] of Object.entries(relation?.fields ?? {})) {
        const domain = declared?.tokenise ?? (declared?.class === 'identifier' ? name : undefined);
        if (domain === undefined || declared === undefined) continue;
        const { token } = declared;
        const format = typeof token === 'object' ? JSON.stringify(token) : '';
        const place = `${section}.${name}.fields.${field}`;
        const other = known.get(domain);
        if (other === undefined) known.set(domain, { format, place });
        else if (other.format !== format) {
          const path = [section, name, 'fields', field];
          const message = `tokens of the domain \`${domain}\` have another format in ${other.place}, so they would not join`;
          context.at(path, 'TEMPLATE_FIELD_CONFLICT', message);
        }
      }
    }
  }
}

function forbid(
  context: CheckContext,
  path: SourcePath,
  field: PartialField,
  keys: readonly (keyof FieldSource)[],
  allowed: boolean,
  only: string,
  type: string,
): void {
  if (allowed) return;
  for (const key of keys) {
    if (field[key] === undefined) continue;
    context.atKey([...path, key], 'TEMPLATE_FIELD_CONFLICT', `${only} \`${key}\`; this field is of type ${type}`);
  }
}

function checkUnitOf(context: CheckContext, path: SourcePath, field: PartialField): void {
  if (field.unit === undefined) return;
  const problem = checkUnit(field.unit);
  if (problem === null) return;
  // Where the unit meant is known, only that is near; else the nearest spelling of a common one.
  const known = problem.instead === null ? UNITS : [problem.instead];
  const found = problem.instead ?? field.unit;
  const message = `\`${field.unit}\` is no unit in UCUM, such as \`Cel\`, \`%\`, \`m/s\``;
  const at = positionAt(context.root, [...path, 'unit']);
  context.findings.add('TEMPLATE_UNIT_UNKNOWN', at, message, { found, known });
}

/** RE2 runs in linear time and has no back-references; what it cannot compile could hang the gate elsewhere. */
function checkPattern(context: CheckContext, path: SourcePath, pattern: string): void {
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    const why = error instanceof RE2JSSyntaxException ? error.message : 'it is too large';
    context.at(path, 'TEMPLATE_PATTERN_INVALID', `the pattern is not RE2: ${why}`);
  }
}

function checkRange(
  context: CheckContext,
  path: SourcePath,
  range: readonly DeepPartial<number | string | null>[],
  type: 'number' | 'integer' | 'time',
): void {
  const bounds = range.map((bound, index) => {
    if (bound === null) return null;
    const value = type === 'time' ? (typeof bound === 'string' ? parseRfc3339(bound) : null) : bound;
    const right = type === 'integer' ? Number.isSafeInteger(value) : typeof value === 'number';
    if (right) return Number(value);
    const expected =
      type === 'time' ? 'a time such as `2026-01-01T00:00:00Z`' : type === 'integer' ? 'a whole number' : 'a number';
    context.at([...path, index], 'TEMPLATE_RANGE_INVALID', `found \`${String(bound)}\`; expected ${expected}`);
    return Number.NaN;
  });
  const [low = null, high = null] = bounds;
  if (low === null && high === null && range.length === 2) {
    context.at(path, 'TEMPLATE_RANGE_INVALID', 'both ends are open; leave the range out');
  }
  if (low !== null && high !== null && low >= high) {
    context.at(path, 'TEMPLATE_RANGE_INVALID', `the range ends at ${high}, which is not above its start ${low}`);
  }
}

function checkWords(context: CheckContext, path: SourcePath, field: PartialField): void {
  const longest = field['max-length'];
  if (field.enum === undefined) return;
  if (field.pattern !== undefined) {
    context.atKey(
      [...path, 'pattern'],
      'TEMPLATE_FIELD_CONFLICT',
      '`enum` says which texts are allowed; leave out `pattern`',
    );
  }
  for (const [index, text] of field.enum.entries()) {
    if (longest !== undefined && text.length > longest) {
      context.at(
        [...path, 'enum', index],
        'TEMPLATE_FIELD_CONFLICT',
        `the text is longer than \`max-length\` ${longest}`,
      );
    }
  }
}
