import {
  CLASSES,
  CONNECTIONS_STREAM,
  PROBE_STREAM,
  TRIAL_CONNECTIONS,
  TRIAL_FLOWS,
  TRIAL_STREAM,
} from '#base/core/index.ts';
import { kindsNamed, parsePhysics, STANDARD_GROUP } from '#declare/template/index.ts';
import type { Calendar, Detection, Field, Stream, Template } from '#declare/template/index.ts';
import { compilePhysics } from '../checks/physics-check.ts';
import type { CompiledPhysics } from '../checks/physics-check.ts';
import { SIGN_ROLES } from '../checks/tamper-signs.ts';
import type { SignRole } from '../checks/tamper-signs.ts';
import { STANDARD_DRIFT } from '#watch/drift/index.ts';
import type { DriftField, DriftRule } from '#watch/drift/index.ts';
import { planFeatures } from '#learn/features/index.ts';
import type { Feature, FeatureInput, FeatureRole } from '#learn/features/index.ts';
import { robustZ } from '../charts/robust-z.ts';
import { beacon, oddOrder, oddTime, unfamiliar } from '../score/given-score.ts';
import { CONNECTION_CATEGORIES, CONNECTION_NUMBERS, CONNECTION_TRAITS } from './connection-fields.ts';
import { chooseDetectors } from './detector-catalogue.ts';
import type { ChosenDetectors, WatchedDetector } from './detector-catalogue.ts';
import { STANDARD_TIERS } from '../tiers/dearer-tiers.ts';
import type { TierRule } from '../tiers/dearer-tiers.ts';
import type { SeriesKind } from '../tiers/series-tier.ts';
import type { TierKind } from '../tiers/tier-model.ts';

/** A field of a stream that is watched. */
export interface WatchedField {
  readonly name: string;
  readonly unit: string | null;
  /** False where its class keeps its values out of alerts: then they tell how far off it was and no more. */
  readonly shown: boolean;
  /** Differences below this mean nothing, in the field's unit; 0 where they are judged by the size of the value. */
  readonly resolution: number;
  /** A share of the value that means nothing either, where no difference does; a thousandth where it is not said. */
  readonly relative?: number;
  /** What it is good for; a `measure` where that is not said. */
  readonly role?: FeatureRole;
  /** Present where it is a place among peers: of which field, with its unit. The next two columns are how many are below, of how many. */
  readonly peers?: { readonly of: string; readonly unit: string | null };
}

/** A field that is a sign of tampering. */
export interface WatchedSign {
  readonly role: SignRole;
  readonly field: string;
}

/** What conditions what is usual. */
export interface WatchedContext {
  /** Field of the operating state; null where there is none. */
  readonly state: string | null;
  readonly calendars: readonly Calendar[];
}

/** A field that drift is looked for in: a number, or what is yes or no. */
export type DriftingField = DriftField & Pick<WatchedField, 'unit' | 'shown'>;

