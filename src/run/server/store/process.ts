import { basename } from 'node:path';
import { millis, systemClock } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { mainRegion, regionOf, templateFromJson } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { FileJournalReader, nodeFiles } from '#flow/journal/index.ts';
import { PlacedObjects, StoreService, TailBlocks } from '#flow/store/index.ts';
import type { Hold } from '#flow/store/index.ts';
import { makeLog } from '../log.ts';
import { noMetrics } from '../metrics.ts';
import { archiveOf, placesToKeep } from '../places/store-archive.ts';
import { leaveTerminalSignals } from '../process/leave-terminal-signals.ts';
import { parentLine } from '../process/lines.ts';
import { endNow } from '../process/parent-gone.ts';
import { Peer } from '../process/peer.ts';
import type { StoreControlMethods, StoreMethods, StoreStart } from './contract.ts';
import { remoteDataKeys, remoteSegmentKeys } from './remote-keys.ts';
import { remotePublisher } from './remote-publisher.ts';
import { SealingThread } from './sealing-thread.ts';
import { retentionOf } from './template-retention.ts';
import { classesOf, shapesOf } from './template-shapes.ts';

/** The store process: journal in, segments out. Its keys come from control one by one. */

/** How often is looked for journal files that the store has passed; what must outlive them opens the files after. */
const RELEASE_EVERY_MS = 10_000;
/** How far sealing and merging give way to taking readings in and serving the tail, which people wait for. */
const SEALING_NICENESS = 5;

/** How often is told what of the journal can be seen, while something comes. */
const PROGRESS_EVERY_MS = 50;

const log = makeLog('store');
let service: StoreService | null = null;
let journal: FileJournalReader | null = null;
const templates = new Map<string, Template>();
let inForce = '';
let holds: readonly Hold[] = [];
/** Has the places of a template count. */
let usePlaces: (template: Template) => void = () => undefined;

