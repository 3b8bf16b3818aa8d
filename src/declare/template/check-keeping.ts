import { CLASS_RULES } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import type { CheckContext } from './check-context.ts';
import type { DeepPartial } from './partial.ts';
import { parseDuration } from './quantities.ts';
import type { StreamSource } from './schema.ts';
import { MAIN_PLACE } from './schema-keeping.ts';
import type { SourcePath } from './source-node.ts';

type PartialStream = DeepPartial<StreamSource>;

/** Checks how data are kept: terms of classes, places for segments, regions, archives, milder classes in views. */
export function checkKeeping(context: CheckContext): void {
  const { streams = {}, tables = {}, views = {} } = context.source;
  checkPlaces(context);
  for (const [name, stream] of Object.entries(streams)) {
    if (stream === undefined) continue;
    const path = ['streams', name];
    checkKeep(context, path, stream);
    checkRegion(context, path, stream);
    checkArchive(context, path, stream);
  }
  for (const [name, table] of Object.entries(tables))
    if (table !== undefined) checkRegion(context, ['tables', name], table);
  for (const [name, view] of Object.entries(views)) {
    if (view?.private === true && view.declassify !== undefined) {
      const why = 'answers with noise have no classes to make milder';
      context.atKey(['views', name, 'declassify'], 'TEMPLATE_FIELD_CONFLICT', why);
    }
  }
}

function checkPlaces(context: CheckContext): void {
  for (const [name, place] of Object.entries(context.source.objects ?? {})) {
    const path = ['objects', name];
    const { location, credentials, endpoint } = place ?? {};
    const isBucket = location?.startsWith('s3://') === true;
    if (name === MAIN_PLACE ? location !== undefined : location === undefined) {
      const message =
        name === MAIN_PLACE
          ? '`main` is the data directory, which is named at the start; another place has another name'
          : 'a place needs a `location`: a directory, or a bucket as s3://BUCKET/PREFIX';
      context.atKey(path, 'TEMPLATE_FIELD_CONFLICT', message);
    }
    if (isBucket !== (credentials !== undefined) || (endpoint !== undefined && !isBucket)) {
      const message = isBucket
        ? 'a bucket needs `credentials`: the name of a file in the folder `places` of the data directory'
        : '`credentials` and `endpoint` are those of a bucket';
      context.atKey(path, 'TEMPLATE_FIELD_CONFLICT', message);
    }
  }
}

/** What a stream and the classes of its fields say of keeping must go together. */
function checkKeep(context: CheckContext, path: SourcePath, stream: PartialStream): void {
  const { classes } = context.source;
  const said = [
    { by: 'the stream', keep: stream.keep },
    ...classesOf(stream).map((cls) => ({ by: `class ${cls}`, keep: classes?.[cls as 'personal']?.keep })),
  ].map(({ by, keep }) => ({ by, min: durationOf(keep?.min), max: durationOf(keep?.max) }));
  const longest = said.reduce((most, one) => ((one.min ?? 0) > (most.min ?? 0) ? one : most));
  const shortest = said.reduce((least, one) => ((one.max ?? Infinity) < (least.max ?? Infinity) ? one : least));
  // Of one place alone the checks of streams tell.
  if (longest.by !== shortest.by && (longest.min ?? 0) > (shortest.max ?? Infinity)) {
    context.atKey(
      path,
      'TEMPLATE_FIELD_CONFLICT',
      `${longest.by} has readings kept longer (min) than ${shortest.by} allows (max)`,
    );
  }
}

/** Every stream stands where its readings are taken and stored: in the data directory, which is in one region. */
function checkRegion(context: CheckContext, path: SourcePath, relation: PartialStream): void {
  const { classes, region, objects } = context.source;
  const byClass = classesOf(relation).flatMap((cls) => {
    const wanted = classes?.[cls as 'personal']?.region;
    return wanted === undefined ? [] : [{ by: `class ${cls}`, region: wanted }];
  });
  const said = [...byClass, ...(relation.region === undefined ? [] : [{ by: 'the stream', region: relation.region }])];
  const [first] = said;
  const other = said.find((one) => one.region !== first?.region);
  const place = relation.region === undefined ? path : [...path, 'region'];
  if (first !== undefined && other !== undefined) {
    const message = `${first.by} has it stay in ${first.region}, and ${other.by} in ${other.region}`;
    context.atKey(place, 'TEMPLATE_FIELD_CONFLICT', message);
    return;
  }
  const wanted = first?.region ?? region;
  const stands = objects?.[MAIN_PLACE]?.region ?? region;
  if (wanted === undefined || wanted === stands) return;
  const where =
    stands === undefined ? 'nothing says where the data directory stands' : `the data directory stands in ${stands}`;
  context.atKey(
    place,
    'TEMPLATE_FIELD_CONFLICT',
    `its readings have to stay in ${wanted}, and ${where}: take them in with a platform that stands there, or say \`region: ${wanted}\` where this one does`,
  );
}

function checkArchive(context: CheckContext, path: SourcePath, { archive, keep, ...stream }: PartialStream): void {
  if (archive?.to === undefined) return;
  const { objects = {}, region, classes } = context.source;
  const place = [...path, 'archive', 'to'];
  const names = Object.keys(objects).filter((name) => name !== MAIN_PLACE);
  if (!names.includes(archive.to)) return context.unknown(place, 'place under `objects`', archive.to, names);
  const wanted =
    classesOf(stream).flatMap((cls) => classes?.[cls as 'personal']?.region ?? [])[0] ?? stream.region ?? region;
  const stands = objects[archive.to]?.region ?? objects[MAIN_PLACE]?.region ?? region;
  if (wanted !== undefined && wanted !== stands) {
    const message = `its readings have to stay in ${wanted}, and \`${archive.to}\` stands in ${stands ?? 'no named region'}: name a place in ${wanted}`;
    context.at(place, 'TEMPLATE_FIELD_CONFLICT', message);
  }
  const [after, max] = [durationOf(archive.after), durationOf(keep?.max)];
  if (after !== null && max !== null && after >= max) {
    const message = 'by then the readings are erased: archive them sooner, or keep them longer';
    context.at([...path, 'archive', 'after'], 'TEMPLATE_FIELD_CONFLICT', message);
  }
}

/** Classes of what is stored of a stream. */
function classesOf({ fields = {} }: PartialStream): readonly Class[] {
  const classes = Object.values(fields).map((field) => field?.class ?? 'operational');
  return [...new Set(classes)].filter((cls) => CLASS_RULES[cls].entry !== 'refused');
}

function durationOf(text: string | undefined): number | null {
  return text === undefined ? null : parseDuration(text);
}
