import { parentPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { makeHere, PlacedObjects, StoreError } from '#flow/store/index.ts';
import type { Segment, SegmentMaker } from '#flow/store/index.ts';
import type { ArchivePlaces } from '../places/archive-places.ts';
import { placesToRead } from '../places/store-archive.ts';
import { giveWay, ownThread } from '../process/give-way.ts';
import { portLine } from '../process/lines.ts';
import { Peer } from '../process/peer.ts';
import type { MadeSegment, SealingControlMethods, SealingMethods } from './contract.ts';
import { remoteDataKeys, remoteSegmentKeys } from './remote-keys.ts';
import { Rests } from './rests.ts';

/** The store's other thread: it seals and merges, so that its first one can take readings and serve the tail. */

const rests = new Rests();
/** What is asked before the start is done waits for it. */
const maker = Promise.withResolvers<SegmentMaker>();
const places = Promise.withResolvers<ArchivePlaces>();

const offered: SealingMethods = {
  async start({ objects, places: start, niceness }) {
    const thread = ownThread();
    if (thread !== null) giveWay(thread, niceness);
    places.resolve(placesToRead(start));
    const found = await places.promise;
    const made = makeHere({
      objects: new PlacedObjects(await openDirectoryObjects(objects, { beside: 'sealing' }), (name) =>
        found.find(name),
      ),
      dataKeys: remoteDataKeys(main),
      segmentKeys: remoteSegmentKeys(main),
      audit: { append: (event) => main.call('audit', event) },
      clock: systemClock,
      random: systemRandom,
      rest: () => rests.take(),
    });
    maker.resolve(made);
  },
  press: (pressed) => {
    rests.pressed = pressed;
  },
  places: (declared) => void places.promise.then((found) => found.use(declared)),
  seal: (content) => outcome((own) => own.seal(content)),
  compact: ({ plan, declared }) => outcome((own) => own.compact(plan, declared)),
};

const main = new Peer<SealingControlMethods>(portLine(parentPort as MessagePort), offered);

async function outcome(step: (own: SegmentMaker) => Promise<Segment | null>): Promise<MadeSegment> {
  try {
    return { segment: await step(await maker.promise) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { code, message, hint, segment, column } = error;
    const options = { ...(hint && { hint }), ...(segment && { segment }), ...(column && { column }) };
    return { failure: { code, message, options } };
  }
}
