import { days, micros, millis, minutes, parseRfc3339 } from '#base/core/index.ts';
import { tokenKindOf } from './token-domain.ts';
import type { Millis } from '#base/core/index.ts';
import { activePurposes } from './active-purposes.ts';
import type { PurposeUse } from './active-purposes.ts';
import { buildClasses, buildPlaces, declassificationsOf } from './build-keeping.ts';
import { buildRules } from './build-rules.ts';
import { buildSignIn } from './build-sign-in.ts';
import { DEFAULT_PORTS } from './check-platform.ts';
import { buildCrypto } from './crypto-rules.ts';
import { buildFeatures } from './feature-rules.ts';
import { LIMIT_RULES } from './limits.ts';
import { buildAggregation } from './aggregate-rules.ts';
import { asList } from './partial.ts';
import { buildPrivacy } from './privacy-rules.ts';
import { parseDuration, parseRate, parseSize } from './quantities.ts';
import { buildDetect } from './build-detect.ts';
import type { DeviceTypeSource, FieldSource, RoleSource, StreamSource, TemplateSource } from './schema.ts';
import { probeDeviceType, systemStreams } from './system-streams.ts';
import type { DeviceType, Field, Limits, PolicyFile, Role, Stream, Template } from './types.ts';

/** Share of requests that are traced where the template does not say. */
const DEFAULT_SAMPLE = 0.1;

type Accept = Stream['accept'];

/**
 * Fills in every default of a template that passed all checks.
 *
 * @param sqlOf the statement of a view, its file read
 * @param anchorsOf the certificates of a manufacturer, their file read
 * @param policies the files that `policies` names, read
 * @param mudOf the MUD profile of a device type, its file read
 * @param authorityOf PEM of an issuer's certificate authority, its file read; null where it names none
 */
export function buildTemplate(
  source: TemplateSource,
  sqlOf: (view: string) => string,
  anchorsOf: (manufacturer: string) => string,
  policies: readonly PolicyFile[] = [],
  authorityOf: (issuer: string) => string | null = () => null,
  mudOf: (deviceType: string) => string = () => '',
): Omit<Template, 'digest'> {
  const limits = buildLimits(source.limits ?? {});
  const accept = buildAccept(source.accept, { late: days(7), early: minutes(5) });
  const people = byName(Object.entries(source.people ?? {}).map(([name, role]) => buildRole(name, role)));
  const views = byName(
    Object.entries(source.views ?? {}).map(([name, view]) => ({
      name,
      from: asList(view.from),
      sql: sqlOf(name),
      purposes: view.purposes ?? [],
      description: view.description ?? null,
      ...(view.private === true ? { private: view.private } : {}),
      ...(view.keys === undefined ? {} : { keys: view.keys }),
      ...declassificationsOf(view),
      ...(view.crosses === true ? { crosses: view.crosses } : {}),
      ...(view.unstated === undefined ? {} : { unstated: view.unstated }),
    })),
  );
  const streams = Object.entries(source.streams ?? {}).map(([name, stream]) =>
    withholdUnused(buildStream(name, stream, accept, limits), { views, people }),
  );
  return {
    name: source.name,
    description: source.description ?? null,
    region: source.region ?? 'unspecified',
    ...(source.classes === undefined ? {} : { classes: buildClasses(source.classes) }),
    ...(source.objects === undefined ? {} : { objects: buildPlaces(source.objects) }),
    hosts: [...new Set(['localhost', ...(source.hosts ?? [])])],
    devices: byName([
      ...Object.entries(source.devices ?? {}).map(([name, type]) => ({
        name,
        description: type.description ?? null,
        identity: type.identity ?? 'x509',
        power: type.power ?? 'mains',
        boot: type.boot ?? 'none',
        lifetime: durationOf(type.lifetime),
        speaksFor: type['speaks-for'] ?? [],
        ...certificatesOf(type),
        ...profileOf(type),
        ...(type.mud === undefined ? {} : { mud: { file: type.mud, text: mudOf(name) } }),
      })),
      probeDeviceType(),
    ]),
    ...(source.manufacturers === undefined
      ? {}
      : {
          manufacturers: byName(Object.keys(source.manufacturers).map((name) => ({ name, anchors: anchorsOf(name) }))),
        }),
    streams: byName([...streams, ...systemStreams(accept)]),
    views,
    tables: byName(
      Object.entries(source.tables ?? {}).map(([name, table]) => ({
        name,
        description: table.description ?? null,
        purposes: table.purposes ?? [],
        ...(table.unstated === undefined ? {} : { unstated: table.unstated }),
        fields: buildFields(table.fields, limits),
      })),
    ),
    people,
    ...(source.approval === undefined ? {} : { approval: { within: durationOf(source.approval.within) ?? days(3) } }),
    ...(source['sign-in'] === undefined ? {} : { signIn: buildSignIn(source['sign-in'], authorityOf) }),
    detect: buildDetect(source),
    ...(Object.keys(source.rules ?? {}).length === 0 ? {} : { rules: buildRules(source.rules ?? {}) }),
    ...(source.webhooks === undefined
      ? {}
      : {
          webhooks: byName(
            Object.entries(source.webhooks).map(([name, { url, secret, severity, network, authority, region }]) => ({
              name,
              url,
              secret,
              severity: severity ?? 'low',
              network: network ?? 'public',
              authority: authority ?? null,
              ...(region === undefined ? {} : { region }),
            })),
          ),
        }),
    comply: source.comply ?? [],
    listen: {
      address: source.listen?.address ?? '127.0.0.1',
      mqtt: source.listen?.mqtt ?? DEFAULT_PORTS.mqtt,
      https: source.listen?.https ?? DEFAULT_PORTS.https,
      api: source.listen?.api ?? DEFAULT_PORTS.api,
      ...(source.listen?.status === undefined ? {} : { status: source.listen.status }),
    },
    ...(source.api === undefined
      ? {}
      : {
          api: {
            contact: source.api.contact ?? [],
            origins: source.api.origins ?? [],
            signatures: source.api.signatures ?? [],
          },
        }),
    ...(source.traces === undefined
      ? {}
      : {
          traces: {
            endpoint: source.traces.endpoint,
            headers: source.traces.headers ?? null,
            sample: source.traces.sample ?? DEFAULT_SAMPLE,
          },
        }),
    tls: {
      minimum: Number(source.tls?.minimum ?? 1.3) === 1.2 ? '1.2' : '1.3',
      hybrid: source.tls?.hybrid ?? 'prefer',
    },
    ...(source.crypto === undefined ? {} : { crypto: buildCrypto(source.crypto) }),
    limits,
    // Absent where none is named: versions from before there were any keep their digests.
    ...(policies.length === 0 ? {} : { policies }),
  };
}

