import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAst } from '#flow/query/index.ts';
import { ConditionReader, TEMPLATE_READER } from './condition-reader.ts';
import type { QueryPool } from './query-pool.ts';
import type { QueryProcess } from './query-process.ts';

/** A process that says of each condition who read it, and of an empty one that it is none. */
function processOf(subject: string) {
  const read: string[] = [];
  const peer = {
    call: async (_: string, condition: string) => {
      read.push(condition);
      return condition === '' ? null : JSON.stringify({ class: 'FUNCTION', by: subject, condition });
    },
  };
  return { read, process: { peer } as unknown as QueryProcess };
}

function start() {
  const own = processOf('weir');
  const lent: string[] = [];
  const pool = {
    use: (subject: string, work: (process: QueryProcess) => unknown) => {
      lent.push(subject);
      return work(own.process);
    },
  } as unknown as QueryPool;
  return { own, lent, reader: new ConditionReader(pool) };
}

test("ConditionReader.own asks the platform's own process once for each condition", async () => {
  const { own, lent, reader } = start();
  const first = await reader.own.read('a = 1');
  const again = await reader.own.read('a = 1');
  assert.equal(formatAst(again ?? {}), formatAst(first ?? {}));
  assert.notEqual(again, first, 'each decision has a tree of its own to bind');
  assert.equal(await reader.own.read(''), null);
  assert.equal(await reader.own.read(''), null);
  assert.deepEqual(
    [own.read, lent],
    [
      ['a = 1', ''],
      [TEMPLATE_READER, TEMPLATE_READER],
    ],
  );
});

test('ConditionReader.within() reads by the process that is lent, and what that says counts for it alone', async () => {
  const { lent, reader } = start();
  const [ada, eve] = [processOf('ada'), processOf('eve')];
  const by = async (process: QueryProcess) => (await reader.within(process).read('a = 1'))?.['by'];
  assert.deepEqual([await by(eve.process), await by(eve.process), await by(ada.process)], ['eve', 'eve', 'ada']);
  assert.deepEqual([ada.read, eve.read, lent], [['a = 1'], ['a = 1'], []]);
  assert.equal((await reader.own.read('a = 1'))?.['by'], 'weir');
  assert.equal(reader.within(ada.process), reader.within(ada.process));
});

test('ConditionReader remembers nothing of what is read once', async () => {
  const { own, reader } = start();
  for (let i = 0; i < 2; i++) assert.equal((await reader.own.readOnce("rider = 'ada'"))?.['by'], 'weir');
  assert.equal(await reader.own.readOnce(''), null);
  assert.deepEqual(own.read, ["rider = 'ada'", "rider = 'ada'", '']);
});
