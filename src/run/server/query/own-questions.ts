import { concatBytes, decodeUtf8 } from '#base/core/index.ts';
import { prepareStatement, QueryError } from '#flow/query/index.ts';
import type { GovernedRelation, Relations } from '#flow/query/index.ts';
import type { Segment } from '#flow/store/index.ts';
import type { Caller } from '../api/caller.ts';
import { accessOver } from './query-data.ts';
import type { QueryDataParts } from './query-data.ts';
import type { QueryPool } from './query-pool.ts';
import type { QueryProcess, RunPorts } from './query-process.ts';
import type { StatementPlanner } from './statement-planner.ts';

export interface OwnQuestionsParts {
  readonly pool: QueryPool;
  readonly planner: StatementPlanner;
  /** Those of the template in force. */
  readonly relations: () => Relations;
  readonly shown: QueryDataParts['shown'];
}

/** The platform itself, where it looks whether a hold is about a segment. */
const COUNTER: Caller = {
  subject: { id: 'weir:retention', kind: 'service', roles: [], standing: 'good', deviceType: null },
  actor: 'weir:retention',
  peer: { kind: 'none', name: null, serial: null, address: '', listener: 'api' },
};

/** What answers are made of an object's columns for the platform itself. */
const DEVICES_OF = {
  relation: {
    name: 'readings',
    kind: 'stream',
    description: null,
    purposes: [],
    columns: [
      { name: 'device', sqlType: 'VARCHAR', nullable: false, class: 'operational', unit: null, description: null },
    ],
    from: [],
    definition: null,
  },
  purpose: null,
  notes: {},
} as const;

/** What the platform asks of segments for itself, through the same gate and the same processes as everybody. */
export class OwnQuestions {
  readonly #pool: QueryPool;
  readonly #planner: StatementPlanner;
  readonly #relations: () => Relations;
  readonly #shown: QueryDataParts['shown'];

  constructor({ pool, planner, relations, shown }: OwnQuestionsParts) {
    this.#pool = pool;
    this.#planner = planner;
    this.#relations = relations;
    this.#shown = shown;
  }

  /** Names of the devices whose readings are in segments. */
  async devicesIn(process: QueryProcess, caller: Caller, segments: readonly Segment[], signal: AbortSignal) {
    const names = new Set<string>();
    for (const [stream, of] of Map.groupBy(segments, (segment) => segment.stream)) {
      const over = { ...DEVICES_OF, objects: of, inParts: true, resource: `view:${stream}` };
      const access = accessOver(over);
      const prepared = await prepareStatement(
        'select distinct device from readings where device is not null order by device',
        access,
        (sql) => process.peer.call('parse', sql),
      );
      if (prepared.outcome === 'rejected' || prepared.outcome === 'private')
        throw new TypeError('what the platform asks itself passes its own gate');
      const request = { sql: '', parameters: [], purpose: null, format: 'ndjson', over } as const;
      const { plan, keys, ended } = await this.#planner.plan(caller, request, prepared, null, this.#shown);
      const parts: Uint8Array[] = [];
      const sink = async (part: Uint8Array): Promise<void> => void parts.push(part);
      await process.execute({ plan, format: 'ndjson' }, { sink, keys, ended }, signal);
      for (const line of decodeUtf8(concatBytes(parts)).split('\n')) {
        if (line !== '') names.add((JSON.parse(line) as { device: string }).device);
      }
    }
    return [...names].sort();
  }

  /**
   * How many readings of a segment meet a condition over the columns of its stream, for the platform itself.
   *
   * @throws {QueryError} where it is no such condition
   */
  countWhere(segment: Segment, condition: string): Promise<number> {
    return this.#count(segment.stream, condition, [segment]);
  }

  /** @throws {QueryError} where a text is no condition over the columns of a stream */
  async requireCondition(stream: string, condition: string): Promise<void> {
    await this.#count(stream, condition, []);
  }

  #count(stream: string, condition: string, objects: readonly Segment[]): Promise<number> {
    return this.#pool.use(COUNTER.subject.id, async (process) => {
      const { prepared, over } = await this.#prepareCount(process, stream, condition, objects);
      const request = { sql: '', parameters: [], purpose: null, format: 'ndjson', over } as const;
      const { plan, keys, ended } = await this.#planner.plan(COUNTER, request, prepared, null, this.#shown);
      const parts: Uint8Array[] = [];
      const ports: RunPorts = { sink: async (part) => void parts.push(part), keys, ended };
      await process.execute({ plan, format: 'ndjson' }, ports, new AbortController().signal);
      return Number((JSON.parse(decodeUtf8(concatBytes(parts))) as { readonly n: number | string }).n);
    });
  }

  async #prepareCount(process: QueryProcess, stream: string, condition: string, objects: readonly Segment[]) {
    const governed: GovernedRelation = this.#relations().get(stream) ?? { ...DEVICES_OF.relation, name: stream };
    // The list of who consents is for questions of people; a hold is about all that is stored.
    const { consent: _, withheld: __, ...relation } = governed;
    const over = { relation, objects, resource: `hold:${stream}`, purpose: null, notes: {} } as const;
    const sql = `select count(*) as n from "${stream}" where (${condition})`;
    const prepared = await prepareStatement(sql, accessOver(over), (text) => process.peer.call('parse', text));
    if (prepared.outcome === 'rejected') {
      throw new QueryError(prepared.code, prepared.message, prepared.hint === null ? {} : { hint: prepared.hint });
    }
    if (prepared.outcome === 'private' || prepared.parameters.length > 0 || prepared.reads.length > 1) {
      throw new QueryError(
        'QUERY_REFUSED',
        'Cannot hold by this condition: it is not over the columns of the stream alone',
      );
    }
    return { prepared, over };
  }
}
