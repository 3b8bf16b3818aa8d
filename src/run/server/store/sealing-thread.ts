import { Worker } from 'node:worker_threads';
import type { NamedColumn } from '#base/core/index.ts';
import type { ObjectsPlace } from '#declare/template/index.ts';
import { mergeBatches, StoreError } from '#flow/store/index.ts';
import type { Segment, SegmentContent, SegmentMaker } from '#flow/store/index.ts';
import type { PlacesStart } from '../places/store-archive.ts';
import { portLine } from '../process/lines.ts';
import { Peer } from '../process/peer.ts';
import type { MadeSegment, SealingControlMethods, SealingMethods } from './contract.ts';

export interface SealingThreadParts {
  /** The folder of sealed objects. */
  readonly objects: string;
  readonly places: PlacesStart;
  /** How far the thread gives way to the others of its process, 0 to 19. */
  readonly niceness: number;
  /** Whether there is no time to rest. */
  readonly isPressed: () => boolean;
  /** The way to control. */
  readonly offered: SealingControlMethods;
  /** Called when the thread ended, which it never should. */
  readonly onEnd: (error: unknown) => void;
}

/** How often is looked whether it is pressed. */
const LOOK_MS = 50;

/** Makes segments in a thread of its own. */
export class SealingThread implements SegmentMaker, AsyncDisposable {
  readonly #thread: Worker;
  readonly #peer: Peer<SealingMethods>;
  readonly #isPressed: () => boolean;
  readonly #look: NodeJS.Timeout;
  #told = false;

  private constructor(thread: Worker, peer: Peer<SealingMethods>, isPressed: () => boolean) {
    this.#thread = thread;
    this.#peer = peer;
    this.#isPressed = isPressed;
    this.#look = setInterval(() => this.#press(), LOOK_MS).unref();
  }

  /** The thread loads its code while its store goes on; what is asked of it meanwhile waits there. */
  static start({ objects, places, niceness, isPressed, offered, onEnd }: SealingThreadParts): SealingThread {
    const thread = new Worker(new URL('sealing-worker.ts', import.meta.url));
    thread.once('error', onEnd);
    const peer = new Peer<SealingMethods>(portLine(thread), offered);
    peer.call('start', { objects, places, niceness }).catch(onEnd);
    return new SealingThread(thread, peer, isPressed);
  }

  /** Joins the batches, which are thousands, and hands the result over without a copy. */
  async seal(content: SegmentContent): Promise<Segment> {
    const { stream, columns, batches } = content;
    const joined: NamedColumn[] = [];
    for (const column of columns) {
      joined.push(...mergeBatches(stream, [column], batches).columns);
      // Whoever asks for the tail waits for one column, not for all.
      await new Promise(setImmediate);
    }
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
    const batch = { stream, template: batches[0]?.template ?? '', rows, columns: joined };
    const order = { ...contentOnly(content), batches: [batch] };
    this.#press();
    const segment = segmentOf(await this.#peer.call('seal', order, buffersOf(joined)));
    if (segment === null) throw new TypeError('sealing made no segment');
    return segment;
  }

  /** Has other places count from now on. */
  usePlaces(declared: readonly ObjectsPlace[]): void {
    this.#peer.tell('places', declared);
  }

  async compact(...[plan, declared]: Parameters<SegmentMaker['compact']>): Promise<Segment | null> {
    this.#press();
    return segmentOf(await this.#peer.call('compact', { plan, declared }));
  }

  #press(): void {
    const pressed = this.#isPressed();
    if (pressed === this.#told) return;
    this.#told = pressed;
    this.#peer.tell('press', pressed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#look);
    await this.#thread.terminate();
  }
}

/** Without what else the object may hold, which may not cross. */
function contentOnly({ stream, columns, spans, inputs, templates, region, standsIn }: SegmentContent) {
  const where = region === undefined ? {} : { region, standsIn: standsIn ?? null };
  return { stream, columns, spans, inputs, templates, ...where };
}

/** Those that are a column's alone. */
function buffersOf(columns: readonly NamedColumn[]): readonly ArrayBuffer[] {
  const all = columns.flatMap(({ data }) => [data.type === 'text' ? data.codes : data.values, data.nulls]);
  const buffers = all.flatMap((array) => (array?.buffer instanceof ArrayBuffer ? [array.buffer] : []));
  return [...new Set(buffers)];
}

function segmentOf(made: MadeSegment): Segment | null {
  if ('segment' in made) return made.segment;
  const { code, message, options } = made.failure;
  throw new StoreError(code, message, options);
}