/** What a type says of certificates; members that it does not name stay out, for digests cover what is there. */
function certificatesOf({
  certificate,
  manufacturers,
}: DeviceTypeSource): Pick<DeviceType, 'certificate' | 'manufacturers'> {
  const life = durationOf(certificate?.life);
  const renewBefore = durationOf(certificate?.['renew-before']);
  const terms = { ...(life === null ? {} : { life }), ...(renewBefore === null ? {} : { renewBefore }) };
  return {
    ...(certificate === undefined ? {} : { certificate: terms }),
    ...(manufacturers === undefined ? {} : { manufacturers }),
  };
}

/** What a type says of its devices' abilities: members that came later, so they are there only where they are written. */
function profileOf(type: DeviceTypeSource): Partial<DeviceType> {
  const { class: cls, cannot, compensate, clones, tampering } = type;
  const supportEnds = type['support-ends'];
  const posture = durationOf(type.posture);
  return {
    ...(cls === undefined ? {} : { class: cls }),
    ...(cannot === undefined ? {} : { cannot }),
    ...(clones === undefined ? {} : { clones }),
    ...(tampering === undefined ? {} : { tampering }),
    ...(compensate === undefined ? {} : { compensate: compensate as Readonly<Record<string, string>> }),
    // The whole of that day counts.
    ...(supportEnds === undefined ? {} : { supportEnds: micros(Date.parse(`${supportEnds}T23:59:59Z`) * 1_000) }),
    ...(posture === null ? {} : { posture }),
  };
}

function buildStream(name: string, stream: StreamSource, accept: Accept, limits: Limits): Stream {
  return {
    name,
    description: stream.description ?? null,
    ...(stream.type === undefined ? {} : { type: stream.type }),
    from: asList(stream.from),
    purposes: stream.purposes ?? [],
    basis: stream.basis ?? null,
    keep: { min: durationOf(stream.keep?.min), max: durationOf(stream.keep?.max) },
    accept: buildAccept(stream.accept, accept),
    rate: buildRate(stream.rate),
    subject: stream.subject ?? null,
    undeclared: stream.undeclared ?? 'drop',
    onRefusal: stream['on-refusal'] ?? 'acknowledge',
    acceptUnenforced: stream.unenforced === 'accept',
    ...(stream.posture === undefined ? {} : { posture: stream.posture }),
    ...(stream.privacy === undefined ? {} : { privacy: buildPrivacy(stream.privacy) }),
    ...coarsenTimeOf(stream['coarsen-time']),
    ...(stream.region === undefined ? {} : { region: stream.region }),
    ...archiveOf(stream.archive),
    ...(stream.unstated === undefined ? {} : { unstated: stream.unstated }),
    ...storedAs(stream, buildFields(stream.fields, limits)),
    ...(stream.features === undefined ? {} : { features: buildFeatures(stream.features) }),
  };
}

