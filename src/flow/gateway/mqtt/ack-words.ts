import type { Stream } from '#declare/template/index.ts';
import { expectedOf, reasonOf } from '#flow/ingest/index.ts';
import { encodeAckProperties } from './ack-packet.ts';

/** What an acknowledgement of MQTT 5 says beside its reason code: encoded properties, null where nothing. */
export interface AckWords {
  /** @param place field or byte that the refusal names, untrusted; empty where none */
  refusal(reason: number, stream: string, place: string): Uint8Array | null;
  /** @param names members that were left out, untrusted */
  dropped(names: readonly string[]): Uint8Array;
}

/** Refusals whose words are remembered: a device that is refused is refused for the same over and over. */
const REMEMBERED = 1_024;

/**
 * The words of the streams of a template.
 *
 * @param version rises with each change of streams, after which nothing of before is said
 */
export function ackWords(streamOf: (name: string) => Stream | undefined, version: () => number): AckWords {
  const known = new Map<string, Uint8Array>();
  let of = version();
  return {
    refusal: (number, stream, place) => {
      const reason = reasonOf(number);
      if (reason === undefined) return null;
      const key = `${number} ${stream} ${place}`;
      if (of !== version() || known.size >= REMEMBERED) known.clear();
      of = version();
      const found = known.get(key);
      if (found !== undefined) return found;
      const declared = streamOf(stream);
      const expected = declared === undefined ? null : expectedOf(declared, number, place);
      const at = place === '' ? '' : `${place}: `;
      const encoded = encodeAckProperties(
        `${reason.word}: ${at}${reason.text}${expected === null ? '' : ` Expected: ${expected}.`}`,
        {
          reason: reason.word,
          ...(place === '' ? {} : { place }),
          ...(expected === null ? {} : { expected }),
        },
      );
      known.set(key, encoded);
      return encoded;
    },
    dropped: (names) => {
      const listed = names.join(', ');
      return encodeAckProperties(`dropped: ${listed}: no field is declared by this name.`, { dropped: listed });
    },
  };
}
