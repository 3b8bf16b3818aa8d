import { CLASSES, PROBE_STREAM } from '#base/core/index.ts';
import { isSystemName, tokenSight } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { ACTION_RULES, ACTIONS } from './actions.ts';
import type { Action, ResourceType } from './actions.ts';
import type { DecisionPoint } from './decision-point.ts';
import { ALL_CONTEXT } from './file-policies.ts';
import { SEE } from './cedar-schema.ts';
import { isData } from './platform-policies.ts';
import { UNTOLD } from './moments.ts';
import type { Moment } from './moments.ts';
import { subjectsOf } from './named-subjects.ts';
import { allPurposes, allRelations, relationFacts } from './relation-facts.ts';
import { STRENGTHS } from './strength.ts';
import type { AccessContext, Resource, Subject } from './types.ts';

/** One decision of the matrix, by who, what, of what, for which purpose, signed in how strongly. */
export interface MatrixCell {
  readonly who: string;
  readonly action: Action;
  readonly resource: string;
  readonly purpose: string | null;
  readonly strength: string;
  /** When and from where; null where a request tells neither. */
  readonly moment: string | null;
  /** What is allowed: the columns as `name` or `name (mask)` for data, else `yes`; null where it is denied. */
  readonly allowed: readonly string[] | null;
  readonly rowFilter: string | null;
  readonly policies: readonly string[];
}