function storedAs({ aggregate }: StreamSource, fields: readonly Field[]): Pick<Stream, 'fields' | 'aggregate'> {
  return aggregate === undefined ? { fields } : buildAggregation(aggregate, fields);
}

function buildFields(fields: Readonly<Record<string, FieldSource>>, limits: Limits): readonly Field[] {
  return Object.entries(fields).map(([name, field]) => ({
    name,
    type: field.type,
    unit: field.unit ?? null,
    range: field.range === undefined ? null : [boundOf(field.range[0]), boundOf(field.range[1])],
    step: field.step === undefined ? null : { perSecond: parseRate(field.step) ?? 0 },
    class: field.class ?? 'operational',
    enum: field.enum ?? null,
    pattern: field.pattern ?? null,
    maxLength: field.type === 'text' ? (field['max-length'] ?? limits.textLength) : 0,
    nullable: field.nullable ?? field.class === 'secret',
    description: field.description ?? null,
    ...(field.coarsen === undefined ? {} : { coarsen: gridOf(field.coarsen) }),
    ...(field.purposes === undefined ? {} : { purposes: field.purposes }),
    ...(field.tokenise === undefined ? {} : { tokenise: field.tokenise }),
    ...(field.token === undefined ? {} : { token: tokenKindOf(field.token) }),
  }));
}

/** A grid of times in microseconds. */
function gridOf(coarsen: number | string): number {
  return typeof coarsen === 'string' ? (durationOf(coarsen) ?? 0) * 1_000 : coarsen;
}

function coarsenTimeOf(text: string | undefined): Pick<Stream, 'coarsenTime'> {
  const grid = durationOf(text);
  return grid === null ? {} : { coarsenTime: grid };
}

function archiveOf(archive: StreamSource['archive']): Pick<Stream, 'archive'> {
  const after = durationOf(archive?.after);
  return archive === undefined || after === null ? {} : { archive: { after, to: archive.to } };
}

/** Marks the fields of a stream that nobody uses for any of their own purposes. */
function withholdUnused(stream: Stream, use: PurposeUse): Stream {
  const active = activePurposes(stream, use);
  const marked = (field: Field): Field => {
    const isUsed = field.purposes?.some((purpose) => active.includes(purpose)) ?? true;
    return isUsed ? field : { ...field, withheld: true };
  };
  const { aggregate } = stream;
  return {
    ...stream,
    ...(aggregate === undefined ? {} : { aggregate: { ...aggregate, intake: aggregate.intake.map(marked) } }),
    fields: stream.fields.map(marked),
  };
}

function boundOf(bound: number | string | null | undefined): number | null {
  return typeof bound === 'string' ? parseRfc3339(bound) : (bound ?? null);
}

/** A burst of ten seconds' worth, at least 10 readings, where the template names none. */
function buildRate(rate: StreamSource['rate']): Stream['rate'] {
  const written = typeof rate === 'object' ? rate : { sustained: rate ?? '10/s' };
  const perSecond = parseRate(written.sustained) ?? 10;
  return { perSecond, burst: written.burst ?? Math.max(10, Math.ceil(perSecond * 10)) };
}

function buildAccept(accept: TemplateSource['accept'], standard: Accept): Accept {
  return { late: durationOf(accept?.late) ?? standard.late, early: durationOf(accept?.early) ?? standard.early };
}

function buildRole(name: string, role: RoleSource): Role {
  const may = new Set<string>(role.may ?? []);
  if (role.respond === 'all') may.add('respond');
  return {
    name,
    description: role.description ?? null,
    query: role.query ?? [],
    purposes: role.purposes ?? [],
    sees: role.sees ?? ['public', 'operational'],
    rows: new Map(Object.entries(role.rows ?? {})),
    masks: new Map(Object.entries(role.masks ?? {}).map(([column, mask]) => [column, mask ?? 'null'])),
    may: [...may].sort(),
    ...(role.region === undefined ? {} : { region: role.region }),
  };
}

function buildLimits(written: Readonly<Record<string, string | number>>): Limits {
  const limits: Partial<Record<keyof Limits, number>> = {};
  for (const rule of LIMIT_RULES) {
    const value = written[rule.key];
    const parsed =
      typeof value === 'string' ? (rule.kind === 'size' ? parseSize(value) : parseDuration(value)) : (value ?? null);
    limits[rule.member] = parsed ?? rule.standard;
  }
  // Every member has a rule: `limits.test.ts` compares the two lists.
  return limits as unknown as Limits;
}

function durationOf(text: string | undefined): Millis | null {
  const parsed = text === undefined ? null : parseDuration(text);
  return parsed === null ? null : millis(parsed);
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}
