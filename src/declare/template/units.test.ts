import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkUnit, UNITS } from './units.ts';

test('checkUnit() takes units of UCUM', () => {
  const sound = [
    'Cel',
    '%',
    'm/s',
    'm/s2',
    'm.s-2',
    'kW.h',
    'mm[Hg]',
    '/min',
    'L/min',
    '[degF]',
    'uS/cm',
    '1',
    '{count}',
  ];
  for (const unit of [...sound, 'mg/dL', '10*3/uL', '[g]', 'N.m', 'dB[SPL]', 'kg.m2/s3', 'm3', '{beats}/min', 'MiBy']) {
    assert.equal(checkUnit(unit), null, unit);
  }
});

test('checkUnit() takes every unit that it would propose', () => {
  for (const unit of UNITS) assert.equal(checkUnit(unit), null, unit);
});

test('checkUnit() names what is written instead', () => {
  const table: [string, string][] = [
    ['°C', 'Cel'],
    ['celsius', 'Cel'],
    ['percent', '%'],
    ['rpm', '/min'],
    ['mph', '[mi_i]/h'],
    ['kWh', 'kW.h'],
    ['psi', '[psi]'],
  ];
  for (const [found, instead] of table) assert.deepEqual(checkUnit(found), { instead }, found);
});

test('checkUnit() refuses what is no unit', () => {
  for (const unit of ['', ' ', 'foo', 'm//s', 'm/', 'Cel Cel', 'm..s', '{', 'a'.repeat(65), 'm-', '<script>']) {
    assert.notEqual(checkUnit(unit), null, unit);
  }
});