export interface MatrixChange {
  readonly effect: 'allowed' | 'denied' | 'changed';
  readonly cell: MatrixCell;
  /** The moments for which it is so, where it is not so for all that were looked at. */
  readonly when: readonly string[] | null;
  /** What becomes visible, or may be done, that was not before. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/**
 * Every decision that a template implies: each role, the operator and each type of device, by each action, each
 * resource, each purpose, with the weakest and the strongest sign-in, at each moment that is given; devices are in order.
 *
 * @param moments of all versions that are compared, see `momentsOf`
 */
export function decisionMatrix(
  template: Template,
  decisions: DecisionPoint,
  moments: readonly Moment[] = [UNTOLD],
): readonly MatrixCell[] {
  return [...matrixCells(template, decisions, moments)];
}

/** The cells of the matrix one by one, for who has others to serve meanwhile: a large template has thousands. */
export function* matrixCells(
  template: Template,
  decisions: DecisionPoint,
  moments: readonly Moment[] = [UNTOLD],
): Generator<MatrixCell> {
  const { policies } = decisions.policiesOf(template);
  const asks = (action: Action, ...what: string[]): boolean =>
    policies
      .filter(({ actions }) => actions.includes(action) || (isData(action) && actions.includes(SEE)))
      .some(({ reads }) => [...what, ALL_CONTEXT].some((one) => reads.includes(one)));
  for (const [who, subject] of subjectsOf(template)) {
    for (const action of ACTIONS) {
      if ((ACTION_RULES[action].by === 'devices') !== (subject.kind === 'device')) continue;
      const [asksStrength, asksMoment] = [asks(action, 'authentication'), asks(action, 'time', 'address')];
      for (const resource of resourcesOf(action, template)) {
        for (const purpose of purposesOf(subject, action, template)) {
          const strengths: readonly Pick<Subject, 'strength'>[] = subject.kind === 'device' ? [{}] : STRENGTHS_SHOWN;
          // Where no policy asks how somebody signed in, or when, the decision is the same, and is not made again.
          const made = new Map<string, MatrixCell>();
          for (const moment of moments) {
            for (const by of strengths) {
              const asked = JSON.stringify([asksStrength && by.strength, asksMoment && moment.label]);
              const signedIn = { ...subject, ...by };
              const cell =
                made.get(asked) ?? cellOf(who, signedIn, action, resource, purpose, moment, template, decisions);
              made.set(asked, cell);
              yield { ...cell, strength: by.strength ?? '', moment: moment.label };
            }
          }
        }
      }
    }
  }
}

const STRENGTHS_SHOWN = [{ strength: STRENGTHS[0] }, { strength: STRENGTHS[2] }] as const;

function purposesOf({ kind }: Subject, action: Action, template: Template): readonly (string | null)[] {
  return kind !== 'device' && isData(action) ? [null, ...allPurposes(template)] : [null];
}

function cellOf(
  who: string,
  subject: Subject,
  action: Action,
  resource: Resource,
  purpose: string | null,
  moment: Moment,
  template: Template,
  decisions: DecisionPoint,
): MatrixCell {
  const context = { ...contextFor(subject, resource, template), ...moment.context };
  const { effect, obligations, policies } = decisions.decide({ subject, action, resource, purpose, context }, template);
  const columns = obligations?.columns.map(({ name, mask }) => (mask === null ? name : `${name} (${mask})`));
  return {
    who,
    action,
    resource: `${resource.type}:${resource.name}`,
    purpose,
    strength: subject.strength ?? '',
    moment: moment.label,
    allowed: effect === 'deny' ? null : (columns ?? ['yes']),
    rowFilter: obligations?.rowFilter ?? null,
    policies,
  };
}

/** A relation whose columns only the query room knows is weighed with one column of each class, and one of tokens. */
function contextFor(subject: Subject, { type, name }: Resource, template: Template): AccessContext {
  if (subject.kind === 'device') {
    return { about: { name: subject.id, type: subject.deviceType ?? '' }, posture: 'fresh' };
  }
  const proposer = { proposer: 'somebody else' };
  if (type !== 'view' || relationFacts(template, name)?.columns !== null) return proposer;
  const columns = CLASSES.map((cls) => ({ name: `${cls} columns`, class: cls }));
  const tokens = { name: 'tokens', class: 'identifier', ...tokenSight('identifier') } as const;
  return { ...proposer, lineage: { columns: [...columns, tokens] } };
}

function resourcesOf(action: Action, template: Template): readonly Resource[] {
  const names: Readonly<Partial<Record<ResourceType, readonly string[]>>> = {
    stream: [...template.streams.keys()].filter((name) => !isSystemName(name)),
    view: [...allRelations(template), PROBE_STREAM],
    table: [...template.tables.keys()],
    commands: [...template.devices.keys()].filter((name) => !isSystemName(name)).map((type) => `a-${type}`),
  };
  return ACTION_RULES[action].on.flatMap((type) => (names[type] ?? ['*']).map((name) => ({ type, name })));
}

/**
 * What differs between two matrices: what becomes allowed, denied, or shows more or less. What is so at all moments is
 * told once, else the moments are told at which it is.
 */
export function diffMatrices(before: readonly MatrixCell[], after: readonly MatrixCell[]): readonly MatrixChange[] {
  const old = new Map(before.map((cell) => [keyOf(cell), cell]));
  const now = new Map(after.map((cell) => [keyOf(cell), cell]));
  const moments = new Set([...before, ...after].map(({ moment }) => moment)).size;
  const changes = [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => changeOf(old.get(key), now.get(key)));
  return [...Map.groupBy(changes, sameOf).values()].map((same) => {
    const [first] = same as [MatrixChange];
    const when = same.length === moments ? null : same.map(({ cell }) => cell.moment ?? 'untold');
    return { ...first, when };
  });
}

function changeOf(was: MatrixCell | undefined, is: MatrixCell | undefined): readonly MatrixChange[] {
  const cell = is ?? was;
  if (cell === undefined) return [];
  const [had, has] = [was?.allowed ?? [], is?.allowed ?? []];
  const gained = has.filter((one) => !had.includes(one));
  const lost = had.filter((one) => !has.includes(one));
  const filter = had.length > 0 && has.length > 0 && was?.rowFilter !== is?.rowFilter;
  if (gained.length === 0 && lost.length === 0 && !filter) return [];
  const effect = had.length === 0 ? 'allowed' : has.length === 0 ? 'denied' : 'changed';
  return [{ effect, cell, when: null, gained: filter ? [...gained, `rows: ${is?.rowFilter ?? 'all'}`] : gained, lost }];
}

/** Alike but for the moment. */
function sameOf({ effect, cell, gained, lost }: MatrixChange): string {
  return JSON.stringify([effect, keyOf({ ...cell, moment: null }), gained, lost]);
}

function keyOf({ who, action, resource, purpose, strength, moment }: MatrixCell): string {
  return JSON.stringify([who, action, resource, purpose, strength, moment]);
}
