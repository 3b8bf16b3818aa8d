import type { Duplex } from 'node:stream';
import { FrameResult, readFrame } from './frame.ts';
import { encodePacket } from './library-codec.ts';
import { PacketType } from './packet-type.ts';
import { returnCode } from './reason-code.ts';
import type { ReasonCode } from './reason-code.ts';

/** Peers that are told "not authorised" in their own words at once; those beyond just see the connection close. */
const MOST_WAITING = 256;
/** How long a refused peer has for its CONNECT. */
const PATIENCE_MS = 2_000;
const MAX_CONNECT_BYTES = 4_096;

/**
 * Answers the CONNECT of peers that admission refused, so that a person at a client reads "not authorised" and not
 * "connection lost". All hear the same, whatever the reason. It takes up little and not for long.
 */
export class RefusedPeers {
  #waiting = 0;

  get waiting(): number {
    return this.#waiting;
  }

  /** @param reason MQTT 5 reason code of the answer */
  take(socket: Duplex, reason: ReasonCode): void {
    if (this.#waiting >= MOST_WAITING) {
      socket.destroy();
      return;
    }
    this.#waiting++;
    const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.once('close', () => {
      this.#waiting--;
      clearTimeout(timer);
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const answer = answerTo(received, reason);
      if (answer === 'wait') return;
      socket.removeAllListeners('data');
      if (answer === null) socket.destroy();
      else socket.end(answer);
    });
  }
}

function answerTo(received: Buffer, reason: ReasonCode): Buffer | 'wait' | null {
  const frame = { head: 0, start: 0, end: 0 };
  const found = readFrame(received, 0, MAX_CONNECT_BYTES, frame);
  if (found === FrameResult.Short) return 'wait';
  if (found !== FrameResult.Whole || frame.head !== PacketType.Connect << 4) return null;
  // The protocol's level stands behind its name of four letters.
  if (received[frame.start + 6] === 5) {
    return encodePacket({ cmd: 'connack', sessionPresent: false, reasonCode: reason }, 5);
  }
  return encodePacket({ cmd: 'connack', sessionPresent: false, returnCode: returnCode(reason) ?? 5 }, 4);
}
