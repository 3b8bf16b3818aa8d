import type { Clock, Micros } from '#base/core/index.ts';
import type { DelayedWill, FromHub, HubLine, ToHub } from './hub-message.ts';
import { MAX_QUEUED_COMMANDS } from './session.ts';
import type { Command, SessionSnapshot } from './session.ts';
import { matchesFilter } from './topic-filter.ts';

/** What the hub tells those who sent commands. */
export interface SessionHubEvents {
  delivered(device: string, command: string): void;
  undelivered(device: string, command: string, reason: string): void;
}

export interface SessionHubDeps {
  readonly clock: Clock;
  readonly events: SessionHubEvents;
  /** Parked sessions of one device at most; the oldest goes first. */
  readonly parkedPerDevice: number;
}

type WorkerLine = HubLine<FromHub, ToHub>;

interface Claim {
  readonly line: WorkerLine;
  readonly request: number;
  readonly clean: boolean;
}

interface Live {
  readonly line: WorkerLine;
  readonly generation: number;
  /** The worker whose journal still has the session from before, and its generation there. */
  readonly before: { readonly line: WorkerLine; readonly generation: number } | null;
  readonly claims: Claim[];
  /** Monotonic milliseconds at which a worker that was asked to yield counts as gone. */
  yieldBy: number | null;
}

interface Parked {
  readonly line: WorkerLine | null;
  readonly snapshot: SessionSnapshot;
  readonly expiresMs: number;
  will: { readonly will: DelayedWill; readonly atMs: number } | null;
}

interface DeviceSessions {
  readonly live: Map<string, Live>;
  readonly parked: Map<string, Parked>;
  readonly retained: Map<string, Command>;
}

/** How long a worker may take to give a session up. */
const YIELD_MS = 5_000;

/** Retained commands of one device at most. */
export const MAX_RETAINED = 64;

/**
 * Knows every session of the gateway: which worker has it, or its state while no connection does.
 *
 * It lives in the gateway's main thread. At any time one connection at most has a session; a second claim makes the
 * first give it up, and waits for its state. `sweep` is called once a second.
 *
 * @see MQTT 5 sections 3.1.4 and 4.1
 */
export class SessionHub {
  readonly #deps: SessionHubDeps;
  readonly #devices = new Map<string, DeviceSessions>();
  readonly #lines = new Set<WorkerLine>();
  /**
   * Highest generation of the sessions that are over. The journal may know of their end for as long as it keeps the file,
   * so whoever comes under such a name counts on from here: else what it leaves there would be taken for over as well.
   */
  #over = 0;

  constructor(deps: SessionHubDeps) {
    this.#deps = deps;
  }

  /**
   * Takes sessions found in the journal after a restart; their expiry begins now.
   *
   * @param line the worker whose journal keeps them from now on
   */
  restore(snapshots: readonly SessionSnapshot[], line: WorkerLine | null = null): void {
    for (const snapshot of snapshots) this.#park(line, snapshot, null);
  }

  /** Serves a worker until its line closes. */
  attach(line: WorkerLine): void {
    this.#lines.add(line);
    line.listen(
      (message) => this.#receive(line, message),
      () => this.#detach(line),
    );
  }

  /**
   * Sends a command to every session of a device that subscribed to its topic, now or when it comes back.
   *
   * @returns how many sessions it was given to
   */
  send(device: string, command: Command): number {
    const sessions = this.#of(device);
    if (command.retain === 'keep') this.#retain(sessions, command);
    if (command.retain === 'keep' && command.payload.length === 0) return 0;
    let given = 0;
    // The worker looks whether the session subscribed: only it knows.
    for (const [key, { line }] of sessions.live) {
      line.post({ type: 'command', key, command });
      given++;
    }
    for (const [key, parked] of sessions.parked) {
      const { snapshot } = parked;
      if (this.#isUnderWay(sessions, key, parked, command)) {
        given++;
        continue;
      }
      const wanted = snapshot.subscriptions.some((s) => s.qos > 0 && matchesFilter(s.filter, command.topic));
      if (!wanted || snapshot.queue.length >= MAX_QUEUED_COMMANDS) continue;
      sessions.parked.set(key, { ...parked, snapshot: { ...snapshot, queue: [...snapshot.queue, command] } });
      given++;
    }
    return given;
  }