/** What is watched of a stream, and how many false alarms it may raise. */
export interface WatchPlan {
  readonly stream: string;
  /** What is taken from a reading, in the order of the columns of a row that comes. */
  readonly inputs: readonly FeatureInput[];
  /** Columns of a row that is judged: fields of the reading, then features, then the time since the reading before. */
  readonly fields: readonly WatchedField[];
  /** Which input each of the first fields is; the others are features. */
  readonly sources: readonly number[];
  readonly features: readonly Feature[];
  /** Inputs whose texts alerts may show; absent where there are none. */
  readonly named?: readonly string[];
  readonly detectors: readonly WatchedDetector[];
  /** Detectors that follow each device by itself; absent where there are none. */
  readonly series?: readonly SeriesKind[];
  /** Detectors of windows, in the order of their cost; the standard ones where it is not said. */
  readonly windows?: readonly TierKind[];
  /** How its fields are tried for drift, all devices together. */
  readonly drift: { readonly rule: DriftRule; readonly fields: readonly DriftingField[] };
  /** False alarms per device that are put up with, and the seconds in which. */
  readonly budget: { readonly alarms: number; readonly seconds: number };
  /** Fields that are signs of tampering. */
  readonly signs?: readonly WatchedSign[];
  readonly physics?: readonly CompiledPhysics[];
  /** Absent where nothing conditions what is usual. */
  readonly context?: WatchedContext;
  /** How much dearer detectors may take; absent where there are none. */
  readonly tiers?: TierRule;
  /** Present where devices of several types send to it: then whether one behaves as its type is asked too. */
  readonly typed?: true;
  /** Present where each row sums up a period by itself: the inputs by which types are told apart, row by row. */
  readonly traits?: readonly number[];
  /** Rows that are kept of a device to show and to compare with; as many as of readings where it is not said. */
  readonly remembered?: { readonly recent: number; readonly usual: number };
  /** How sentences say that a field was unusual; absent where they go by its name. */
  readonly words?: ReadonlyMap<string, string>;
  /** Times are those of receipt, and the time between readings means nothing: as of the prober's. */
  readonly byReceipt?: true;
  /** Present where it is of flows: then channels of command and control are looked for, and whether peers may be named. */
  readonly channels?: { readonly shown: boolean };
  /** Times are of any past: who sends no more is not missing. */
  readonly ofPast?: true;
  /** Readings of a device before any alarm; as the threshold has it by default. */
  readonly armedAfter?: number;
  /** Seconds without anything unusual after which an alert is over. */
  readonly quietSeconds: number;
}

/** What of a stream says how it is judged. */
export type JudgedStream = Pick<Stream, 'name' | 'type' | 'from' | 'features'> & {
  readonly fields: readonly JudgedField[];
};
export type JudgedField = Pick<Field, 'name' | 'type' | 'unit' | 'range' | 'class' | 'coarsen' | 'tokenise'>;

/** Column of the time since the reading before, as ln(1 + seconds). No field of a template has such a name. */
export const INTERVAL = '_interval';
/** Where a stream declares detection and no budget. */
export const STANDARD_BUDGET = { alarms: 1, seconds: 604_800 } as const;
/** Of the prober's stream, whose device sends little and what it likes. */
const PROBE_BUDGET = { alarms: 60, seconds: 3_600 };
/** Of its connections: hours of a device in a second or two. */
const TRIAL_BUDGET = { alarms: 600, seconds: 3_600 };
const PROBE_ARMED_AFTER = 60;
/** Under conditions detectors see values once enough is known of one: later than of the prober's own. */
const TRIAL_ARMED_AFTER = 240;
const PROBE_QUIET_SECONDS = 2;
const PROBE_DRIFT: DriftRule = { apart: 60, season: 0, blocks: [0], leastValues: 8 };
/** A share of the declared range that is taken for noise of the sensor. */
const RESOLUTION_OF_RANGE = 1e-4;
/** A tenth more or less of an interval means nothing. */
const RESOLUTION_OF_INTERVAL = 0.1;
const CONNECTION_QUIET_SECONDS = 600;
const QUIET = { least: 60, most: 3600, share: 0.001 } as const;

/** Detectors that fit numbers: single wild values, shifts that last, jumps, a sensor that is stuck or scaled. */
export const STANDARD_DETECTORS: readonly WatchedDetector[] = chooseDetectors().values;

/**
 * Detectors of what features of sequences say. The floors: once in 150 times in this order; twenty times rarer at this
 * time than if it came evenly; a chance of e⁻¹² among times that come at random, for those of people have their own rhythm too.
 */
const SCORE_DETECTORS: readonly (Omit<WatchedDetector, 'scores'> & { readonly of: Feature['kind'] })[] = [
  { kind: oddOrder, floor: 5, exact: true, of: 'order' },
  { kind: oddTime, floor: 3, exact: true, of: 'timing' },
  { kind: beacon, floor: 12, exact: true, of: 'periodicity', settles: 8 },
];
/** Features of one kind follow each other, those that are scores after the others. */
const ORDER: readonly Feature['kind'][] = ['order', 'timing', 'periodicity'];

