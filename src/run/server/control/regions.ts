import type { RegionTrial } from '#assure/controls/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { mayStand } from '#declare/policy/index.ts';
import type { DecisionPoint, RegionTransfer, Subject } from '#declare/policy/index.ts';
import { classRules, mainRegion, regionOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { SEGMENT_PREFIX } from '#flow/store/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { ServerError } from '../errors.ts';

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
  const at = mainRegion(next);
  const kept = segments.find(({ region }) => region !== undefined && !mayStand(region, at, transfers));
  if (kept === undefined) return;
  throw new ServerError(
    'SERVER_REGION_REFUSED',
    `Cannot apply template: readings of ${kept.stream} are stored that have to stay in ${kept.region}, and the platform would stand in ${at ?? 'no named region'}`,
    { hint: 'Leave the region as it is, let these readings go first, or have a transfer recorded' },
  );
}

/** A region that no template can name. */
const ELSEWHERE = '_elsewhere';

/** Scans each store for segments that have to stay somewhere else, and asks as somebody who is outside. */
export async function tryRegions(parts: {
  readonly template: Template;
  readonly decisions: DecisionPoint;
  readonly objects: Objects;
  readonly segments: readonly Labelled[];
  readonly transfers: readonly RegionTransfer[];
  readonly backups: readonly {
    readonly target: string;
    readonly region: string | null;
    readonly open: () => Promise<Objects>;
  }[];
}): Promise<RegionTrial> {
  const { template, objects, segments, transfers, backups } = parts;
  const labels = new Map(segments.map((segment) => [segment.objectKey, segment]));
  const scan = async (place: string, at: string | null, from: Objects): Promise<RegionTrial['stores'][number]> => {
    let scanned = 0;
    const strays: string[] = [];
    for await (const key of from.list(SEGMENT_PREFIX)) {
      scanned += 1;
      const segment = labels.get(key);
      if (segment?.region !== undefined && !mayStand(segment.region, at, transfers)) strays.push(segment.id);
    }
    return { place, region: at, scanned, strays, problem: null };
  };
  const stores = [await scan('main', mainRegion(template), objects)];
  for (const { target, region, open } of backups) {
    const place = `backup:${target}`;
    const found = await open()
      .then((from) => scan(place, region, from))
      .catch((): RegionTrial['stores'][number] => ({ place, region, scanned: 0, strays: [], problem: 'unreachable' }));
    stores.push(found);
  }
  return { regions: dataRegions(template, segments), stores, leaks: leaksOf(parts) };
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
