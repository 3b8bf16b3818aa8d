import { CLASSES } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import { classRules, isSystemName, regionOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { rolesOf } from './grants.ts';
import type { RelationFacts } from './relation-facts.ts';
import type { RegionTransfer, Subject } from './types.ts';

/** The strictest class of columns that an aggregate may give out of its region. */
const STRICTEST_AGGREGATE: Class = 'location';

/**
 * Where who asks is: by their account, else by their roles, else where the platform is. Null where nothing says, or
 * where their roles say different things: then they are outside of every region.
 */
export function locationOf(subject: Subject, template: Template): string | null {
  if (subject.region !== undefined) return subject.region;
  const said = new Set(rolesOf(subject, template).flatMap(({ region }) => region ?? []));
  if (said.size > 1) return null;
  return [...said][0] ?? (template.region === 'unspecified' ? null : template.region);
}

/**
 * The region that readings of a stream have to stay in, null for none: of a stream that the template has no more, that of
 * the platform, and of what is of no stream, or of none of the platform's own, none.
 */
export function stayOf(stream: string | null, template: Template): string | null {
  if (stream === null) return null;
  const declared = template.streams.get(stream);
  if (declared !== undefined) return regionOf(template, declared);
  if (isSystemName(stream)) return null;
  return template.region === 'unspecified' ? null : template.region;
}

/** The regions whose data may be given to somewhere: that itself, and those with a transfer to it. */
export function reachOf(located: string | null, transfers: readonly RegionTransfer[]): readonly string[] {
  if (located === null) return [];
  return [...new Set([located, ...transfers.filter(({ to }) => to === located).map(({ from }) => from)])].sort();
}

/** Whether data that have to stay in a region may be kept somewhere. */
export function mayStand(region: string | null, at: string | null, transfers: readonly RegionTransfer[]): boolean {
  return region === null || reachOf(at, transfers).includes(region);
}

/** Whether a column of a class may be given out of the regions of its relation without a transfer. */
export function mayCross(template: Template, { crosses }: Pick<RelationFacts, 'crosses'>, cls: Class): boolean {
  if (classRules(template)[cls].crosses) return true;
  return crosses === true && CLASSES.indexOf(cls) <= CLASSES.indexOf(STRICTEST_AGGREGATE);
}
