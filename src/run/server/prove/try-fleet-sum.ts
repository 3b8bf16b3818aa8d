import type { FleetSumTrial } from '#assure/controls/index.ts';
import { FLEET_SUM_PARAMETERS, FleetSum } from '#base/crypto/index.ts';

const VALUES = [-12.5, 0.001, 3, 4.2, 17.75, 40];

/** Encrypts values under a key of its own, adds them up without one, and opens the sum, with that key and with another. */
export async function tryFleetSum(): Promise<FleetSumTrial> {
  const fleet = await FleetSum.open();
  const [own, other] = [fleet.makeKeys(), fleet.makeKeys()];
  const sealed = VALUES.map((value) => fleet.seal(own.publicKey, value));
  const started = performance.now();
  const sum = fleet.add(sealed);
  const addMs = (performance.now() - started) / VALUES.length;
  const found = fleet.open(own.secretKey, sum);
  const total = VALUES.reduce((a, b) => a + b, 0);
  const mean = total / VALUES.length;
  const variance = VALUES.reduce((a, b) => a + (b - mean) ** 2, 0) / VALUES.length;
  const off = (value: number, truth: number): number => Math.abs(value - truth) / Math.abs(truth);
  return {
    security: FLEET_SUM_PARAMETERS.security,
    error: Math.max(off(found.sum, total), off(found.mean, mean), off(found.variance, variance)),
    otherKey: off(fleet.open(other.secretKey, sum).sum, total),
    addMs,
  };
}
