import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fourier } from './fourier.ts';

test('fourier() is the sum that defines it, and its inverse takes it back', () => {
  const values = Float64Array.from({ length: 16 }, (_, i) => ((i * 7) % 5) - 1.5 * (i % 3));
  const [real, imaginary] = [values.slice(), new Float64Array(16)];
  fourier(real, imaginary);
  for (let k = 0; k < 16; k++) {
    let [re, im] = [0, 0];
    for (const [i, value] of values.entries()) {
      re += value * Math.cos((2 * Math.PI * i * k) / 16);
      im -= value * Math.sin((2 * Math.PI * i * k) / 16);
    }
    assert.ok(Math.abs(real[k]! - re) < 1e-12 && Math.abs(imaginary[k]! - im) < 1e-12, `coefficient ${k}`);
  }
  fourier(real, imaginary, true);
  for (const [i, value] of values.entries()) assert.ok(Math.abs(real[i]! / 16 - value) < 1e-12);
});
