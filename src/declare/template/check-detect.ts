import { CONNECTIONS_STREAM } from '#base/core/index.ts';
import type { CheckContext } from './check-context.ts';
import { checkDetectors } from './check-detectors.ts';
import { keyPositionAt } from './source-node.ts';
import type { SourcePath } from './source-node.ts';
import { fieldsOfPhysics, parsePhysics } from './physics-rule.ts';

/** What a field has to be to be a sign, or a state. */
const FITS: Readonly<Record<string, readonly string[]>> = {
  'case-open': ['boolean', 'integer', 'number'],
  'sensor-id': ['text', 'integer'],
  'boot-count': ['integer'],
};

/** Checks that detection is on streams, that its fields and calendars exist, and that they are of a fitting type. */
export function checkDetect(context: CheckContext): void {
  const { streams = {}, detect = {}, calendars = {} } = context.source;
  for (const [name, detection] of Object.entries(detect)) {
    const path = ['detect', name];
    if (name === CONNECTIONS_STREAM) {
      checkConnections(context, detection ?? {});
      continue;
    }
    if (!Object.hasOwn(streams, name)) {
      const known = { found: name, known: Object.keys(streams) };
      const at = keyPositionAt(context.root, path);
      context.findings.add('TEMPLATE_REFERENCE_UNKNOWN', at, `there is no stream \`${name}\` to detect on`, known);
      continue;
    }
    const fields = streams[name]?.fields ?? {};
    const typeOf = (field: string, at: SourcePath): string | null => {
      if (Object.hasOwn(fields, field)) return fields[field]?.type ?? null;
      context.unknown(at, 'field', field, Object.keys(fields));
      return null;
    };
    const { state, signs = {}, physics = [], calendars: named = [], detectors = [] } = detection ?? {};
    checkDetectors(context, [...path, 'detectors'], detectors, streams[name] ?? {});
    if (state !== undefined) {
      const type = typeOf(state, [...path, 'state']);
      const fits = type === 'boolean' || type === 'integer' || (type === 'text' && fields[state]?.enum !== undefined);
      if (type !== null && !fits)
        context.at(
          [...path, 'state'],
          'TEMPLATE_FIELD_CONFLICT',
          'a state is a truth, an integer, or a text of an `enum`',
        );
    }
    for (const [role, field] of Object.entries(signs)) {
      if (field === undefined) continue;
      const type = typeOf(field, [...path, 'signs', role]);
      if (type !== null && FITS[role]?.includes(type) === false)
        context.at([...path, 'signs', role], 'TEMPLATE_FIELD_CONFLICT', `a field of type ${type} is no ${role}`);
    }
    for (const [i, text] of physics.entries()) {
      const rule = text === undefined ? null : parsePhysics(text);
      for (const field of rule === null ? [] : fieldsOfPhysics(rule)) {
        const type = typeOf(field, [...path, 'physics', i]);
        if (type !== null && type !== 'number' && type !== 'integer')
          context.at([...path, 'physics', i], 'TEMPLATE_FIELD_CONFLICT', `\`${field}\` is no number`);
      }
    }
    for (const [i, calendar] of named.entries()) {
      if (calendar === undefined || Object.hasOwn(calendars, calendar)) continue;
      context.unknown([...path, 'calendars', i], 'calendar', calendar, Object.keys(calendars));
    }
  }
  for (const [name, calendar] of Object.entries(calendars)) {
    const { zone, cycle } = calendar ?? {};
    if (zone !== undefined && !isZone(zone))
      context.at(['calendars', name, 'zone'], 'TEMPLATE_VALUE_INVALID', `\`${zone}\` is no time zone`);
    if (cycle?.from !== undefined && Number.isNaN(Date.parse(cycle.from)))
      context.at(['calendars', name, 'cycle', 'from'], 'TEMPLATE_VALUE_INVALID', `\`${cycle.from}\` is no time`);
  }
}

/** How devices connect is watched by a plan of its own: what it may cost can be said, and nothing of its fields. */
function checkConnections(context: CheckContext, detection: object): void {
  for (const word of Object.keys(detection)) {
    if (word === 'budget' || word === 'drift') continue;
    const path = ['detect', CONNECTIONS_STREAM, word];
    context.at(
      path,
      'TEMPLATE_FIELD_CONFLICT',
      `\`${word}\` cannot be said of \`${CONNECTIONS_STREAM}\`: only \`budget\` and \`drift\` can`,
    );
  }
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
