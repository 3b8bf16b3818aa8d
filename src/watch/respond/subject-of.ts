import { encodeUtf8 } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Finding } from '#watch/detect/index.ts';
import { aboutOf } from './alert-rule.ts';

/** What an alert is about, as a digest. */
export function subjectOf(finding: Pick<Finding, 'device' | 'stream' | 'rule' | 'violates'>): string {
  const { device, stream, rule, violates } = finding;
  const plain = violates === undefined ? [device, stream] : [device, stream, violates.kind, violates.rule];
  const of = rule === undefined ? plain : [device, stream, rule.name, aboutOf(finding)];
  return sha256Hex(encodeUtf8(JSON.stringify(of))).slice(0, 32);
}
