import { keyDomainOf, millis, SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { Class, FieldType, KeyDomain } from '#base/core/index.ts';
import { algorithmOf, isQuantumSafe } from '#base/crypto/index.ts';
import {
  cryptoRules,
  formatDuration,
  heldBy,
  intakeFields,
  isLoopback,
  isSystemName,
  keepOf,
  unenforcedOf,
} from '#declare/template/index.ts';
import type { Field, PrivacyRules, Role, Stream, Template, Unenforced } from '#declare/template/index.ts';
import type { DecisionPoint } from './decision-point.ts';
import { dictionariesOf } from './dictionaries.ts';
import type { Dictionary } from './dictionaries.ts';
import { roleQueries } from './grants.ts';
import { protectedRelations } from './protected-relations.ts';
import type { ProtectedRelation } from './protected-relations.ts';
import { sourcesOf } from './relation-facts.ts';
import { subjectWith } from './named-subjects.ts';

/** What a template means, before it runs. */
export interface TemplatePlan {
  readonly name: string;
  readonly digest: string;
  readonly region: string;
  readonly listeners: readonly { readonly name: string; readonly address: string; readonly port: number }[];
  /** What new checkpoints and certificates are signed with, in words. */
  readonly signatures: readonly string[];
  /** True where other machines can reach the platform. */
  readonly exposed: boolean;
  readonly devices: readonly PlannedDevice[];
  readonly streams: readonly PlannedStream[];
  readonly views: readonly {
    readonly name: string;
    readonly from: readonly string[];
    readonly roles: readonly string[];
  }[];
  readonly roles: readonly { readonly name: string; readonly may: readonly string[] }[];
  /** Streams whose rows a privacy budget protects. */
  readonly budgets: readonly PlannedBudget[];
  /** Who could tell tokens apart by bringing in known originals. */
  readonly dictionaries: readonly Dictionary[];
  readonly unenforced: readonly Unenforced[];
}

/** A privacy budget, and who sees rows all the same. */
export interface PlannedBudget extends PrivacyRules {
  readonly stream: string;
  /** Whose privacy it is: the subject's field, else `device`. */
  readonly unit: string;
  /** Private views that spend it. */
  readonly views: readonly string[];
  /** Relations with its rows that are not private, and the roles that name them. */
  readonly raw: readonly ProtectedRelation[];
}

export interface PlannedDevice {
  readonly type: string;
  readonly identity: string;
  readonly publishesTo: readonly string[];
  readonly speaksFor: readonly string[];
}

export interface PlannedStream {
  readonly name: string;
  readonly from: readonly string[];
  /** Ids of unenforced protections that keep it from starting; empty where it starts. */
  readonly heldBy: readonly string[];
  readonly checks: readonly string[];
  /** How long its readings are kept, in words, by what the stream and the classes of its fields say. */
  readonly kept: string;
  readonly columns: readonly PlannedColumn[];
  readonly seenBy: readonly PlannedSight[];
}

export interface PlannedColumn {
  readonly name: string;
  readonly type: FieldType;
  readonly class: Class;
  /** Domain whose key wraps the column's data key; null for a secret, which is refused. */
  readonly keyDomain: KeyDomain | null;
}

/** What one role sees of a stream, over all its purposes. */
export interface PlannedSight {
  readonly role: string;
  readonly clear: readonly string[];
  /** `column (mask)`. */
  readonly masked: readonly string[];
  readonly rowFilter: string | null;
}

/** Works out what a template means: checks, encryption, who sees what, what is not enforced. Pure. */
export function planTemplate(template: Template, decisions: DecisionPoint): TemplatePlan {
  const { address, mqtt, https, api, status } = template.listen;
  const ports = { mqtt, https, api, ...(status === undefined ? {} : { status }) };
  const streams = [...template.streams.values()].filter((stream) => !isSystemName(stream.name));
  return {
    name: template.name,
    digest: template.digest,
    region: template.region,
    listeners: Object.entries(ports).map(([name, port]) => ({ name, address, port })),
    signatures: signaturesOf(template),
    exposed: !isLoopback(address),
    devices: [...template.devices.values()]
      .filter((type) => !isSystemName(type.name))
      .map((type) => ({
        type: type.name,
        identity: type.identity,
        publishesTo: streams.filter((stream) => stream.from.includes(type.name)).map((stream) => stream.name),
        speaksFor: type.speaksFor,
      })),
    streams: streams.map((stream) => planStream(template, stream, decisions)),
    views: [...template.views.values()].map(({ name, from }) => ({
      name,
      from,
      roles: [...template.people.values()].filter((role) => roleQueries(role, name, template)).map((role) => role.name),
    })),
    roles: [...template.people.values()].map(({ name, may }) => ({ name, may })),
    budgets: budgetsOf(template),
    dictionaries: dictionariesOf(template, decisions),
    unenforced: unenforcedOf(template),
  };
}

function budgetsOf(template: Template): readonly PlannedBudget[] {
  const open = protectedRelations(template).filter(({ roles }) => roles.length > 0);
  return [...template.streams.values()].flatMap(({ name, subject, privacy }) =>
    privacy === undefined
      ? []
      : [
          {
            ...privacy,
            stream: name,
            unit: subject ?? 'device',
            views: [...template.views.values()]
              .filter((view) => view.private === true && view.from.includes(name))
              .map((view) => view.name),
            raw: open.filter((relation) => sourcesOf(template, relation.name).includes(name)),
          },
        ],
  );
}

function signaturesOf(template: Template): readonly string[] {
  const { checkpoints, certificates } = cryptoRules(template);
  const [safe, name] = [isQuantumSafe(certificates), algorithmOf(certificates).name];
  const spared = [...template.devices.values()].filter(({ cannot = [] }) => cannot.includes('ml-dsa'));
  return [
    `checkpoints of the log: ${checkpoints.map((id) => algorithmOf(id).name).join(' and ')}`,
    `certificates: ${name}${safe ? '' : ', which a quantum computer can forge'}`,
    ...(safe && spared.length > 0
      ? [`certificates of ${spared.map((type) => type.name).join(', ')}: as before, for they cannot take ML-DSA`]
      : []),
    ...(safe && spared.length === 0
      ? ['clients with OpenSSL before 3.5 cannot load such certificates: name ml-dsa under cannot of their types']
      : []),
  ];
}

function planStream(template: Template, stream: Stream, decisions: DecisionPoint): PlannedStream {
  const system = SYSTEM_COLUMNS.map(({ name, type }) => ({ name, type, class: 'operational' as const }));
  return {
    name: stream.name,
    from: stream.from,
    heldBy: [...new Set(heldBy(template, stream).map((unenforced) => unenforced.id))],
    checks: checksOf(stream),
    kept: keptOf(keepOf(template, stream)),
    columns: [...system, ...stream.fields].map(({ name, type, class: cls }) => ({
      name,
      type,
      class: cls,
      keyDomain: keyDomainOf(cls),
    })),
    seenBy: [...template.people.values()].flatMap((role) => sightOf(template, stream, role, decisions)),
  };
}

function keptOf({ min, max }: ReturnType<typeof keepOf>): string {
  const least = min === null ? '' : `at least ${formatDuration(min)}`;
  const most = max === null ? 'until somebody deletes them' : `at most ${formatDuration(max)}`;
  return least === '' ? most : `${least}, ${most}`;
}

/** The checks that a reading of the stream passes, in words. */
function checksOf(stream: Stream): readonly string[] {
  const { late, early } = stream.accept;
  return [
    `rate: ${stream.rate.perSecond}/s per device, bursts of ${stream.rate.burst}`,
    `clock: at most ${formatDuration(late)} late, ${formatDuration(early)} early`,
    `undeclared fields: ${stream.undeclared === 'refuse' ? 'refused' : 'dropped and counted'}`,
    ...(stream.basis === 'consent' ? [`consent: of the person in ${stream.subject ?? '-'}`] : []),
    ...(stream.coarsenTime === undefined ? [] : [`times: stored in steps of ${formatDuration(stream.coarsenTime)}`]),
    ...(stream.aggregate === undefined
      ? []
      : [`stored: one row of each window of ${formatDuration(stream.aggregate.every)}`]),
    ...intakeFields(stream).flatMap(checksOfField),
  ];
}

function checksOfField(field: Field): readonly string[] {
  if (field.class === 'secret') return [`${field.name}: refused wherever it is sent`];
  if (field.withheld === true) {
    return [
      field.purposes === undefined
        ? `${field.name}: not stored`
        : `${field.name}: not stored, for nobody uses it for ${field.purposes.join(' or ')}`,
    ];
  }
  const parts: string[] = [field.nullable ? `${field.type} or null` : field.type];
  if (field.range !== null) parts.push(`from ${field.range[0] ?? '-∞'} to ${field.range[1] ?? '∞'}`);
  if (field.step !== null) parts.push(`at most ${field.step.perSecond} per second`);
  if (field.enum !== null) parts.push(`one of ${field.enum.length} texts`);
  if (field.pattern !== null) parts.push('of its pattern');
  if (field.type === 'text') parts.push(`up to ${field.maxLength} characters`);
  if (field.coarsen !== undefined) parts.push(`stored in steps of ${stepOf(field.type, field.coarsen)}`);
  if (field.token?.kind === 'reversible') parts.push('its original kept in the vault');
  if (field.token?.kind === 'format') {
    const { alphabet, length } = field.token;
    parts.push(`stored as a token of ${length[0]} to ${length[1]} of ${alphabet.length} letters`);
  }
  return [`${field.name}: ${parts.join(', ')}`];
}

/** @param grid microseconds for a time, else in the field's unit */
function stepOf(type: FieldType, grid: number): string {
  return type === 'time' ? formatDuration(millis(grid / 1_000)) : String(grid);
}

function sightOf(template: Template, stream: Stream, role: Role, decisions: DecisionPoint): readonly PlannedSight[] {
  const subject = subjectWith(role.name);
  const allowed = [null, ...role.purposes]
    .map((purpose) => decisions.decideQuery(subject, stream.name, purpose, template))
    .filter((decision) => decision.effect === 'allow');
  if (allowed.length === 0) return [];
  const columns = allowed.flatMap((decision) => decision.obligations?.columns ?? []);
  return [
    {
      role: role.name,
      clear: [...new Set(columns.filter(({ mask }) => mask === null).map(({ name }) => name))],
      masked: [...new Set(columns.flatMap(({ name, mask }) => (mask === null ? [] : [`${name} (${mask})`])))],
      rowFilter: allowed[0]?.obligations?.rowFilter ?? null,
    },
  ];
}
