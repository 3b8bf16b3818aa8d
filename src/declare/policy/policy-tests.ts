import type { Template } from '#declare/template/index.ts';
import { ACTIONS } from './actions.ts';
import type { Action } from './actions.ts';
import type { DecisionPoint } from './decision-point.ts';
import { PolicyError } from './errors.ts';
import { explainDecision } from './explain.ts';
import { parseResource, subjectOf } from './named-subjects.ts';
import { isData } from './platform-policies.ts';
import { POSTURES } from './posture.ts';
import { rowAttributesOf } from './row-columns.ts';
import { rowOf } from './row-of.ts';
import { STRENGTHS } from './strength.ts';
import type { AccessContext, AccessRequest, Subject } from './types.ts';

/** What became of one case. */
export interface PolicyTestResult {
  readonly name: string;
  readonly holds: boolean;
  /** What was decided, and what was expected instead. */
  readonly message: string;
}

const KEYS = [
  'name',
  'who',
  'may',
  'on',
  'for',
  'strength',
  'address',
  'posture',
  'row',
  'expect',
  'sees',
  'hides',
] as const;
type Case = { readonly [Key in (typeof KEYS)[number]]?: unknown };

/**
 * Runs cases against a template. A case says who (`role:scientist`), may what (`query`), on what (`climate`), for which
 * purpose, of which `row` where it is one of a view, and what is expected: `allow` or `deny`, and for data the columns that it `sees` and `hides`.
 *
 * @param source the parsed file: `cases`, a list of at most 10,000
 * @throws {PolicyError} POLICY_TEST_INVALID where a case is none, with its number
 */
export function runPolicyTests(
  source: unknown,
  template: Template,
  decisions: DecisionPoint,
): readonly PolicyTestResult[] {
  const cases = (source as { readonly cases?: unknown } | null)?.cases;
  if (!Array.isArray(cases) || cases.length > 10_000) throw invalid('it has no list `cases` of at most 10,000');
  return cases.map((one: unknown, index) => runCase(one as Case, index + 1, template, decisions));
}

function runCase(one: Case, number: number, template: Template, decisions: DecisionPoint): PolicyTestResult {
  const { request, expect } = readCase(one, number, template);
  const decision = decisions.decide(request, template);
  const said = explainDecision(request, decision);
  const name = typeof one.name === 'string' ? one.name : `case ${number}`;
  const fails = (why: string): PolicyTestResult => ({ name, holds: false, message: `${why}; ${said}` });
  if (decision.effect !== expect) return fails(`expected ${expect}`);
  const filter = request.context.row === undefined ? null : (decision.obligations?.rowFilter ?? null);
  if (filter !== null) return fails(`cannot be told of this row: \`rows\` are filtered in SQL, by ${filter}`);
  const columns = decision.obligations?.columns.map((column) => column.name) ?? [];
  const unseen = wordsOf(one.sees, 'sees', number).filter((column) => !columns.includes(column));
  if (unseen.length > 0) return fails(`expected to see ${unseen.join(', ')}`);
  const shown = wordsOf(one.hides, 'hides', number).filter((column) => columns.includes(column));
  if (shown.length > 0) return fails(`expected not to see ${shown.join(', ')}`);
  return { name, holds: true, message: said };
}

function readCase(one: Case, number: number, template: Template): { request: AccessRequest; expect: 'allow' | 'deny' } {
  const bad = (why: string): PolicyError => invalid(`case ${number}: ${why}`);
  if (typeof one !== 'object' || one === null) throw bad('it is no mapping');
  const strange = Object.keys(one).find((key) => !(KEYS as readonly string[]).includes(key));
  if (strange !== undefined) throw bad(`there is no key \`${strange}\`; known: ${KEYS.join(', ')}`);
  const subject = subjectOf(textOf(one.who));
  if (subject === null) throw bad('`who` is none of role:NAME, service:NAME, device:TYPE, operator, agent:ROLE/ROLE');
  const action = ACTIONS.find((known) => known === one.may);
  if (action === undefined) throw bad(`\`may\` is none of ${ACTIONS.join(', ')}`);
  const resource = parseResource(textOf(one.on ?? 'platform'), action);
  if (resource === null) throw bad('`on` is no resource of this action, such as `climate` or `stream:climate`');
  const { expect } = one;
  if (expect !== 'allow' && expect !== 'deny') throw bad('`expect` is neither allow nor deny');
  const strength = STRENGTHS.find((known) => known === one.strength);
  if (one.strength !== undefined && strength === undefined)
    throw bad(`\`strength\` is none of ${STRENGTHS.join(', ')}`);
  const who: Subject = strength === undefined ? subject : { ...subject, strength };
  const purpose = one.for === undefined || one.for === null ? null : textOf(one.for);
  const context = { ...contextOf(one, who, bad), ...rowContext(one, action, resource.name, template, bad) };
  return { request: { subject: who, action, resource, purpose, context }, expect };
}

function contextOf(one: Case, subject: Subject, bad: (why: string) => PolicyError): AccessContext {
  const posture = POSTURES.find((known) => known === one.posture);
  if (one.posture !== undefined && posture === undefined) throw bad(`\`posture\` is none of ${POSTURES.join(', ')}`);
  const about = { name: subject.id, type: subject.deviceType ?? '' };
  return {
    proposer: 'somebody else',
    ...(subject.kind === 'device' ? { about } : {}),
    ...(posture === undefined ? {} : { posture }),
    ...(typeof one.address === 'string' ? { address: one.address } : {}),
  };
}

function rowContext(
  { row }: Case,
  action: Action,
  view: string,
  template: Template,
  bad: (why: string) => PolicyError,
): Pick<AccessContext, 'row'> {
  if (row === undefined) return {};
  if (!isData(action)) throw bad('`row` is of a view, and this action has none');
  const read = rowOf(row, rowAttributesOf(template, view, undefined));
  if ('why' in read) throw bad(`\`row\` ${read.why}`);
  return { row: read.row };
}

function wordsOf(value: unknown, key: string, number: number): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value;
  throw invalid(`case ${number}: \`${key}\` is no list of columns`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function invalid(why: string): PolicyError {
  return new PolicyError('POLICY_TEST_INVALID', `Cannot run policy tests: ${why}`, {
    hint: 'docs/tasks/write-policies.md shows a file of cases',
  });
}
