import type { FlowReading } from './flow-reading.ts';
import type { LogRecord } from './zeek-record.ts';

/** What DNS and TLS said, gathered to be joined with flows. Bounded: what does not fit is counted. */
export class FlowNames {
  readonly #most: number;
  readonly #byUid = new Map<string, FlowReading>();
  readonly #byAddress = new Map<string, string>();
  readonly #joined = new Set<string>();
  #dropped = 0;

  /** @param most flows that have something to add, and addresses with a name */
  constructor(most = 1_000_000) {
    this.#most = most;
  }

  /** Records that there was no room for. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a record of DNS or TLS. Of several questions in one flow the first counts, of answers the first failure. */
  add({ flow, answers }: Extract<LogRecord, { readonly kind: 'dns' | 'tls' }>): void {
    for (const address of answers) {
      if (flow.query !== null && this.#hasRoom(this.#byAddress, address)) this.#byAddress.set(address, flow.query);
    }
    const uid = flow.uid ?? `${flow.time} ${flow.source_address} ${flow.source_port}`;
    const known = this.#byUid.get(uid);
    if (known === undefined) {
      if (this.#hasRoom(this.#byUid, uid)) this.#byUid.set(uid, flow);
      return;
    }
    const failed = known.response_code !== null && known.response_code !== 'NOERROR';
    this.#byUid.set(uid, {
      ...known,
      query: known.query ?? flow.query,
      response_code: failed ? known.response_code : (flow.response_code ?? known.response_code),
      peer_name: known.peer_name ?? flow.peer_name,
    });
  }

  /** A flow with what is known of it: question, answer, and the name of its peer. */
  join(flow: FlowReading): FlowReading {
    const more = flow.uid === null ? undefined : this.#byUid.get(flow.uid);
    if (more !== undefined && flow.uid !== null) this.#joined.add(flow.uid);
    const peer = flow.direction === 'in' ? flow.source_address : flow.destination_address;
    return {
      ...flow,
      query: flow.query ?? more?.query ?? null,
      response_code: flow.response_code ?? more?.response_code ?? null,
      peer_name: flow.peer_name ?? more?.peer_name ?? (peer === null ? undefined : this.#byAddress.get(peer)) ?? null,
    };
  }

  /** Flows that only DNS or TLS told of, since no log of connections has them. */
  *rest(): Generator<FlowReading> {
    for (const [uid, flow] of this.#byUid) if (!this.#joined.has(uid)) yield this.join(flow);
  }

  #hasRoom(map: ReadonlyMap<string, unknown>, key: string): boolean {
    if (map.has(key) || map.size < this.#most) return true;
    this.#dropped += 1;
    return false;
  }
}
