import { PROBE_DEVICE, Type } from '#base/core/index.ts';
import { logEvent } from '#watch/detect/index.ts';
import type { KnownBaseline } from '#watch/detect/index.ts';
import {
  ALERT_STATES,
  correlate,
  eventKind,
  eventSpan,
  formatAlertOcsf,
  RespondError,
  withEvents,
} from '#watch/respond/index.ts';
import type { Alert, AlertState, Incident } from '#watch/respond/index.ts';
import {
  ALERT,
  INCIDENT,
  INCIDENT_WITH_EVENTS,
  RULE,
  showAlert,
  showIncident,
  showRule,
  timeOf,
  VERDICT,
} from '../alert-form.ts';
import { ApiError } from '../errors.ts';
import { ruleShownTo, shownTo } from '../../watch/shown-to.ts';
import { speakersOf } from '../../watch/speakers-of.ts';
import { unknownTarget } from '../../watch/unknown-target.ts';
import type { KnownTargets } from '../../watch/unknown-target.ts';
import { followAlerts } from '../follow-alerts.ts';
import { closed, count, limitUpTo, listOf, orNull, text, time } from '../forms.ts';
import { logBetween } from '../log-between.ts';
import { PLATFORM } from '../route.ts';
import type { Caller } from '../caller.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';
import { parseTime } from './parse-time.ts';

const ACCESS = { action: 'respond', resource: () => PLATFORM } as const;

const number = Type.Number();
const BASELINE = Type.Object({
  device: text,
  stream: text,
  since: time,
  until: time,
  readings: count,
  fields: listOf(Type.Object({ name: text, unit: orNull(text), centre: number, spread: number })),
  behaviour: Type.Object({
    asItself: orNull(Type.Number()),
    asPeers: orNull(Type.Number()),
    asType: orNull(Type.Number()),
  }),
  peers: orNull(
    Type.Object({
      devices: count,
      fields: listOf(Type.Object({ name: text, centre: number, spread: number, position: number })),
    }),
  ),
  detectors: listOf(
    Type.Object({
      name: text,
      armed: Type.Boolean(),
      limit: orNull(number),
      seen: count,
      watchedSeconds: number,
      peaks: count,
      expectedRate: number,
      likelyRate: number,
    }),
  ),
});

const NAME = Type.String({ minLength: 1, maxLength: 128 });
const WORDS = Type.String({ minLength: 1, maxLength: 512 });
/** Alerts that incidents are made of: all of a week, and of longer where they are fewer. */
const MOST_CORRELATED = 100_000;

