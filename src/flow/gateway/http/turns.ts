/** How long a request may take its time: `long` are statements, streams of events and whatever else lasts. */
export type Pace = 'brief' | 'long';

export interface TurnBounds {
  /** Brief requests of one caller that have their turn at once. */
  readonly brief: number;
  /** Long ones. */
  readonly long: number;
  /** Requests of one caller and pace that wait for a turn. */
  readonly waiting: number;
  /** A brief request that lasts longer counts as a long one, as far as there is room for it. */
  readonly briefMs: number;
  /** The longest wait for a turn. */
  readonly waitMs: number;
  /** Brief requests of one caller that begin at this pace although others of it wait all the time. */
  readonly spree: number;
  /** Thereafter it has one turn at a time and rests so long after each, while others ask. */
  readonly restMs: number;
  /** Others count as asking for so long after they did. */
  readonly othersMs: number;
}

/** What is done about a request. */
export interface TurnTaker {
  /** It has its turn, now or later. */
  begin(): void;
  /** It has waited too long. */
  gaveUp(): void;
}

/** A request's place, in the queue or at its turn. */
export interface Turn {
  /** Leaves; a second time it does nothing. */
  end(): void;
}

interface Place extends TurnTaker {
  readonly caller: CallerTurns;
  pace: Pace;
  state: 'waiting' | 'begun' | 'ended';
  timer: NodeJS.Timeout;
}

interface CallerTurns {
  readonly name: string;
  readonly begun: Record<Pace, number>;
  readonly waiting: Record<Pace, Set<Place>>;
  /** Brief requests that began since none waited. */
  spree: number;
  /** Until when it rests. */
  rest: NodeJS.Timeout | null;
}

/** When somebody asked. */
interface Asked {
  readonly name: string;
  readonly ms: number;
}

const NOBODY: Asked = { name: '', ms: -Infinity };

/**
 * Requests of one caller take turns, so that what waits at a busy moment waits behind few of anybody else's. Brief and
 * long requests have turns of their own: nobody's look at the state of things waits behind their own slow statements.
 *
 * Whoever lasts longer than a brief request should, for a slow body or a slow reader, makes room for the next.
 *
 * Who keeps a line waiting for longer rests between turns while others ask: its quota may let hundreds of requests in at
 * once, and each of theirs would meet one of these.
 */
export class Turns {
  readonly #bounds: TurnBounds;
  readonly #nowMs: () => number;
  readonly #callers = new Map<string, CallerTurns>();
  #last: Asked = NOBODY;
  /** The last who was somebody else than `#last`. */
  #other: Asked = NOBODY;

  /** @param nowMs monotonic milliseconds */
  constructor(bounds: TurnBounds, nowMs: () => number) {
    this.#bounds = bounds;
    this.#nowMs = nowMs;
  }

  /** Callers that have a request here. */
  get size(): number {
    return this.#callers.size;
  }

  /** @returns null where too many of the caller's wait already */
  ask(name: string, pace: Pace, taker: TurnTaker): Turn | null {
    if (this.#last.name !== name) this.#other = this.#last;
    this.#last = { name, ms: this.#nowMs() };
    const caller = this.#callers.get(name) ?? newCaller(name);
    const queue = caller.waiting[pace];
    const free = caller.begun[pace] < this.#most(caller, pace);
    if (!free && queue.size >= this.#bounds.waiting) return null;
    this.#callers.set(name, caller);
    const place: Place = {
      begin: () => taker.begin(),
      gaveUp: () => taker.gaveUp(),
      caller,
      pace,
      state: 'waiting',
      timer: setTimeout(() => this.#giveUp(place), this.#bounds.waitMs),
    };
    queue.add(place);
    this.#next(caller, pace);
    return { end: () => this.#end(place) };
  }

  /** Whoever waits first begins, as far as there are turns. */
  #next(caller: CallerTurns, pace: Pace): void {
    while (caller.begun[pace] < this.#most(caller, pace)) {
      const [first] = caller.waiting[pace];
      if (first === undefined) return;
      caller.waiting[pace].delete(first);
      clearTimeout(first.timer);
      first.state = 'begun';
      caller.begun[pace]++;
      if (pace === 'brief') caller.spree++;
      if (pace === 'brief') first.timer = setTimeout(() => this.#lasts(first), this.#bounds.briefMs);
      first.begin();
    }
  }

  /** How many of a caller may have their turn at once. */
  #most(caller: CallerTurns, pace: Pace): number {
    if (pace === 'long') return this.#bounds.long;
    if (caller.rest !== null) return 0;
    return this.#isOver(caller) ? 1 : this.#bounds.brief;
  }

  /** Whether it has had more than a burst, and others ask. */
  #isOver({ name, spree }: CallerTurns): boolean {
    if (spree < this.#bounds.spree) return false;
    const { ms } = this.#last.name === name ? this.#other : this.#last;
    return this.#nowMs() - ms < this.#bounds.othersMs;
  }

  /** After a brief turn. */
  #pause(caller: CallerTurns): void {
    if (caller.waiting.brief.size === 0) caller.spree = 0;
    else if (caller.rest === null && this.#isOver(caller))
      caller.rest = setTimeout(() => {
        caller.rest = null;
        this.#next(caller, 'brief');
      }, this.#bounds.restMs);
  }

  /** It was not brief after all. */
  #lasts(place: Place): void {
    const { caller } = place;
    if (caller.begun.long >= this.#bounds.long) {
      place.timer.refresh();
      return;
    }
    caller.begun.brief--;
    caller.begun.long++;
    place.pace = 'long';
    this.#next(caller, 'brief');
  }

  #giveUp(place: Place): void {
    this.#end(place);
    place.gaveUp();
  }

  #end(place: Place): void {
    const { caller, pace, state } = place;
    if (state === 'ended') return;
    clearTimeout(place.timer);
    place.state = 'ended';
    if (state === 'begun') caller.begun[pace]--;
    else caller.waiting[pace].delete(place);
    if (state === 'begun' && pace === 'brief') this.#pause(caller);
    this.#next(caller, pace);
    if (!isIdle(caller)) return;
    if (caller.rest !== null) clearTimeout(caller.rest);
    this.#callers.delete(caller.name);
  }
}

function newCaller(name: string): CallerTurns {
  const [begun, waiting] = [
    { brief: 0, long: 0 },
    { brief: new Set<Place>(), long: new Set<Place>() },
  ];
  return { name, begun, waiting, spree: 0, rest: null };
}

function isIdle({ begun, waiting }: CallerTurns): boolean {
  return begun.brief + begun.long + waiting.brief.size + waiting.long.size === 0;
}