  /**
   * Gives a command, handed over anew after a restart, back to the session that had it under way with QoS 2: it goes
   * on under the packet id that it had, or not at all where the device has it already.
   */
  #isUnderWay(sessions: DeviceSessions, key: string, parked: Parked, command: Command): boolean {
    const { snapshot } = parked;
    const sent = snapshot.inFlight.find(({ id }) => id === command.id);
    if (sent === undefined) return false;
    if (sent.taken) {
      this.#deps.events.delivered(snapshot.device, command.id);
      return true;
    }
    const inFlight = snapshot.inFlight.map((one) => (one === sent ? { ...one, command } : one));
    sessions.parked.set(key, { ...parked, snapshot: { ...snapshot, inFlight } });
    return true;
  }

  /** Parked sessions whose time is over end, wills whose delay is over are recorded, workers that hang are passed by. */
  sweep(): void {
    const now = this.#deps.clock.monotonicMs();
    for (const [device, sessions] of this.#devices) {
      for (const [key, parked] of sessions.parked) {
        if (parked.will !== null && now >= parked.will.atMs) {
          this.#anyLine(parked)?.post({ type: 'will', will: parked.will.will });
          parked.will = null;
        }
        if (now >= parked.expiresMs) this.#expire(sessions, key, parked);
      }
      for (const [key, live] of sessions.live) {
        if (live.yieldBy !== null && now >= live.yieldBy) this.#free(sessions, key, live);
      }
      this.#forget(device, sessions);
    }
  }

  /** How many sessions are connected and how many wait. */
  counts(): { live: number; parked: number } {
    let live = 0;
    let parked = 0;
    for (const sessions of this.#devices.values()) {
      live += sessions.live.size;
      parked += sessions.parked.size;
    }
    return { live, parked };
  }

  #receive(line: WorkerLine, message: ToHub): void {
    switch (message.type) {
      case 'claim':
        return this.#claim(line, message);
      case 'release':
        return this.#release(line, message);
      case 'retained': {
        const commands = this.#current(this.#of(message.device));
        return line.post({ type: 'retained', request: message.request, commands });
      }
      case 'delivered':
        return this.#deps.events.delivered(message.device, message.command);
      case 'undelivered':
        return this.#deps.events.undelivered(message.device, message.command, message.reason);
    }
  }

  #claim(line: WorkerLine, { key, device, request, clean }: ToHub & { type: 'claim' }): void {
    const sessions = this.#of(device);
    const claim = { line, request, clean };
    const live = sessions.live.get(key);
    if (live === undefined) return this.#grant(sessions, key, claim, 0);
    live.claims.push(claim);
    live.yieldBy ??= this.#deps.clock.monotonicMs() + YIELD_MS;
    live.line.post({ type: 'yield', key, generation: live.generation });
  }

  #grant(sessions: DeviceSessions, key: string, claim: Claim, previous: number, waiting: Claim[] = []): void {
    const parked = sessions.parked.get(key);
    sessions.parked.delete(key);
    const follows = previous > 0 || parked !== undefined;
    const generation = (follows ? Math.max(previous, parked?.snapshot.generation ?? 0) : this.#over) + 1;
    // A clean start ends the session that was, and with it the delay of its will.
    if (parked !== undefined && claim.clean && parked.will !== null) {
      claim.line.post({ type: 'will', will: parked.will.will });
    }
    const snapshot = claim.clean ? null : (parked?.snapshot ?? null);
    const moved = parked !== undefined && parked.line !== null && parked.line !== claim.line;
    const before = moved ? { line: parked.line, generation: parked.snapshot.generation } : null;
    const live: Live = { line: claim.line, generation, before, claims: waiting, yieldBy: null };
    sessions.live.set(key, live);
    claim.line.post({ type: 'claimed', request: claim.request, generation, follows, snapshot });
    if (waiting.length > 0) {
      live.yieldBy = this.#deps.clock.monotonicMs() + YIELD_MS;
      claim.line.post({ type: 'yield', key, generation });
    }
  }

  #release(line: WorkerLine, { key, generation, snapshot, will }: ToHub & { type: 'release' }): void {
    const device = key.slice(0, key.indexOf('/'));
    const sessions = this.#of(device);
    const live = sessions.live.get(key);
    // A worker that was passed by comes too late.
    if (live === undefined || live.line !== line || live.generation !== generation) return;
    // By now the newer state is on disk, so the older one may go from the journal of the worker that had it.
    if (live.before !== null && this.#lines.has(live.before.line)) {
      live.before.line.post({ type: 'expired', key, generation: live.before.generation });
    }
    if (snapshot !== null) this.#park(line, snapshot, will);
    else if (will !== null) line.post({ type: 'will', will });
    this.#free(sessions, key, live);
    this.#forget(device, sessions);
  }

  /** The session has no connection now: the next one that waits gets it. */
  #free(sessions: DeviceSessions, key: string, live: Live): void {
    sessions.live.delete(key);
    if (!sessions.parked.has(key)) this.#over = Math.max(this.#over, live.generation);
    const next = live.claims.shift();
    if (next !== undefined) this.#grant(sessions, key, next, live.generation, live.claims);
  }

  #park(line: WorkerLine | null, snapshot: SessionSnapshot, will: DelayedWill | null): void {
    const sessions = this.#of(snapshot.device);
    const now = this.#deps.clock.monotonicMs();
    sessions.parked.set(snapshot.key, {
      line,
      snapshot,
      expiresMs: now + snapshot.expirySeconds * 1_000,
      will: will === null ? null : { will, atMs: now + will.delaySeconds * 1_000 },
    });
    if (sessions.parked.size <= this.#deps.parkedPerDevice) return;
    const [oldest] = sessions.parked;
    if (oldest !== undefined) this.#expire(sessions, oldest[0], oldest[1]);
  }

  #expire(sessions: DeviceSessions, key: string, parked: Parked): void {
    sessions.parked.delete(key);
    const { inFlight, queue, generation } = parked.snapshot;
    this.#over = Math.max(this.#over, generation);
    const line = this.#anyLine(parked);
    // With the session the delay of its will ends [MQTT-3.1.3-9].
    if (parked.will !== null) line?.post({ type: 'will', will: parked.will.will });
    line?.post({ type: 'expired', key, generation });
    for (const { id } of [...inFlight.filter(({ taken }) => !taken), ...queue]) {
      this.#deps.events.undelivered(parked.snapshot.device, id, 'session-expired');
    }
  }

  #anyLine(parked: Parked): WorkerLine | undefined {
    if (parked.line !== null && this.#lines.has(parked.line)) return parked.line;
    return this.#lines.values().next().value;
  }

  #retain(sessions: DeviceSessions, command: Command): void {
    sessions.retained.delete(command.topic);
    if (command.payload.length === 0) return;
    sessions.retained.set(command.topic, command);
    const [oldest] = sessions.retained.keys();
    if (sessions.retained.size > MAX_RETAINED && oldest !== undefined) sessions.retained.delete(oldest);
  }

  #current(sessions: DeviceSessions): Command[] {
    const now: Micros = this.#deps.clock.now();
    return [...sessions.retained.values()]
      .filter(({ expires }) => expires === null || expires > now)
      .map((command) => ({ ...command, retain: 'kept' }));
  }

  #of(device: string): DeviceSessions {
    let sessions = this.#devices.get(device);
    if (sessions === undefined) {
      sessions = { live: new Map(), parked: new Map(), retained: new Map() };
      this.#devices.set(device, sessions);
    }
    return sessions;
  }

  #forget(device: string, { live, parked, retained }: DeviceSessions): void {
    if (live.size + parked.size + retained.size === 0) this.#devices.delete(device);
  }

  /** A worker is gone: what it held is lost but for what the journal kept, and those who wait go on. */
  #detach(line: WorkerLine): void {
    this.#lines.delete(line);
    for (const sessions of this.#devices.values()) {
      for (const [key, live] of sessions.live) {
        const waiting = live.claims.filter((claim) => claim.line !== line);
        live.claims.splice(0, live.claims.length, ...waiting);
        if (live.line === line) this.#free(sessions, key, live);
      }
    }
  }
}
