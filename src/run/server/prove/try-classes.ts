import type { Class } from '#base/core/index.ts';
import type { ClassTrial } from '#assure/controls/index.ts';
import { DecisionPoint, planTemplate } from '#declare/policy/index.ts';
import type { Action, QueryDecision, Subject } from '#declare/policy/index.ts';
import { keepOf, parseTemplate, regionOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';

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
people:
  clinic: {query: [s], purposes: [care], sees: [public, operational, personal, health], may: [export], region: eu}
  desk: {query: [s], purposes: [care], region: eu}
  abroad: {query: [s], purposes: [care], sees: [public, operational, personal, health], region: us}
`;

const TRIED: readonly Class[] = ['public', 'personal', 'health'];
const DAY_MS = 86_400_000;

/** What is asked for the consequences of a class: the functions that decide for the platform. */
export interface ClassParts {
  readonly decide: (asked: Asked, template: Template) => QueryDecision;
  readonly keepOf: typeof keepOf;
  readonly regionOf: typeof regionOf;
  readonly planOf: (template: Template) => ReturnType<typeof planTemplate>;
}

interface Asked {
  readonly role: string;
  readonly action: Action;
  readonly purpose: string | null;
}

/** Changes one word of a template of its own, the class of a field, and asks all that decides for what follows. */
export function tryClasses(parts: ClassParts = platformParts()): readonly ClassTrial[] {
  return TRIED.map((cls) => consequencesOf(cls, parts));
}

/** What decides for the platform: nothing of it is made for this. */
export function platformParts(): ClassParts {
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
  };
}

function consequencesOf(cls: Class, { decide, planOf, ...parts }: ClassParts): ClassTrial {
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
