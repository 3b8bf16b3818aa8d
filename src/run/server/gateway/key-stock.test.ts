import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyStock } from './key-stock.ts';

const key = (fileId: string) => ({ fileId, key: new Uint8Array(32) });

test('KeyStock.next() gives keys in order and asks for more when few are left', () => {
  let orders = 0;
  const stock = new KeyStock(1, () => orders++);
  stock.add([key('a'), key('b'), key('c')]);
  assert.equal(stock.next().fileId, 'a');
  assert.equal(orders, 0);
  assert.equal(stock.next().fileId, 'b');
  assert.equal(orders, 1);
});

test('KeyStock.giveUp() names what was not used, once', () => {
  const stock = new KeyStock(0, () => {});
  stock.add([key('a'), key('b'), key('c')]);
  stock.next();
  assert.deepEqual(stock.giveUp(), ['b', 'c']);
  assert.deepEqual(stock.giveUp(), []);
});

test('KeyStock.next() refuses where the stock is used up', () => {
  const stock = new KeyStock(1, () => {});
  assert.throws(() => stock.next(), { code: 'JOURNAL_KEY_UNKNOWN' });
});