const offered: StoreMethods = {
  async start(start: StoreStart) {
    const { journal: folder, objects, places: reached, tail, templates: forms, holds: standing } = start;
    for (const form of forms) remember(templateFromJson(form));
    inForce = start.inForce;
    const places = placesToKeep(reached);
    const placed = new PlacedObjects(await openDirectoryObjects(objects, { beside: 'store' }), (name) =>
      places.find(name),
    );
    holds = standing;
    const reader = new FileJournalReader({
      directory: folder,
      keys: { key: async (fileId) => keyOf(await control.call('journalKey', fileId)) },
      onTorn: (tail) => log.warn(tail, 'cut a torn tail off a journal file'),
      onDamaged: (damage) => {
        log.error(damage, 'a journal file cannot be read: nothing from there to its end is');
        control.tell('damaged', damage);
      },
    });
    journal = reader;
    const publisher = remotePublisher(control);
    const maker = SealingThread.start({
      objects,
      places: reached,
      niceness: SEALING_NICENESS,
      isPressed: () => service?.isPressed ?? true,
      offered: {
        audit: (event) => control.call('audit', event),
        newDataKeys: (request) => control.call('newDataKeys', request),
        unwrapDataKeys: (request) => control.call('unwrapDataKeys', request),
      },
      onEnd: (error) => {
        log.error({ err: error }, 'the sealing thread failed');
        // Control starts the store again, and it goes on from the catalogue.
        process.exit(1);
      },
    });
    usePlaces = (template) => {
      const declared = [...(template.objects?.values() ?? [])];
      places.use(declared);
      maker.usePlaces(declared);
    };
    const current = templates.get(inForce);
    if (current !== undefined) usePlaces(current);
    service = await StoreService.start({
      journal: reader,
      objects: placed,
      archive: {
        terms: () => archiveOf(templates.get(inForce), places, systemClock.now()),
        objects: placed,
        places,
      },
      publisher,
      segmentKeys: remoteSegmentKeys(control),
      dataKeys: remoteDataKeys(control),
      maker,
      shapes: shapesOf((wanted) => templates.get(wanted)),
      declared: (stream) => classesOf(templates.get(inForce), stream),
      regionOf: (stream) => {
        const template = templates.get(inForce);
        const declared = template?.streams.get(stream);
        return template === undefined || declared === undefined ? null : regionOf(template, declared);
      },
      standsIn: () => {
        const template = templates.get(inForce);
        return template === undefined ? null : mainRegion(template);
      },
      retention: () => retentionOf(templates.get(inForce), holds, systemClock.now()),
      blocks: await TailBlocks.open({ directory: tail, clock: systemClock, random: systemRandom, log }),
      vault: (records) => control.call('vault', records),
      audit: { append: (event) => control.call('audit', event) },
      clock: systemClock,
      random: systemRandom,
      log,
      metrics: noMetrics,
    });
    service.done.catch((error: unknown) => {
      const { code = 'unknown', message } = error as { code?: string; message: string };
      log.error({ code, error: message }, 'the store ended');
      control.tell('ended', { code, message });
      // Control starts it again, and it goes on from the catalogue.
      setTimeout(() => process.exit(1), 100);
    });
    setInterval(() => void releaseFiles(reader), RELEASE_EVERY_MS).unref();
    setInterval(() => {
      const progress = service?.progress() ?? null;
      if (progress !== null) control.tell('progress', progress);
    }, PROGRESS_EVERY_MS).unref();
  },
  template: (form) => {
    const template = templateFromJson(form);
    remember(template);
    inForce = template.digest;
    usePlaces(template);
    service?.templateChanged();
  },
  holds: (standing) => {
    holds = standing;
  },
  wake: () => service?.wake(),
  snapshot: ({ stream, columns, version }) => running().snapshot(stream, columns, version),
  flush: (stream) => running().flush(stream ?? undefined),
  compact: () => running().compact(),
  findSubject: (wanted) => running().subjects.find(wanted),
  subjectSpans: ({ wanted, most }) => running().subjects.spans(wanted, most),
  readSubject: ({ wanted, most }) => running().subjects.read(wanted, most),
  eraseSubject: ({ subject, request }) => running().eraseSubject(subject, request),
  removeReplaced: ({ streams, age }) => running().removeReplaced(streams, millis(age)),
  releaseFiles: async () => {
    await running().saveCursor();
    if (journal !== null) await releaseFiles(journal);
  },
  status: () => service?.status ?? null,
};

const control = new Peer<StoreControlMethods>(parentLine(), offered);
control.onClose(endNow);
process.once('SIGTERM', () => {
  void (service?.drain() ?? Promise.resolve()).finally(() => process.exit(0));
});
leaveTerminalSignals();

function running(): StoreService {
  if (service === null) throw new TypeError('the store has not started');
  return service;
}

function remember(template: Template): void {
  templates.set(template.digest, template);
}

function keyOf(raw: Uint8Array | null): AeadKey | null {
  return raw === null ? null : AeadKey.fromBytes(raw);
}

/** Journal files that are gone, and whose keys are not yet: that waits where the log cannot be written. */
const unforgotten = new Set<string>();

/** Removes journal files that hold nothing for the store any more. */
async function releaseFiles(reader: FileJournalReader): Promise<void> {
  try {
    const { cursor } = await control.call('state', null);
    const passed = await control.call('passed', null);
    const cursors = passed === null ? [cursor] : [cursor, passed];
    for (const path of await reader.release(cursors.map((one) => new Map(one)))) {
      await nodeFiles.remove(path);
      unforgotten.add(basename(path, '.journal'));
    }
    const gone = [...unforgotten];
    service?.forgetFiles(gone);
    if (gone.length > 0) await control.call('forgetFiles', gone);
    for (const file of gone) unforgotten.delete(file);
  } catch (error) {
    log.warn({ error: (error as Error).message }, 'could not remove passed journal files');
  }
}
