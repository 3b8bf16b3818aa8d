import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from '../errors.ts';
import { explainEngineError } from './engine-error.ts';

test('explainEngineError() tells what stopped a statement', () => {
  const words = new Error('INTERRUPT Error: Interrupted!');
  assert.equal(explainEngineError(words, 'time').code, 'QUERY_TIME_LIMIT');
  assert.equal(explainEngineError(words, 'caller').code, 'QUERY_CANCELLED');
  assert.equal(
    explainEngineError(new Error('Out of Memory Error: could not allocate'), null).code,
    'QUERY_MEMORY_LIMIT',
  );
  const own = new QueryError('QUERY_ROW_LIMIT', 'x');
  assert.equal(explainEngineError(own, 'time'), own);
});

test("explainEngineError() keeps the engine's words for the author, without the rebuilt statement", () => {
  const error = explainEngineError(
    new Error("Conversion Error: Could not convert string 'x' to INT32\n\nLINE 1: SELECT secret FROM weir.x"),
    null,
  );
  assert.equal(error.message, 'Cannot run statement: conversion error');
  assert.equal(error.detail, "Conversion Error: Could not convert string 'x' to INT32");
  const binder = explainEngineError(
    new Error('Binder Error: Referenced column "x" not found in FROM clause!\nCandidate bindings: "time"'),
    null,
  );
  assert.equal(binder.detail, 'Binder Error: Referenced column "x" not found in FROM clause!');
  assert.match(binder.hint ?? '', /DESCRIBE/);
});

test('explainEngineError() shows nothing that names parts of the gate', () => {
  for (const words of [
    'Binder Error: weir.climate is odd',
    'Binder Error: "_r.driver"',
    'INTERNAL Error: at SELECT x',
    'Invalid Input Error: weir_tail_0',
  ]) {
    assert.equal(explainEngineError(new Error(words), null).detail, undefined, words);
  }
});
