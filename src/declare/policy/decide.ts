import type { Template } from '#declare/template/index.ts';
import { FORBIDS, PERMITS } from './rules.ts';
import type { Rule, Verdict } from './rules.ts';
import type { AccessRequest, Decision } from './types.ts';

/**
 * Decides whether a subject may do an action to a resource for a purpose. Pure: the same request and template give
 * the same decision. Any rule that forbids beats every rule that permits; what no rule permits is denied; what a rule
 * would need to know and was not told denies.
 *
 * @see NIST SP 800-162; the combining is deny-overrides with default deny
 */
export function decide(request: AccessRequest, template: Template): Decision {
  for (const rule of FORBIDS) {
    const verdict = rule.apply(request, template);
    if (verdict !== null) return conclude('deny', rule, verdict);
  }
  let nearest: Decision | null = null;
  for (const rule of PERMITS) {
    const verdict = rule.apply(request, template);
    if (verdict === null) continue;
    const decision = conclude(verdict.reason === 'granted' ? 'allow' : 'deny', rule, verdict);
    if (decision.effect === 'allow') return decision;
    nearest ??= decision;
  }
  return nearest ?? { effect: 'deny', reason: 'not-granted', rule: 'default-deny', obligations: null };
}

function conclude(effect: 'allow' | 'deny', rule: Rule, verdict: Verdict): Decision {
  const obligations = effect === 'allow' ? (verdict.obligations ?? null) : null;
  return { effect, reason: verdict.reason, rule: verdict.rule ?? rule.id, obligations };
}
