import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { hasCode } from '#base/core/index.ts';
import type {
  JournalCursor,
  JournalItem,
  JournalReader,
  JournalRecord,
  JournalWriter,
  TornTail,
} from '#flow/journal/index.ts';
import { trialBatch, trialNumbers } from './journal-trial.ts';

/** What holds one file of a journal, so that the suite can damage it. */
export interface JournalMedium {
  readonly name: string;
  /** Bytes that belong to no record, at its start. */
  readonly lead: number;
  read(): Promise<Buffer>;
  write(bytes: Uint8Array): Promise<void>;
  /** Forgets what the writer announced as durable, as a loss of power may. */
  forgetAnnounced(): Promise<void>;
}

/** How the suite gets what it tests. */
export interface JournalPlace {
  /** A writer of one worker; each call is a later start of its process. */
  openWriter(worker: number): Promise<JournalWriter>;
  openReader(options?: { writersGone?: boolean; onTorn?: (tail: TornTail) => void }): JournalReader;
  /** Makes writes fail for want of room, or lets them succeed again. */
  setFull(full: boolean): void;
  /** Files in the order of their making. */
  media(): Promise<readonly JournalMedium[]>;
  /**
   * Runs a process that appends batches counting up from `first` until it is killed, once it has heard of so many groups
   * that they are durable.
   * @returns the last number that it heard was durable, or `first - 1`
   */
  runAndKill(first: number, groups: number): Promise<number>;
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const all = (reader: JournalReader, cursor: JournalCursor = new Map()): Promise<JournalItem[]> =>
  Array.fromAsync(reader.read(cursor));

/** Items and the code of the error that ended them, if one did. */
async function readUntilError(reader: JournalReader): Promise<{ numbers: number[]; code: string | null }> {
  const items: JournalItem[] = [];
  try {
    for await (const item of reader.read(new Map())) items.push(item);
    return { numbers: trialNumbers(items), code: null };
  } catch (error) {
    return { numbers: trialNumbers(items), code: String((error as { code?: unknown }).code) };
  }
}

/** Writes groups of one, two and three rows in as many records: numbers 0 to 13. */
async function writeGroups(writer: JournalWriter): Promise<void> {
  let next = 0;
  for (const shape of [[1], [2, 1], [1, 2, 1], [3], [2, 1]]) {
    const records = shape.map((rows) => {
      next += rows;
      return trialBatch(next - rows, rows);
    });
    await writer.append(records);
  }
}

/** What every journal does, whatever stands behind it. */
export function testJournal(name: string, makePlace: (t: TestContext) => Promise<JournalPlace>): void {
  test(`${name}: every kind of record comes back as it was`, async (t) => {
    const place = await makePlace(t);
    const writer = await place.openWriter(0);
    const nulls = Uint8Array.of(0, 1, 0);
    const records: JournalRecord[] = [
      {
        kind: 'batch',
        batch: {
          stream: 'climate',
          template: '0f'.repeat(32),
          rows: 3,
          columns: [
            { name: 'number', data: { type: 'number', values: Float64Array.of(1.5, 0, -1e300), nulls } },
            { name: 'integer', data: { type: 'integer', values: Float64Array.of(7, 7, 7), nulls: null } },
            { name: 'time', data: { type: 'time', values: Float64Array.of(1, 2, 2 ** 53 - 1), nulls: null } },
            { name: 'boolean', data: { type: 'boolean', values: Uint8Array.of(1, 0, 1), nulls } },
            {
              name: 'text',
              data: { type: 'text', codes: Uint32Array.of(1, 0, 1), dictionary: ['', 'häß\u{1f30a}'], nulls: null },
            },
            {
              name: 'absent',
              data: {
                type: 'text',
                codes: new Uint32Array(3),
                dictionary: [],
                nulls: Uint8Array.of(1, 1, 1),
              },
            },
          ],
        },
      },
      {
        kind: 'refusals',
        counts: [{ device: 'd', stream: 's', reason: 63, count: 4_000_000_000, digest: Uint8Array.of(1, 2) }],
      },
      { kind: 'session', events: [{ session: 'client ü', event: new Uint8Array(4096).fill(7) }] },
      {
        kind: 'windows',
        snapshot: {
          hashKey: [-5, 7],
          windows: [{ device: 3, stream: 's', max: 2 ** 53 - 1, floor: -1, hashes: Int32Array.of(-1, 0, 9) }],
        },
      },
      {
        kind: 'quarantined',
        readings: [
          {
            device: 'd',
            stream: 's',
            via: null,
            reason: 1,
            received: 5,
            place: 'p',
            length: 9,
            payload: Uint8Array.of(0, 255),
          },
        ],
      },
    ];
    await writer.append(records);
    const items = await all(place.openReader());
    assert.deepEqual(
      items.map((item) => item.record),
      records,
    );
    await writer.close();
  });

  test(`${name}: records of a writer come in the order of their writing, and reading goes on at each`, async (t) => {
    const place = await makePlace(t);
    for (let start = 0; start < 3; start++) {
      const writer = await place.openWriter(0);
      for (let i = 0; i < 5; i++)
        await writer.append([trialBatch(start * 10 + i * 2, 1), trialBatch(start * 10 + i * 2 + 1, 1)]);
      await writer.close();
    }
    const items = await all(place.openReader({ writersGone: true }));
    assert.deepEqual(trialNumbers(items), upTo(30));
    const cursor = new Map<string, number>();
    for (const [i, { position }] of items.entries()) {
      cursor.set(position.file, position.offset);
      const rest = await all(place.openReader({ writersGone: true }), cursor);
      assert.deepEqual(trialNumbers(rest), upTo(30).slice(i + 1));
    }
  });

  test(`${name}: workers do not starve each other, and say who they are`, async (t) => {
    const place = await makePlace(t);
    const writers = [await place.openWriter(0), await place.openWriter(1)];
    for (let i = 0; i < 10; i++) await writers[i % 2]!.append([trialBatch(i, 1)]);
    const items = await all(place.openReader());
    for (const worker of [0, 1]) {
      const own = items.filter((item) => item.worker === worker);
      assert.deepEqual(
        trialNumbers(own),
        upTo(10).filter((n) => n % 2 === worker),
      );
    }
    for (const writer of writers) await writer.close();
  });

  test(`${name}: a reader that follows hears of each group once it is durable`, async (t) => {
    const place = await makePlace(t);
    const writer = await place.openWriter(0);
    const reader = place.openReader();
    const end = new AbortController();
    const seen: number[] = [];
    const following = (async (): Promise<void> => {
      for await (const item of reader.read(new Map(), { follow: true, signal: end.signal })) {
        seen.push(...trialNumbers([item]));
        if (seen.length === 20) end.abort();
      }
    })();
    for (let i = 0; i < 20; i++) {
      await writer.append([trialBatch(i, 1)]);
      reader.wake();
    }
    await following;
    assert.deepEqual(seen, upTo(20));
    await writer.close();
  });

  test(`${name}: with no room a group is refused whole, and the next goes on without a restart`, async (t) => {
    const place = await makePlace(t);
    const writer = await place.openWriter(0);
    await writer.append([trialBatch(0, 2)]);
    place.setFull(true);
    for (let i = 0; i < 3; i++) {
      await assert.rejects(writer.append([trialBatch(90, 1), trialBatch(91, 1)]), (e) => hasCode(e, 'JOURNAL_FULL'));
      assert.deepEqual(trialNumbers(await all(place.openReader())), [0, 1]);
    }
    place.setFull(false);
    await writer.append([trialBatch(2, 1)]);
    assert.deepEqual(trialNumbers(await all(place.openReader())), upTo(3));
    await writer.close();
    assert.deepEqual(trialNumbers(await all(place.openReader({ writersGone: true }))), upTo(3));
  });

  test(
    `${name}: after kill -9 every acknowledged record is there, once and in order`,
    { timeout: 60_000 },
    async (t) => {
      const place = await makePlace(t);
      let first = 0;
      for (let round = 0; round < 6; round++) {
        const acknowledged = await place.runAndKill(first, 1 + round * 17);
        const numbers = trialNumbers(await all(place.openReader({ writersGone: true })));
        assert.deepEqual(numbers, upTo(numbers.length));
        assert.ok(numbers.length > acknowledged, `${acknowledged} was acknowledged, ${numbers.length} are there`);
        first = numbers.length;
      }
      assert.ok(first > 100, `only ${first} were written`);
    },
  );

  test(`${name}: a tail torn at any byte is cut at a whole group and reported`, async (t) => {
    const place = await makePlace(t);
    const writer = await place.openWriter(0);
    await writeGroups(writer);
    await writer.close();
    const ends = (await all(place.openReader({ writersGone: true }))).map(({ position }) => position.offset);
    const groupEnds = [0, 2, 5, 6, 8].map((last) => ends[last]!);
    const rowsAt = [1, 4, 8, 11, 14];
    const [medium] = await place.media();
    const whole = await medium!.read();
    await medium!.forgetAnnounced();
    for (let cut = medium!.lead; cut < whole.length; cut++) {
      await medium!.write(whole.subarray(0, cut));
      const torn: TornTail[] = [];
      const { numbers, code } = await readUntilError(
        place.openReader({ writersGone: true, onTorn: (tail) => torn.push(tail) }),
      );
      const groups = groupEnds.filter((end) => end <= cut).length;
      assert.equal(code, null, `cut at ${cut}`);
      assert.deepEqual(numbers, upTo(groups === 0 ? 0 : rowsAt[groups - 1]!), `cut at ${cut}`);
      const end = groups === 0 ? medium!.lead : groupEnds[groups - 1]!;
      assert.deepEqual(
        torn.map((tail) => [tail.offset, tail.length]),
        cut === end ? [] : [[end, cut - end]],
        `cut at ${cut}`,
      );
    }
  });

  test(`${name}: what was announced as durable and is gone is damage, never a torn tail`, async (t) => {
    const place = await makePlace(t);
    const writer = await place.openWriter(0);
    await writeGroups(writer);
    await writer.close();
    const [medium] = await place.media();
    const whole = await medium!.read();
    for (const cut of [medium!.lead, medium!.lead + 1, whole.length - 200, whole.length - 1]) {
      await medium!.write(whole.subarray(0, cut));
      const { numbers, code } = await readUntilError(place.openReader({ writersGone: true }));
      assert.equal(code, 'JOURNAL_DAMAGED', `cut at ${cut}`);
      assert.deepEqual(numbers, upTo(numbers.length));
    }
  });

  for (const announced of [true, false]) {
    const told = announced ? 'as announced' : 'after a loss of power';
    test(`${name}: a flipped bit in any byte is found and never returned as data, ${told}`, async (t) => {
      const place = await makePlace(t);
      const writer = await place.openWriter(0);
      await writeGroups(writer);
      await writer.close();
      const [medium] = await place.media();
      const whole = await medium!.read();
      const items = await all(place.openReader({ writersGone: true }));
      const lastGroup = items[6]!.position.offset;
      if (!announced) await medium!.forgetAnnounced();
      for (let at = 0; at < whole.length; at++) {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= 1 << (at % 8);
        await medium!.write(bytes);
        const torn: TornTail[] = [];
        const { numbers, code } = await readUntilError(
          place.openReader({ writersGone: true, onTorn: (tail) => torn.push(tail) }),
        );
        assert.deepEqual(numbers, upTo(numbers.length), `byte ${at}`);
        assert.ok(numbers.length < 14, `byte ${at} was flipped and all was returned`);
        // Without the announcement the last group cannot be told from one that was never acknowledged.
        if (!announced && at >= lastGroup) assert.equal(torn.length, 1, `byte ${at}`);
        else if (announced || at >= medium!.lead)
          assert.match(String(code), /^JOURNAL_(DAMAGED|FILE_INVALID)$/, `byte ${at}`);
      }
    });
  }

  test(`${name}: records cannot change places, within a file or between files`, async (t) => {
    const place = await makePlace(t);
    const writer = await place.openWriter(0);
    for (let i = 0; i < 4; i++) await writer.append([trialBatch(i, 1)]);
    await writer.close();
    const [medium] = await place.media();
    const whole = await medium!.read();
    const ends = (await all(place.openReader({ writersGone: true }))).map(({ position }) => position.offset);
    const swapped = Buffer.concat([
      whole.subarray(0, ends[0]),
      whole.subarray(ends[1], ends[2]),
      whole.subarray(ends[0], ends[1]),
      whole.subarray(ends[2]),
    ]);
    await medium!.write(swapped);
    assert.deepEqual(await readUntilError(place.openReader({ writersGone: true })), {
      numbers: [0],
      code: 'JOURNAL_DAMAGED',
    });
    const dropped = Buffer.concat([whole.subarray(0, ends[0]), whole.subarray(ends[1])]);
    await medium!.write(dropped);
    assert.equal((await readUntilError(place.openReader({ writersGone: true }))).code, 'JOURNAL_DAMAGED');
  });

  test(`${name}: release() names finished files that all cursors have passed, and no other`, async (t) => {
    const place = await makePlace(t);
    const first = await place.openWriter(0);
    await first.append([trialBatch(0, 1)]);
    await first.close();
    const second = await place.openWriter(0);
    await second.append([trialBatch(1, 1)]);
    const reader = place.openReader();
    const items = await all(reader);
    const passed = new Map(items.map(({ position }) => [position.file, position.offset]));
    assert.equal(passed.size, 2);
    const behind = new Map<string, number>();
    assert.deepEqual(await reader.release([passed, behind]), []);
    const released = await reader.release([passed, passed]);
    assert.equal(released.length, 1);
    assert.ok(released[0]!.includes(items[0]!.position.file));
    assert.deepEqual(await place.openReader().release([passed]), released, 'a reader that read nothing says the same');
    await second.close();
  });
}