/** What a template has watched: a plan for each stream that it declares detection on. */
export function planWatch(template: Template): ReadonlyMap<string, WatchPlan> {
  const plans = new Map<string, WatchPlan>();
  for (const detection of template.detect.values()) {
    const stream = template.streams.get(detection.stream);
    if (stream !== undefined) plans.set(stream.name, planDetection(stream, detection));
  }
  const connections = template.streams.get(CONNECTIONS_STREAM);
  // How devices connect is watched wherever anything of them is.
  if (plans.size > 0 && connections !== undefined && !plans.has(CONNECTIONS_STREAM))
    plans.set(CONNECTIONS_STREAM, planConnections(connections, STANDARD_BUDGET, STANDARD_DRIFT));
  const prober = template.streams.get(PROBE_STREAM);
  // Controls try the watch wherever there is one.
  if (plans.size > 0 && prober !== undefined) {
    plans.set(PROBE_STREAM, {
      ...planStream(prober, PROBE_BUDGET, PROBE_DRIFT),
      signs: [
        { role: 'case-open', field: 'case_open' },
        { role: 'boot-count', field: 'boots' },
      ],
      byReceipt: true,
      armedAfter: PROBE_ARMED_AFTER,
      quietSeconds: PROBE_QUIET_SECONDS,
    });
  }
  const trial = template.streams.get(TRIAL_STREAM);
  if (plans.size > 0 && trial !== undefined) plans.set(TRIAL_STREAM, planTrial(trial));
  const flows = template.streams.get(TRIAL_FLOWS);
  // Of its flows their channels are judged, and nothing of single ones: these are held against its profile.
  if (plans.size > 0 && flows !== undefined) plans.set(TRIAL_FLOWS, planTrialFlows(flows));
  const own = template.streams.get(TRIAL_CONNECTIONS);
  if (plans.size > 0 && own !== undefined) {
    // When it connects is a matter of the machine.
    const { typed: _, ...plan } = planConnections(own, TRIAL_BUDGET, PROBE_DRIFT, false);
    plans.set(TRIAL_CONNECTIONS, { ...plan, armedAfter: PROBE_ARMED_AFTER, quietSeconds: PROBE_QUIET_SECONDS });
  }
  return plans;
}

/** What is watched of a stream by what is declared to be detected on it. */
export function planDetection(stream: JudgedStream, detection: Detection): WatchPlan {
  const { budget, tiers, drift } = detection;
  const chosen = chooseDetectors(detection.detectors);
  const [allowed, rule] = [budget === null ? STANDARD_BUDGET : budgetOf(budget), driftOf(drift)];
  if (stream.name === CONNECTIONS_STREAM) return planConnections(stream, allowed, rule);
  const plan = planStream(stream, allowed, rule, chosen);
  return { ...plan, ...checksOf(detection, plan), ...tiersOf(chosen, tiers) };
}

/** The prober as a device that goes wrong, watched as any other but for a budget with which it can be tried in seconds. */
function planTrial(stream: Stream): WatchPlan {
  const beat = { name: 'beat', kind: 'periodicity', of: null, from: [], at: null, settings: { events: 128 } } as const;
  // Of the two fields that have to do with each other: it has to be quick on a busy machine, too.
  const ensemble = { kind: 'series-ensemble', fields: ['inflow', 'outflow'] };
  const chosen = chooseDetectors([...kindsNamed(STANDARD_GROUP).map((kind) => ({ kind })), ensemble]);
  const plan = planStream({ ...stream, features: new Map([['beat', beat]]) }, PROBE_BUDGET, PROBE_DRIFT, chosen);
  const names = plan.fields.map(({ name }) => name);
  const physics = [parsePhysics('inflow = outflow within 20 %')].flatMap((rule) => {
    const compiled = rule === null ? null : compilePhysics(rule, names);
    return compiled === null ? [] : [compiled];
  });
  return {
    ...plan,
    physics,
    context: { state: 'mode', calendars: [] },
    // A few seconds in all: a busy machine may give them to it.
    tiers: { ...STANDARD_TIERS, processor: 1 },
    ofPast: true,
    armedAfter: TRIAL_ARMED_AFTER,
    quietSeconds: PROBE_QUIET_SECONDS,
  };
}

