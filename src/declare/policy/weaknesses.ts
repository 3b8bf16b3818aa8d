import { setImmediate } from 'node:timers/promises';
import type { Field, Template, TemplateChange } from '#declare/template/index.ts';
import { diffMatrices, matrixCells } from './decision-matrix.ts';
import type { MatrixCell, MatrixChange } from './decision-matrix.ts';
import type { DecisionPoint } from './decision-point.ts';
import { momentsOf } from './moments.ts';
import type { Moment } from './moments.ts';
import { allPurposes, relationFacts } from './relation-facts.ts';

/** Decisions of the matrix that are made in one go: some milliseconds. */
const AT_ONCE = 32;

/** One way in which a changed template protects less than the one before. */
export interface Weakness {
  /** A place in the template, or `who action resource` for what becomes newly allowed. */
  readonly what: string;
  readonly explanation: string;
}

/**
 * How a changed template weakens: what its changes say of themselves, and what the matrix of all decisions newly
 * allows, over every role, action, resource and purpose.
 *
 * A stream or table that is new holds nothing yet, so whoever may use it gains nothing. One that an earlier version had
 * gives back what is stored, as does a field: taking it out first and putting it back laxer must not be a way around.
 *
 * @param earlier versions that were in force before
 */
export async function weaknessesOf(
  before: Template,
  after: Template,
  changes: readonly TemplateChange[],
  decisions: DecisionPoint,
  earlier: readonly Template[] = [],
): Promise<readonly Weakness[]> {
  if (changes.length === 0) return [];
  const declared = changes
    .filter(({ effect }) => effect === 'weakens')
    .map(({ path, explanation }) => ({ what: path, explanation }));
  if (policyInputs(before) === policyInputs(after)) return [...declared, ...returning(changes, earlier)];
  const moments = momentsOf([before, after].map((template) => decisions.policiesOf(template)));
  const was = await unhurried(before, decisions, moments);
  const gained = diffMatrices(was, await unhurried(after, decisions, moments));
  return [...declared, ...returning(changes, earlier), ...newlyAllowed(gained, was, before, after)];
}

/** All of a template that decisions read: with the same, the whole matrix is the same. */
function policyInputs({ people, policies, streams, tables, views, devices, region, classes }: Template): string {
  const fieldsOf = ({ fields }: { readonly fields: readonly Field[] }): unknown =>
    fields.map((field) => [field.name, field.class]);
  return JSON.stringify([
    region,
    [...(classes ?? [])],
    policies ?? [],
    [...people.values()].map((role) => ({ ...role, rows: [...role.rows], masks: [...role.masks] })),
    [...streams.values()].map((one) => [
      one.name,
      one.from,
      one.purposes,
      one.basis,
      one.posture,
      one.region,
      fieldsOf(one),
    ]),
    [...tables.values()].map((one) => [one.name, one.purposes, fieldsOf(one)]),
    [...views.values()].map(({ name, from, purposes, crosses }) => [name, from, purposes, crosses]),
    [...devices.values()].map(({ name, speaksFor }) => [name, speaksFor]),
  ]);
}

/** The matrix of a template, worked out between whatever else the process has to do. */
async function unhurried(
  template: Template,
  decisions: DecisionPoint,
  moments: readonly Moment[],
): Promise<readonly MatrixCell[]> {
  const cells: MatrixCell[] = [];
  for (const cell of matrixCells(template, decisions, moments)) {
    if (cells.push(cell) % AT_ONCE === 0) await setImmediate();
  }
  return cells;
}

/** What comes back of which an earlier version had stored something. */
function returning(changes: readonly TemplateChange[], earlier: readonly Template[]): readonly Weakness[] {
  return changes.flatMap(({ path, kind }): Weakness[] => {
    const [section, name = '', fields, field = ''] = path.split('.');
    if (kind !== 'added' || (section !== 'streams' && section !== 'tables')) return [];
    const had = earlier.some((template) => {
      const relation = template[section].get(name);
      if (fields === undefined) return relation !== undefined;
      return path.split('.').length === 4 && relation?.fields.some((one) => one.name === field) === true;
    });
    return had ? [{ what: path, explanation: 'an earlier version had it: what is stored of it is seen again' }] : [];
  });
}

/** The cells of the matrix that gain, one line for who, action and resource, however many purposes they have. */
function newlyAllowed(
  changes: readonly MatrixChange[],
  was: readonly MatrixCell[],
  before: Template,
  after: Template,
): readonly Weakness[] {
  const known = allPurposes(before);
  const seen = Map.groupBy(was, keyOf);
  const filters = new Map(was.map((cell) => [situationOf(cell), cell.rowFilter]));
  const lines = new Map<string, { gained: Set<string>; purposes: Set<string> }>();
  for (const { cell, gained } of changes) {
    const key = keyOf(cell);
    // For a purpose that nothing had before, what counts is what was not to be seen for any other either.
    const isNew = cell.purpose !== null && !known.includes(cell.purpose);
    const had = new Set(isNew ? (seen.get(key) ?? []).flatMap(({ allowed }) => allowed ?? []) : []);
    // A filter where there was none, or one more beside it, leaves fewer rows.
    const old = filters.get(situationOf(cell)) ?? null;
    const narrower = cell.rowFilter !== null && (old === null || cell.rowFilter.startsWith(`${old} AND `));
    const what = gained.filter(
      (one) => !had.has(one) && !(narrower && one.startsWith('rows: ')) && isStored(cell.resource, one, before, after),
    );
    if (what.length === 0) continue;
    const line = lines.get(key) ?? { gained: new Set(), purposes: new Set() };
    lines.set(key, line);
    for (const one of what) line.gained.add(one);
    if (cell.purpose !== null) line.purposes.add(cell.purpose);
  }
  return [...lines].map(([what, { gained, purposes }]) => {
    const shown = [...gained].filter((one) => one !== 'yes');
    const columns = shown.length === 0 ? '' : `: ${shown.join(', ')}`;
    const forWhat = purposes.size === 0 ? '' : ` for ${[...purposes].join(', ')}`;
    return { what, explanation: `newly allowed${forWhat}${columns}` };
  });
}

function situationOf({ purpose, strength, moment, ...cell }: MatrixCell): string {
  return `${keyOf(cell)} ${purpose ?? ''} ${strength} ${moment ?? ''}`;
}

function keyOf({ who, action, resource }: Pick<MatrixCell, 'who' | 'action' | 'resource'>): string {
  return `${who} ${action} ${resource}`;
}

/** Whether something may be kept behind what is gained: a view shows what was there before, a new stream does not. */
function isStored(resource: string, gained: string, before: Template, after: Template): boolean {
  const [type = '', name = ''] = resource.split(':');
  if (type === 'stream') return before.streams.has(name);
  if (type === 'table') return before.tables.has(name);
  if (type === 'commands') return before.devices.has(name.replace(/^a-/, ''));
  if (type !== 'view') return true;
  const facts = relationFacts(before, name);
  if (facts === null) return after.views.has(name);
  if (facts.columns === null || gained.startsWith('rows: ')) return true;
  return facts.columns.some((column) => column.name === gained.replace(/ \(.*\)$/, ''));
}
