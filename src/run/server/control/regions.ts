import type { RegionTrial } from '#assure/controls/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { mayStand, stayOf } from '#declare/policy/index.ts';
import type { DecisionPoint, RegionTransfer, Subject } from '#declare/policy/index.ts';
import { classRules, mainRegion, placeRegion, regionOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { placedKey, placeOf, PLACES_PREFIX, SEGMENT_PREFIX } from '#flow/store/index.ts';
import type { Segment } from '#flow/store/index.ts';
import type { AlertBook, RuleBook } from '#watch/respond/index.ts';
import { ServerError } from '../errors.ts';
import { mayBeSent, ruleShownTo, shownTo } from '../watch/shown-to.ts';
import type { SightParts } from '../watch/shown-to.ts';

type Labelled = Pick<Segment, 'id' | 'stream' | 'region' | 'objectKey'>;

/** Regions that what is declared or stored has to stay in. */
export function dataRegions(template: Template, segments: readonly Pick<Segment, 'region'>[]): readonly string[] {
  const declared = [...template.streams.values(), ...template.tables.values()].flatMap(
    (relation) => regionOf(template, relation) ?? [],
  );
  return [...new Set([...declared, ...segments.flatMap(({ region }) => region ?? [])])].sort();
}

/**
 * Has a template stand where stored segments may be: a store does not move by being named otherwise.
 *
 * @throws {ServerError} SERVER_REGION_REFUSED
 */
export function requireRegions(
  next: Template,
  segments: readonly Labelled[],
  transfers: readonly RegionTransfer[],
): void {
  const standsIn = ({ objectKey }: Labelled): string | null => placeRegion(next, placeOf(objectKey)?.place ?? null);
  const kept = segments.find(
    (segment) => segment.region !== undefined && !mayStand(segment.region, standsIn(segment), transfers),
  );
  if (kept === undefined) return;
  throw new ServerError(
    'SERVER_REGION_REFUSED',
    `Cannot apply template: readings of ${kept.stream} are stored that have to stay in ${kept.region}, and what they lie in would stand in ${standsIn(kept) ?? 'no named region'}`,
    { hint: 'Leave the region as it is, let these readings go first, or have a transfer recorded' },
  );
}

/** Places that segments are archived in, in the order of their names. */
export function placesIn(segments: readonly Pick<Segment, 'objectKey'>[]): readonly string[] {
  return [...new Set(segments.flatMap(({ objectKey }) => placeOf(objectKey)?.place ?? []))].sort();
}

/**
 * Has a template go on naming the places that segments lie in, each where it is.
 *
 * @throws {ServerError} SERVER_PLACE_HELD
 */
export function requirePlaces(
  next: Template,
  current: Template,
  segments: readonly Pick<Segment, 'objectKey'>[],
): void {
  const used = placesIn(segments);
  const moved = used.find((name) => next.objects?.get(name)?.location !== current.objects?.get(name)?.location);
  const gone = used.find((name) => !next.objects?.has(name)) ?? moved;
  if (gone === undefined) return;
  throw new ServerError(
    'SERVER_PLACE_HELD',
    `Cannot apply template: segments lie in the place ${gone}, which it ${next.objects?.has(gone) === true ? 'has elsewhere' : 'does not name'}`,
    { hint: 'Keep the place as it is, declare another, and name that in `archive`: segments go from one to the other' },
  );
}

/** Alerts that are looked through. */
const MOST_ALERTS = 1_000;
/** A region that no template can name. */
const ELSEWHERE = '_elsewhere';

/** What the watch has, and by what it is decided who is shown it. */
export interface RegionWatch {
  readonly alerts: Pick<AlertBook, 'list'>;
  readonly rules: Pick<RuleBook, 'all'>;
  readonly typeOf: SightParts['typeOf'];
}

/** Scans each store for segments that have to stay somewhere else, and asks as somebody who is outside. */
export async function tryRegions(parts: {
  readonly template: Template;
  readonly decisions: DecisionPoint;
  readonly watch: RegionWatch;
  readonly objects: Objects;
  /** The places that segments are archived in. */
  readonly places: readonly { readonly place: string; readonly open: () => Promise<Objects> }[];
  readonly segments: readonly Labelled[];
  readonly transfers: readonly RegionTransfer[];
  readonly backups: readonly {
    readonly target: string;
    readonly region: string | null;
    readonly open: () => Promise<Objects>;
  }[];
}): Promise<RegionTrial> {
  const { template, objects, places, segments, transfers, backups } = parts;
  const labels = new Map(segments.map((segment) => [segment.objectKey, segment]));
  const scan = async (
    { place, region: at }: { readonly place: string; readonly region: string | null },
    from: Objects,
    prefixes: readonly string[],
    keyOf = (key: string): string => key,
  ): Promise<RegionTrial['stores'][number]> => {
    let scanned = 0;
    const strays: string[] = [];
    for (const prefix of prefixes) {
      for await (const key of from.list(prefix)) {
        scanned += 1;
        const segment = labels.get(keyOf(key));
        if (segment?.region !== undefined && !mayStand(segment.region, at, transfers)) strays.push(segment.id);
      }
    }
    return { place, region: at, scanned, strays, problem: null };
  };
  // What waits to be carried lies here, and archived segments in backups under the same keys.
  const all = [SEGMENT_PREFIX, PLACES_PREFIX];
  const stores = [await scan({ place: 'main', region: mainRegion(template) }, objects, all)];
  const others = [
    ...places.map(({ place, open }) => {
      const keyOf = (key: string): string => placedKey(place, key);
      const at = { place: `place:${place}`, region: placeRegion(template, place) };
      return { ...at, open, look: (from: Objects) => scan(at, from, [SEGMENT_PREFIX], keyOf) };
    }),
    ...backups.map(({ target, region, open }) => {
      const at = { place: `backup:${target}`, region };
      return { ...at, open, look: (from: Objects) => scan(at, from, all) };
    }),
  ];
  for (const { place, region, open, look } of others) {
    const found = await open()
      .then(look)
      .catch((): RegionTrial['stores'][number] => ({ place, region, scanned: 0, strays: [], problem: 'unreachable' }));
    stores.push(found);
  }
  return {
    regions: dataRegions(template, segments),
    stores,
    leaks: leaksOf(parts),
    told: await toldOutside(parts),
  };
}

/** Columns that the policy would show to somebody who queries all and is outside of every region. */
function leaksOf({
  template,
  decisions,
}: {
  readonly template: Template;
  readonly decisions: DecisionPoint;
}): readonly string[] {
  const rules = classRules(template);
  return [...template.streams.values()].flatMap((stream) => {
    if (regionOf(template, stream) === null) return [];
    const stays = new Set(stream.fields.filter((field) => !rules[field.class].crosses).map(({ name }) => name));
    return [null, ...stream.purposes].flatMap((purpose) => {
      const decision = decisions.decideQuery(outsider(template), stream.name, purpose, template);
      const seen = decision.obligations?.columns ?? [];
      return seen.filter(({ name }) => stays.has(name)).map(({ name }) => `${stream.name}.${name}`);
    });
  });
}

/** What of the watch somebody outside would be shown or sent: alerts there are, and any that there could be. */
async function toldOutside({
  template,
  decisions,
  watch: { alerts, rules, typeOf },
}: {
  readonly template: Template;
  readonly decisions: DecisionPoint;
  readonly watch: RegionWatch;
}): Promise<readonly string[]> {
  const outside = outsider(template);
  const isShown = shownTo(outside, { decisions, template });
  const stays = ({ stream }: { readonly stream: string | null }): boolean => stayOf(stream, template) !== null;
  const streams = [...template.streams.keys()].map((stream) => ({ stream })).filter(stays);
  const shown = await alerts.list({ limit: MOST_ALERTS, which: (alert) => stays(alert) && isShown(alert) });
  const isRuleShown = ruleShownTo(outside, { decisions, template, typeOf });
  return [
    ...shown.map(({ id }) => `alert:${id}`),
    ...streams.filter(isShown).map(({ stream }) => `alerts:${stream}`),
    ...rules.all.filter((rule) => stays(rule) && isRuleShown(rule)).map(({ version }) => `alert-rules:${version}`),
    ...streams
      .filter(({ stream }) => mayBeSent(stream, { region: ELSEWHERE }, template, decisions))
      .map(({ stream }) => `webhook:${stream}`),
  ];
}

/** Somebody with every role at once, who is nowhere that data may be given to. */
function outsider(template: Template): Subject {
  return {
    id: 'weir:prober-outside',
    kind: 'person',
    roles: [...template.people.keys()],
    standing: 'good',
    deviceType: null,
    strength: 'multi-factor',
    region: ELSEWHERE,
  };
}