/** The prober's flows, by their channels alone. */
function planTrialFlows(stream: Stream): WatchPlan {
  const plan = planStream({ ...stream, fields: [] }, PROBE_BUDGET, PROBE_DRIFT);
  return { ...plan, detectors: [], channels: { shown: true }, ofPast: true };
}

/** Rows before anything is told of how a device connects: a few hours of one that sends all the time. */
const CONNECTIONS_ARMED_AFTER = 96;
/** Rows before what it has few of is told: what is new then is rarer than once in a hundred. */
const CATEGORIES_SETTLE = 24;
/** A fifth more or less of a size or an interval means nothing. */
const RELATIVE_OF_CONNECTIONS = 0.2;
const RARITY = { kind: 'order', after: 0, symbols: 8, memory: 4_096 } as const;

/**
 * What is watched of how devices connect: rows that the gateway sums up, each a period of a device.
 *
 * @param isTimed whether intervals mean anything
 */
function planConnections(
  stream: JudgedStream,
  budget: WatchPlan['budget'],
  drift: DriftRule,
  isTimed = true,
): WatchPlan {
  const judged = CONNECTION_NUMBERS.filter(({ isInterval }) => isTimed || !isInterval);
  const numbers = judged.map(({ name }) => stream.fields.find((field) => field.name === name)!);
  const named = [...numbers, ...CONNECTION_CATEGORIES, ...CONNECTION_TRAITS.map((name) => ({ name }))];
  const names = [...new Set(named.map(({ name }) => name))];
  const inputs = names.map((name): FeatureInput => {
    return CONNECTION_CATEGORIES.find((one) => one.name === name && one.form === 'category') === undefined
      ? { name, form: 'number' }
      : { name, form: 'category' };
  });
  const traits = [
    ...CONNECTION_TRAITS,
    ...CONNECTION_CATEGORIES.filter(({ ofType }) => ofType).map(({ name }) => name),
  ];
  const fields: readonly WatchedField[] = [
    ...numbers.map(({ name, type, unit }): WatchedField => {
      const whole = type === 'integer';
      return { name, unit, shown: true, resolution: whole ? 1 : 0, relative: RELATIVE_OF_CONNECTIONS };
    }),
    ...CONNECTION_CATEGORIES.map(({ name }): WatchedField => {
      return { name: `${name}.rarity`, unit: null, shown: true, resolution: Infinity, role: 'score' };
    }),
    { name: INTERVAL, unit: null, shown: true, resolution: RESOLUTION_OF_INTERVAL },
  ];
  const scores = { first: numbers.length, count: CONNECTION_CATEGORIES.length, stride: 1 };
  return {
    stream: stream.name,
    inputs,
    fields,
    sources: numbers.map(({ name }) => names.indexOf(name)),
    features: CONNECTION_CATEGORIES.map(({ name }) => ({ ...RARITY, field: names.indexOf(name) })),
    named: CONNECTION_CATEGORIES.map(({ name }) => name),
    detectors: [
      { kind: robustZ, floor: 5, exact: false },
      { kind: unfamiliar, floor: 5, exact: true, scores, settles: CATEGORIES_SETTLE, chances: true },
    ],
    drift: { rule: drift, fields: numbers.map(driftingField) },
    signs: [{ role: 'lost-connections', field: 'lost' }],
    typed: true,
    traits: traits.map((name) => names.indexOf(name)),
    remembered: { recent: 4, usual: 4 },
    words: new Map([...CONNECTION_NUMBERS, ...CONNECTION_CATEGORIES].map(({ name, words }) => [name, words])),
    budget,
    byReceipt: true,
    armedAfter: CONNECTIONS_ARMED_AFTER,
    quietSeconds: CONNECTION_QUIET_SECONDS,
  };
}