/** What the watch found, what people said of it, and what is normal for devices. */
export const ALERT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/alerts',
    summary: 'Alerts, the newest first',
    access: ACCESS,
    query: closed({
      state: Type.Optional(Type.Enum(ALERT_STATES)),
      device: Type.Optional(text),
      stream: Type.Optional(text),
      since: Type.Optional(Type.String({ maxLength: 40, description: 'Raised after this time (RFC 3339).' })),
      limit: limitUpTo(1_000, 100),
    }),
    answer: { json: Type.Object({ alerts: listOf(ALERT) }) },
    handle: async ({ query, caller }, services) => {
      const { state, device, stream, since, limit = '100' } = query as Readonly<Record<string, string | undefined>>;
      const filter = {
        limit: Number(limit),
        which: shown(caller, services),
        ...(state === undefined ? {} : { state: state as AlertState }),
        ...(device === undefined ? {} : { device }),
        ...(stream === undefined ? {} : { stream }),
        ...(since === undefined ? {} : { since: parseTime(since, 'since') }),
      };
      return { json: { alerts: (await services.alerts.list(filter)).map(showAlert) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/alert-findings',
    summary: 'Alerts as findings of the Open Cybersecurity Schema Framework, one a line, the newest first',
    access: ACCESS,
    query: closed({ limit: limitUpTo(10_000, 1_000) }),
    answer: { media: ['application/x-ndjson'] },
    handle: async ({ query, caller }, services) => {
      const filter = { limit: Number(query['limit'] ?? 1_000), which: shown(caller, services) };
      const found = await services.alerts.list(filter);
      const lines = found.map((alert) => `${JSON.stringify(formatAlertOcsf(alert))}\n`);
      return { text: lines.join(''), contentType: 'application/x-ndjson' };
    },
  },
  {
    method: 'GET',
    path: '/v1/alerts/:id',
    summary: 'An alert with its explanation and evidence',
    access: ACCESS,
    answer: { json: ALERT },
    handle: async ({ params, caller }, services) => ({
      json: showAlert(await alertFor(caller, params['id'] ?? '', services)),
    }),
  },
  {
    method: 'POST',
    path: '/v1/alerts/:id/answer',
    summary: 'Say what an alert is: confirmed, a false alarm, or expected until a time',
    access: ACCESS,
    body: closed({
      verdict: VERDICT,
      reason: Type.Optional(WORDS),
      until: Type.Optional(time),
    }),
    answer: { json: ALERT },
    handle: async ({ params, body, caller }, services) => {
      const { verdict, reason, until } = body as {
        readonly verdict: 'confirmed' | 'false-alarm' | 'expected';
        readonly reason?: string;
        readonly until?: string;
      };
      if ((verdict === 'expected') !== (until !== undefined)) {
        throw new ApiError('API_BODY_INVALID', 'Cannot answer alert: `until` goes with `expected`, and only with it');
      }
      const answer = {
        verdict,
        by: caller.actor,
        reason: reason ?? null,
        until: until === undefined ? null : parseTime(until, 'until'),
      };
      const { id } = await alertFor(caller, params['id'] ?? '', services);
      return { json: showAlert(await services.alerts.answer(id, answer)) };
    },
  },
  {
    method: 'GET',
    path: '/v1/alert-events',
    summary:
      'Alerts as they are raised and change, as server-sent events; with Last-Event-ID those that changed since come first',
    access: ACCESS,
    long: true,
    answer: { media: ['text/event-stream'] },
    handle: async ({ signal, lastEventId, caller }, services) => {
      const options = { after: lastEventId, which: shown(caller, services), signal };
      return { streamed: { contentType: 'text/event-stream', parts: followAlerts(services.alerts, options) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/incidents',
    summary: 'Alerts that belong together, as incidents with ordered steps, the newest first',
    access: ACCESS,
    query: closed({
      since: Type.Optional(Type.String({ maxLength: 40, description: 'Of alerts raised after this time (RFC 3339).' })),
    }),
    answer: { json: Type.Object({ incidents: listOf(INCIDENT) }) },
    handle: async ({ query, caller }, services) => {
      const { since } = query;
      const told = await toldTo(caller, services, since === undefined ? {} : { since: parseTime(since, 'since') });
      return { json: { incidents: incidentsOf(told, services).toReversed().map(showIncident) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/incidents/:id',
    summary: 'An incident with its steps, and among them what the log says of its devices, networks and people',
    access: ACCESS,
    answer: { json: INCIDENT_WITH_EVENTS },
    handle: async ({ params, caller }, services) => {
      const { id } = params;
      const told = await toldTo(caller, services);
      const found = incidentsOf(told, services).find((incident) => incident.id === id);
      if (found === undefined) {
        throw new RespondError('RESPOND_INCIDENT_UNKNOWN', `Cannot find incident ${id}: there is none`, {
          hint: 'See those there are with `npm run -s weir -- incidents`',
        });
      }
      const { entries, until } = await logBetween(
        services.auditReader,
        eventSpan(found),
        ({ event: { action, outcome, reason = null } }) => eventKind({ action, outcome, reason }) !== null,
      );
      const isShown = shown(caller, services);
      const events = entries.map(logEvent).filter(({ fields }) => {
        const streams = fields.get('stream') ?? [null];
        return streams.every((stream) => isShown({ stream }));
      });
      const { incident, leftOut } = withEvents(found, told, events);
      return { json: { ...showIncident(incident), leftOut, readUntil: until === null ? null : timeOf(until) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/alert-rules',
    summary: 'Versions of what people said that alerts are to be, oldest first',
    access: ACCESS,
    answer: { json: Type.Object({ rules: listOf(RULE) }) },
    handle: async ({ caller }, services) => {
      // Those that the prober made and took back are nobody's business.
      const rules = services.alertRules.all.filter(({ device }) => device !== PROBE_DEVICE);
      return { json: { rules: rules.filter(ruleShown(caller, services)).map(showRule) } };
    },
  },
  {
    method: 'POST',
    path: '/v1/alert-rules',
    summary: 'Open a window: what begins and ends in it is expected, as during maintenance',
    access: ACCESS,
    body: closed({
      device: Type.Optional(NAME),
      stream: Type.Optional(NAME),
      field: Type.Optional(NAME),
      from: Type.Optional(time),
      until: time,
      reason: WORDS,
    }),
    answer: { status: 201, json: RULE },
    handle: async ({ body, caller }, services) => {
      const { alertRules, clock } = services;
      const { device, stream, field, from, until, reason } = body as {
        readonly device?: string;
        readonly stream?: string;
        readonly field?: string;
        readonly from?: string;
        readonly until: string;
        readonly reason: string;
      };
      const target = { device: device ?? null, stream: stream ?? null };
      const wrong = await unknownTarget(target, knownTargets(services));
      if (wrong !== null) {
        throw new RespondError('RESPOND_WINDOW_INVALID', `Cannot open window: ${wrong}`, {
          hint: 'See devices with `npm run -s weir -- device list`, streams with `npm run -s weir -- views`',
        });
      }
      const rule = await alertRules.add({
        kind: 'window',
        ...target,
        field: field ?? null,
        mostTimes: null,
        from: from === undefined ? clock.now() : parseTime(from, 'from'),
        until: parseTime(until, 'until'),
        by: caller.actor,
        reason,
        alert: null,
      });
      return { status: 201, json: showRule(rule) };
    },
  },
  {
    method: 'POST',
    path: '/v1/alert-rules/:version/revert',
    summary: 'Take a version back: what it silenced is told again',
    access: ACCESS,
    body: closed({}),
    answer: { json: RULE },
    handle: async ({ params, caller }, services) => {
      const version = Number(params['version'] ?? '');
      const rule = services.alertRules.all.find((one) => one.version === version);
      if (rule !== undefined && !ruleShown(caller, services)(rule)) {
        throw await beyondRegion(caller, `alert-rules:${version}`, `take version ${version} back`, services);
      }
      return { json: showRule(await services.alertRules.revert(version, caller.actor)) };
    },
  },
  {
    method: 'GET',
    path: '/v1/devices/:name/baseline',
    summary: 'What is normal for a device, on each stream that is watched',
    access: ACCESS,
    answer: { json: Type.Object({ baselines: listOf(BASELINE) }) },
    handle: async ({ params, caller }, services) => {
      const name = params['name'] ?? '';
      const known = await services.baseline(name);
      const baselines = known?.filter(shown(caller, services)) ?? null;
      if (baselines === null || baselines.length === 0) {
        const why = baselines === null ? 'the template declares no detection' : 'nothing was seen of it so far';
        throw new ApiError('API_BASELINE_UNKNOWN', `Cannot show the baseline of ${name}: ${why}`, {
          hint: 'Declare detection on its stream under `detect:`, and see devices with `npm run -s weir -- device list`',
        });
      }
      return { json: { baselines: baselines.map(showBaseline) } };
    },
  },
];

function shown({ subject }: Caller, { decisions, templates }: Services) {
  return shownTo(subject, { decisions, template: templates.current });
}

function ruleShown({ subject }: Caller, { decisions, templates, identity }: Services) {
  const typeOf = (device: string): string | null => identity.inventory.find(device)?.type ?? null;
  return ruleShownTo(subject, { decisions, template: templates.current, typeOf });
}

/** Devices of the inventory, and those of which readings were seen, as of an imported past. */
function knownTargets({ identity, baseline, templates }: Services): KnownTargets {
  return {
    isDevice: async (name) => identity.inventory.find(name) !== null || ((await baseline(name)) ?? []).length > 0,
    devices: async () => (await identity.inventory.list()).map(({ name }) => name),
    streams: [...templates.current.streams.keys()],
  };
}

/** @throws {RespondError} RESPOND_ALERT_UNKNOWN @throws {ApiError} API_FORBIDDEN */
async function alertFor(caller: Caller, id: string, services: Services): Promise<Alert> {
  const alert = await services.alerts.get(id);
  if (shown(caller, services)(alert)) return alert;
  throw await beyondRegion(caller, `alert:${alert.id}`, 'show alert', services);
}

/** Puts on record that somebody outside of a region asked, and says so. */
async function beyondRegion(caller: Caller, resource: string, what: string, { audit }: Services): Promise<ApiError> {
  const denied = {
    actor: caller.actor,
    action: 'respond',
    resource,
    outcome: 'denied',
    reason: 'beyond-region',
  } as const;
  await audit.append(denied);
  return new ApiError('API_FORBIDDEN', `Cannot ${what}: its stream stays in its region, and you are outside of it`, {
    hint: 'See transfers between regions with `npm run -s weir -- transfer list`',
  });
}

/** The alerts that incidents are made of: what a caller is shown, and is new or true. */
async function toldTo(caller: Caller, services: Services, since: { readonly since?: number } = {}) {
  const which = shown(caller, services);
  return (await services.alerts.list({ which, ...since, limit: MOST_CORRELATED })).filter(isTold);
}

function incidentsOf(told: readonly Alert[], { identity }: Services): readonly Incident[] {
  return correlate(told, speakersOf(identity.inventory.live.snapshot().devices));
}

/** Incidents are of what is new or true. */
function isTold({ state }: Alert): boolean {
  return state === 'new' || state === 'confirmed';
}

function showBaseline({ since, until, detectors, ...rest }: KnownBaseline) {
  return {
    ...rest,
    since: timeOf(since),
    until: timeOf(until),
    // JSON has no Infinity: while nothing is alarmed there is no limit.
    detectors: detectors.map(({ limit, ...one }) => ({ ...one, limit: Number.isFinite(limit) ? limit : null })),
  };
}
