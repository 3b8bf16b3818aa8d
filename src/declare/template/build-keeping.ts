import { millis } from '#base/core/index.ts';
import type { Class, Millis } from '#base/core/index.ts';
import { asList } from './partial.ts';
import { parseDuration } from './quantities.ts';
import type { TemplateSource, ViewSource } from './schema.ts';
import type { ClassTerms, Declassification, ObjectsPlace, View } from './types.ts';

/** What a template says of classes. */
export function buildClasses(source: NonNullable<TemplateSource['classes']>): ReadonlyMap<Class, ClassTerms> {
  return new Map(
    Object.entries(source).flatMap(([cls, terms]): [Class, ClassTerms][] => {
      if (terms === undefined) return [];
      const { keep, mask, crosses, region } = terms;
      const built: ClassTerms = {
        ...(keep === undefined ? {} : { keep: { min: durationOf(keep.min), max: durationOf(keep.max) } }),
        ...(mask === undefined ? {} : { mask }),
        ...(terms.export === undefined ? {} : { exported: terms.export }),
        ...(crosses === undefined ? {} : { crosses }),
        ...(region === undefined ? {} : { region }),
      };
      return [[cls as Class, built]];
    }),
  );
}

/** Places of segments by name. */
export function buildPlaces(source: NonNullable<TemplateSource['objects']>): ReadonlyMap<string, ObjectsPlace> {
  return new Map(
    Object.entries(source).map(([name, { location, region, credentials, endpoint, ...place }]) => [
      name,
      {
        name,
        location: location ?? null,
        region: region ?? null,
        ...(credentials === undefined
          ? {}
          : {
              s3: {
                ...(endpoint === undefined ? {} : { endpoint }),
                ...(place['bucket-region'] === undefined ? {} : { region: place['bucket-region'] }),
                credentials,
              },
            }),
      },
    ]),
  );
}

/** The rules of a view by which columns are milder than their sources. */
export function declassificationsOf({ declassify }: ViewSource): Pick<View, 'declassify'> {
  if (declassify === undefined) return {};
  const rules = Object.entries(declassify).map(([rule, { columns, to, because }]): Declassification => ({
    rule,
    columns: asList(columns),
    to,
    because,
  }));
  return { declassify: rules };
}

function durationOf(text: string | undefined): Millis | null {
  const parsed = text === undefined ? null : parseDuration(text);
  return parsed === null ? null : millis(parsed);
}