/** What dearer detectors may take: where no other sees every reading, every reading is worth a look. */
function tiersOf({ values, series, windows }: ChosenDetectors, tiers: Detection['tiers']): Pick<WatchPlan, 'tiers'> {
  if (series.length === 0 && windows.length === 0) return {};
  const seen = values.length > 0 || series.length > 0;
  return { tiers: { ...STANDARD_TIERS, ...(seen ? {} : { suspicious: 1 }), ...tiers } };
}

/** Columns that detectors of series judge: measures, but for the time between readings, where no others are named. */
function seriesOf({ series, fields: named }: ChosenDetectors, fields: readonly WatchedField[]): readonly SeriesKind[] {
  return series.map((one): SeriesKind => {
    const own = named.get(one.kind.name);
    const columns = fields.flatMap(({ name, role = 'measure' }, column) =>
      (own === undefined ? role === 'measure' && name !== INTERVAL : own.includes(name)) ? [column] : [],
    );
    return { ...one, columns };
  });
}

/** What is watched of one stream. */
export function planStream(
  stream: JudgedStream,
  budget: WatchPlan['budget'],
  drift: DriftRule = STANDARD_DRIFT,
  chosen: ChosenDetectors = chooseDetectors(),
): WatchPlan {
  const { inputs, features: planned } = planFeatures(stream);
  const numbers = inputs.flatMap(({ name, form }, source): { field: WatchedField; source: number }[] => {
    const field = stream.fields.find((one) => one.name === name);
    return form === 'number' && field !== undefined && !isName(stream, name)
      ? [{ field: numberField(field), source }]
      : [];
  });
  // What detectors of numbers see by themselves is not computed again; what says when it was tells of nothing unusual.
  const features = planned
    .filter(
      ({ role, declared, feature }) => role === 'score' || (declared && role === 'measure' && feature.kind !== 'gap'),
    )
    .toSorted((a, b) => ORDER.indexOf(a.feature.kind) - ORDER.indexOf(b.feature.kind));
  const computed = features.flatMap(({ feature, columns, unit, role, class: cls }) =>
    columns.map((name, i): WatchedField => {
      const shown = isShown(cls);
      return i === 0
        ? { name, unit, shown, resolution: resolutionOf(feature, role), role, ...peersOf(feature, inputs, stream) }
        : { name, unit: feature.kind === 'periodicity' ? 's' : null, shown, resolution: Infinity, role: 'context' };
    }),
  );
  const interval = { name: INTERVAL, unit: null, shown: true, resolution: RESOLUTION_OF_INTERVAL };
  const fields = [...numbers.map(({ field }) => field), ...computed, interval];
  const named = inputs.flatMap(({ name, form }) => {
    const field = stream.fields.find((one) => one.name === name);
    return form === 'category' && field !== undefined && isShown(field.class) && field.tokenise === undefined
      ? [name]
      : [];
  });
  const period = budget.seconds / budget.alarms;
  return {
    stream: stream.name,
    inputs,
    fields,
    sources: numbers.map(({ source }) => source),
    features: features.map(({ feature }) => feature),
    ...(named.length === 0 ? {} : { named }),
    detectors: [
      ...chosen.values,
      ...SCORE_DETECTORS.flatMap(({ of, ...detector }): WatchedDetector[] => {
        const count = features.filter(({ feature }) => feature.kind === of).length;
        const before = features.slice(
          0,
          features.findIndex(({ feature }) => feature.kind === of),
        );
        const first = numbers.length + before.reduce((sum, { columns }) => sum + columns.length, 0);
        return count === 0 ? [] : [{ ...detector, scores: { first, count, stride: of === 'periodicity' ? 2 : 1 } }];
      }),
    ],
    ...(chosen.series.length === 0 ? {} : { series: seriesOf(chosen, fields) }),
    windows: chosen.windows,
    drift: { rule: drift, fields: stream.fields.filter(({ type }) => DRIFTING.includes(type)).map(driftingField) },
    ...(stream.from.length > 1 ? { typed: true as const } : {}),
    ...(stream.type === 'flow' ? { channels: { shown: showsPeers(stream) } } : {}),
    budget,
    quietSeconds: Math.min(QUIET.most, Math.max(QUIET.least, QUIET.share * period)),
  };
}

