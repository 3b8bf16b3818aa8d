import type { Command, SessionSnapshot } from './session.ts';

/** A will that waits: it is recorded unless its session comes back first. @see MQTT 5 section 3.1.3.2.2 */
export interface DelayedWill {
  readonly device: string;
  readonly client: string;
  readonly detail: string;
  readonly delaySeconds: number;
}

/** What a worker says to the hub. */
export type ToHub =
  /** A connection wants this session, whoever has it now. */
  | {
      readonly type: 'claim';
      readonly request: number;
      readonly key: string;
      readonly device: string;
      /** Discard what there was. */
      readonly clean: boolean;
    }
  /** A connection ended: the session to keep, or null. */
  | {
      readonly type: 'release';
      readonly key: string;
      readonly generation: number;
      readonly snapshot: SessionSnapshot | null;
      readonly will: DelayedWill | null;
    }
  | { readonly type: 'retained'; readonly request: number; readonly device: string }
  | { readonly type: 'delivered'; readonly device: string; readonly command: string }
  | { readonly type: 'undelivered'; readonly device: string; readonly command: string; readonly reason: string };

/** What the hub says to a worker. */
export type FromHub =
  | {
      readonly type: 'claimed';
      readonly request: number;
      readonly generation: number;
      /** Whether there was a session of this name, of which the journal may know, whatever became of it. */
      readonly follows: boolean;
      readonly snapshot: SessionSnapshot | null;
    }
  /** Another connection takes the session over: close yours and release it. */
  | { readonly type: 'yield'; readonly key: string; readonly generation: number }
  | { readonly type: 'retained'; readonly request: number; readonly commands: readonly Command[] }
  | { readonly type: 'command'; readonly key: string; readonly command: Command }
  | { readonly type: 'will'; readonly will: DelayedWill }
  /** A parked session is over: its end belongs into the journal of the worker that held it last. */
  | { readonly type: 'expired'; readonly key: string; readonly generation: number };

/** One end of the channel between the hub and a worker: a message port, or anything that keeps order. */
export interface HubLine<Out, In> {
  post(message: Out): void;
  listen(onMessage: (message: In) => void, onClose: () => void): void;
}
