import type { Class } from '#base/core/index.ts';
import type { ClassTrial } from '#assure/controls/index.ts';
import { DecisionPoint, planTemplate } from '#declare/policy/index.ts';
import type { Action, QueryDecision, Subject } from '#declare/policy/index.ts';
import { keepOf, parseTemplate, regionOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Relations } from '#flow/query/index.ts';
import { decideAccess } from '../query/query-access.ts';

/** A template in which one word is open: the class of the field `x`. */
const withClass = (cls: Class): string => `template: 1
name: probe-classes
objects: {main: {region: eu}}
classes:
  personal: {keep: {min: 10d, max: 30d}, mask: hash, export: purpose, region: eu}
  health: {keep: {max: 7d}, export: never, region: eu}
devices: {d: {}}
streams:
  s:
    from: d
    purposes: [care]
    basis: contract
    keep: {max: 400d}
    fields: {n: {type: number, class: public}, x: {type: text, class: ${cls}}}
${views(cls)}
people:
  clinic: {query: [s], purposes: [care], sees: [public, operational, personal, health], may: [export], region: eu}
  desk: {query: [s, made, milder], purposes: [care], region: eu}
  abroad: {query: [s], purposes: [care], sees: [public, operational, personal, health], region: us}
`;

/** What views make of the field: worked on, counted, chosen by, made again of a view, and given away by a rule. */
const DERIVED = ['made', 'counted', 'chosen', 'again'] as const;
const views = (cls: Class): string => `views:
  made: {from: s, purposes: [care], sql: "select lower(x) as y from s"}
  counted: {from: s, purposes: [care], sql: "select count(distinct x) as y from s"}
  chosen: {from: s, purposes: [care], sql: "select n as y from s where x = 'a'"}
  again: {from: made, purposes: [care], sql: "select y || '!' as y from made"}
  milder:
    from: s
    purposes: [care]
    sql: "select length(x) as y from s"${MILDEST === cls ? '' : `\n    declassify: {length: {columns: [y], to: ${MILDEST}, because: a length tells nobody}}`}`;
const MILDEST: Class = 'public';

const TRIED: readonly Class[] = ['public', 'personal', 'health'];
const DAY_MS = 86_400_000;

/** What is asked for the consequences of a class: the functions that decide for the platform. */
export interface ClassParts {
  readonly decide: (asked: Asked, template: Template) => QueryDecision;
  readonly keepOf: typeof keepOf;
  readonly regionOf: typeof regionOf;
  readonly planOf: (template: Template) => ReturnType<typeof planTemplate>;
  /** What statements may name under a template, with the classes that views give their columns. */
  readonly relationsOf: (template: Template) => Promise<Relations>;
  /** How a role sees a column of what statements may name: `clear`, a mask, or null for nothing. */
  readonly sightOf: (role: string, column: SeenColumn, declared: Sight) => Promise<string | null>;
}

interface SeenColumn {
  readonly relation: string;
  readonly name: string;
}

interface Sight {
  readonly template: Template;
  readonly relations: Relations;
}

interface Asked {
  readonly role: string;
  readonly action: Action;
  readonly purpose: string | null;
}

/** Changes one word of a template of its own, the class of a field, and asks all that decides for what follows. */
export function tryClasses(parts: ClassParts): Promise<readonly ClassTrial[]> {
  return Promise.all(TRIED.map((cls) => consequencesOf(cls, parts)));
}

/** What decides for the platform: nothing of it is made for this. @param relationsOf has the query engine read views */
export function platformParts(relationsOf: ClassParts['relationsOf']): ClassParts {
  // One of its own, so that no version of the policies in force makes room for these.
  const decisions = new DecisionPoint();
  return {
    decide: ({ role, action, purpose }, template) => {
      const resource = { type: 'view', name: 's' } as const;
      return decisions.decide({ subject: subjectWith(role), action, resource, purpose, context: {} }, template);
    },
    keepOf,
    regionOf,
    planOf: (template) => planTemplate(template, decisions),
    relationsOf,
    sightOf: async (role, { relation, name }, { template, relations }) => {
      const declared = { template, relations, decisions };
      const { grants } = await decideAccess(subjectWith(role), 'care', declared, [], async () => null);
      const column = grants.get(relation)?.columns.find((one) => one.name === name);
      return column === undefined ? null : (column.mask ?? 'clear');
    },
  };
}

async function consequencesOf(cls: Class, { decide, planOf, ...parts }: ClassParts): Promise<ClassTrial> {
  const template = templateWith(cls);
  const stream = template.streams.get('s');
  if (stream === undefined) throw new Error('the template of this trial has lost its stream');
  const seen = (role: string, action: Action = 'query', purpose: string | null = 'care'): string | null => {
    const column = decide({ role, action, purpose }, template).obligations?.columns.find(({ name }) => name === 'x');
    return column === undefined ? null : (column.mask ?? 'clear');
  };
  const days = (ms: number | null): number | null => (ms === null ? null : ms / DAY_MS);
  const keep = parts.keepOf(template, stream);
  const columns = planOf(template).streams.find(({ name }) => name === 's')?.columns;
  const relations = await parts.relationsOf(template);
  const classOf = (view: string): Class | null =>
    relations.get(view)?.columns.find(({ name }) => name === 'y')?.class ?? null;
  return {
    class: cls,
    keyDomain: columns?.find(({ name }) => name === 'x')?.keyDomain ?? null,
    granted: seen('clinic'),
    notGranted: seen('desk'),
    keptDays: [days(keep.min), days(keep.max)],
    exported: seen('clinic', 'export'),
    exportedForNothing: seen('clinic', 'export', null),
    abroad: seen('abroad'),
    region: parts.regionOf(template, stream),
    derived: DERIVED.map((view) => classOf(view)),
    derivedNotGranted: await parts.sightOf('desk', { relation: 'made', name: 'y' }, { template, relations }),
    declassified: classOf('milder'),
  };
}

function templateWith(cls: Class): Template {
  const parsed = parseTemplate({ path: 'probe-classes.yaml', text: withClass(cls) }, () => null);
  if ('template' in parsed) return parsed.template;
  throw new Error(`the template of this trial has findings: ${parsed.diagnostics.map(({ code }) => code).join(', ')}`);
}

function subjectWith(role: string): Subject {
  return { id: '_prober', kind: 'service', roles: [role], standing: 'good', deviceType: null };
}
