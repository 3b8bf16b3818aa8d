import { fieldsOfPhysics } from '#declare/template/index.ts';
import type { Detection, Field, Stream } from '#declare/template/index.ts';

/** What somebody who sees some columns of a stream is told of how it is judged. */
export interface DetectionWithin {
  /** `flow` where its readings are network flows. */
  readonly type: 'flow' | null;
  /** What is declared to be detected, as far as it is of nothing but those columns; null where nothing is. */
  readonly declared: Detection | null;
  /** Declared bounds of those columns: they say what differences mean nothing. */
  readonly ranges: Readonly<Record<string, Field['range']>>;
}

/** What is detected on a stream, without whatever names a column that is not seen. */
export function detectionWithin(
  { fields, type }: Pick<Stream, 'fields' | 'type'>,
  detection: Detection | undefined,
  columns: ReadonlySet<string>,
): DetectionWithin {
  const seen = fields.filter(({ name, range }) => columns.has(name) && range !== null);
  const ranges = Object.fromEntries(seen.map(({ name, range }) => [name, range]));
  const own = { type: type ?? null, ranges };
  if (detection === undefined) return { declared: null, ...own };
  const { state, signs, physics, detectors, ...rest } = detection;
  const ownSigns = Object.entries(signs ?? {}).filter(([, field]) => columns.has(field));
  const declared: Detection = {
    ...rest,
    ...(detectors === undefined
      ? {}
      : { detectors: detectors.filter(({ fields: of = [] }) => of.every((name) => columns.has(name))) }),
    ...(state === undefined || !columns.has(state) ? {} : { state }),
    ...(signs === undefined ? {} : { signs: Object.fromEntries(ownSigns) }),
    ...(physics === undefined
      ? {}
      : { physics: physics.filter((rule) => fieldsOfPhysics(rule).every((name) => columns.has(name))) }),
  };
  return { declared, ...own };
}