const PEER_FIELDS: readonly string[] = ['source_address', 'destination_address', 'peer_name'];

/** Whether peers may be named in alerts: not where the class of their address or name keeps values out of them. */
export function showsPeers({ fields }: Pick<JudgedStream, 'fields'>): boolean {
  return fields.every(({ name, class: cls }) => !PEER_FIELDS.includes(name) || isShown(cls));
}

/** A tenth of the spread of the others means nothing. */
const RESOLUTION_OF_PLACE = 0.1;

function resolutionOf({ kind }: Feature, role: FeatureRole): number {
  if (role !== 'measure') return Infinity;
  return kind === 'peers' ? RESOLUTION_OF_PLACE : 0;
}

function peersOf(
  feature: Feature,
  inputs: readonly FeatureInput[],
  { fields }: JudgedStream,
): Pick<WatchedField, 'peers'> {
  if (feature.kind !== 'peers') return {};
  const of = inputs[feature.field]!.name;
  return { peers: { of, unit: fields.find(({ name }) => name === of)?.unit ?? null } };
}

/** Numbers of a flow that name something and measure nothing: of a port more is not more. */
const NAMES_IN_FLOWS: readonly string[] = ['source_port', 'destination_port'];

function isName({ type }: JudgedStream, field: string): boolean {
  return type === 'flow' && NAMES_IN_FLOWS.includes(field);
}

function numberField({ name, unit, type, range, class: cls }: JudgedField): WatchedField {
  const [low, high] = range ?? [null, null];
  const ofRange = low === null || high === null ? 0 : (high - low) * RESOLUTION_OF_RANGE;
  return { name, unit, shown: isShown(cls), resolution: type === 'integer' ? Math.max(1, ofRange) : ofRange };
}

function isShown(cls: Field['class']): boolean {
  return CLASSES.indexOf(cls) <= CLASSES.indexOf('operational');
}

function budgetOf({ alarms, per }: { readonly alarms: number; readonly per: number }): WatchPlan['budget'] {
  return { alarms, seconds: per / 1_000 };
}

/** What is checked on a stream beside what is usual, and under which conditions that is. */
function checksOf(
  { signs = {}, physics = [], state, calendars = [] }: Detection,
  { fields }: WatchPlan,
): Pick<WatchPlan, 'signs' | 'physics' | 'context'> {
  const names = fields.map(({ name }) => name);
  return {
    signs: SIGN_ROLES.flatMap((role) => {
      const field = signs[role];
      return field === undefined ? [] : [{ role, field }];
    }),
    physics: physics.map((rule) => compilePhysics(rule, names)).filter((rule) => rule !== null),
    ...(state === undefined && calendars.length === 0 ? {} : { context: { state: state ?? null, calendars } }),
  };
}

const DRIFTING: readonly Field['type'][] = ['number', 'integer', 'boolean'];

function driftingField(field: JudgedField): DriftingField {
  const { name, type, unit, range, coarsen = null } = field;
  return { name, unit, shown: isShown(field.class), declared: JSON.stringify([type, unit, range, coarsen]) };
}

function driftOf(drift: Detection['drift']): DriftRule {
  if (drift === undefined) return STANDARD_DRIFT;
  const { atMostEvery, season } = drift;
  return {
    ...STANDARD_DRIFT,
    ...(atMostEvery === null ? {} : { apart: atMostEvery / 1_000 }),
    ...(season === null ? {} : { season: season / 1_000 }),
  };
}
