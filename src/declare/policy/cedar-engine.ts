import { createRequire } from 'node:module';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';
import { PolicyError } from './errors.ts';

const PACKAGE = '@cedar-policy/cedar-wasm/nodejs';

type CedarModule = typeof Cedar;
export type CedarEntity = Cedar.EntityJson;
export type CedarValue = Cedar.CedarValueJson;
export type CedarExpression = Cedar.Expr;
export type CedarPolicyJson = Cedar.PolicyJson;

/** One policy: an id that explanations and the log name, and its text. */
export interface PolicyText {
  readonly id: string;
  readonly text: string;
}

/** What Cedar is asked: entities by type and id, with what is known of them. */
export interface CedarCall {
  readonly principal: Cedar.TypeAndId;
  readonly action: Cedar.TypeAndId;
  readonly resource: Cedar.TypeAndId;
  readonly context: Readonly<Record<string, CedarValue>>;
  readonly entities: readonly CedarEntity[];
  /** Name of a kept schema to read the entities by; they say themselves what they are where none is given. */
  readonly schema?: string;
}

/** What Cedar answers. With an error in any policy a caller has to deny: the policy that failed may be one that forbids. */
export interface CedarAnswer {
  readonly allowed: boolean;
  /** Ids of the policies that decided: those that permit, or those that forbid; empty where none applied. */
  readonly policies: readonly string[];
  /** Ids of policies that could not be evaluated; `*` stands for the whole request. */
  readonly failed: readonly string[];
}

/** A finding of Cedar about a text, with byte offsets into it where Cedar tells them. */
export interface CedarFinding {
  readonly message: string;
  readonly start: number | null;
  readonly end: number | null;
}

/** What Cedar leaves of a policy where something is not known: an expression in which `unknown("name")` stands for it. */
export interface CedarResidual {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly condition: CedarExpression;
}

/**
 * The Cedar policy engine, which is WebAssembly of 4 MB: it is loaded at the first use, so that a process that never
 * decides never pays for it.
 *
 * @see https://docs.cedarpolicy.com; default deny, forbid overrides permit
 */
export class CedarEngine {
  #module: CedarModule | null = null;
  #generation = 0;

  /**
   * Keeps a set of policies, parsed, under a name; replaces what had that name. Names are shared by the whole process.
   *
   * @throws {PolicyError} POLICY_INVALID where it does not parse
   */
  keep(name: string, policies: readonly PolicyText[]): void {
    const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
    const answer = this.#call((cedar) => cedar.preparsePolicySet(name, { staticPolicies }));
    if (answer.type === 'failure') throw invalid(answer.errors);
  }

  /** Keeps a schema, parsed, under a name. @throws {PolicyError} POLICY_INVALID where it does not parse */
  keepSchema(name: string, schema: string): void {
    const answer = this.#call((cedar) => cedar.preparseSchema(name, schema));
    if (answer.type === 'failure') throw invalid(answer.errors);
  }

  /** Frees what is kept under a name; asking it denies from then on. */
  drop(name: string): void {
    this.#call((cedar) => cedar.preparsePolicySet(name, { staticPolicies: {} }));
  }

  /** Asks a kept set. A request that Cedar cannot take is denied, with the failure `*`. */
  ask(name: string, call: CedarCall): CedarAnswer {
    const { schema, ...asked } = call;
    try {
      const answer = this.#call((cedar) =>
        cedar.statefulIsAuthorized({
          ...asked,
          entities: [...call.entities],
          ...(schema === undefined ? {} : { preparsedSchemaName: schema }),
          preparsedPolicySetId: name,
          validateRequest: false,
        }),
      );
      if (answer.type === 'failure') return { allowed: false, policies: [], failed: ['*'] };
      const { decision, diagnostics } = answer.response;
      const failed = diagnostics.errors.map(({ policyId }) => policyId);
      return { allowed: decision === 'allow', policies: diagnostics.reason, failed };
    } catch {
      // The engine trapped: whatever it was about, the answer is no.
      return { allowed: false, policies: [], failed: ['*'] };
    }
  }

  /**
   * Asks policies where some attribute of an entity is `unknown`: what does not depend on it is worked out, and the rest
   * of each policy is left. Policies that are settled and do not apply are left out.
   */
  askPartial(
    policies: readonly PolicyText[],
    call: CedarCall,
  ): { readonly residuals: readonly CedarResidual[]; readonly failed: readonly string[] } {
    try {
      const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
      const { principal, action, resource, context } = call;
      const answer = this.#call((cedar) =>
        cedar.isAuthorizedPartial({
          principal,
          action,
          resource,
          context,
          policies: { staticPolicies },
          entities: [...call.entities],
          validateRequest: false,
        }),
      );
      if (answer.type === 'failure') return { residuals: [], failed: ['*'] };
      const { residuals, nontrivialResiduals, satisfied, errored } = answer.response;
      const open = [...new Set([...nontrivialResiduals, ...satisfied])];
      const left = open.map((id) => ({ id, residual: residuals[id] }));
      // What cannot be read back is as good as failed.
      const lost = left.filter(({ residual }) => residual?.conditions.length !== 1).map(({ id }) => id);
      return {
        residuals: left.flatMap(({ id, residual }) =>
          residual?.conditions[0] === undefined
            ? []
            : [{ id, effect: residual.effect, condition: residual.conditions[0].body }],
        ),
        failed: [...errored, ...lost],
      };
    } catch {
      return { residuals: [], failed: ['*'] };
    }
  }

  /** Findings about policies: what does not parse, or what does not fit the schema. */
  check(policies: string, schema: string): readonly CedarFinding[] {
    const answer = this.#call((cedar) => cedar.validate({ schema, policies: { staticPolicies: policies } }));
    if (answer.type === 'failure') return answer.errors.map(findingOf);
    // That a policy can never apply is but a warning to Cedar 4.13, and a mistake of whoever wrote it.
    const idle = answer.validationWarnings.filter(({ error }) =>
      error.message.includes('unable to find an applicable action'),
    );
    return [...answer.validationErrors, ...idle].map(({ error }) => findingOf(error));
  }

  /** What is wrong with a schema; empty where nothing is. */
  checkSchema(schema: string): readonly CedarFinding[] {
    const answer = this.#call((cedar) => cedar.checkParseSchema(schema));
    return answer.type === 'failure' ? answer.errors.map(findingOf) : [];
  }

  /**
   * The single policies of a text, in its order.
   *
   * @throws {PolicyError} POLICY_INVALID where it does not parse or has templates, which nothing would fill
   */
  split(text: string): readonly string[] {
    const parts = this.#call((cedar) => cedar.policySetTextToParts(text));
    if (parts.type === 'failure') throw invalid(parts.errors);
    if (parts.policy_templates.length > 0) {
      throw new PolicyError('POLICY_INVALID', 'Cannot use policies: a template with slots is never linked here');
    }
    // Cedar sorts by the ids that it gave in order, `policy0` to `policyN`, as texts.
    const order = parts.policies.map((_, index) => `policy${index}`).toSorted();
    const at = new Map(order.map((id, index) => [id, parts.policies[index] ?? '']));
    return parts.policies.map((_, index) => at.get(`policy${index}`) ?? '');
  }

  /** A policy as JSON. @throws {PolicyError} POLICY_INVALID where it does not parse */
  toJson(policy: string): CedarPolicyJson {
    const answer = this.#call((cedar) => cedar.policyToJson(policy));
    if (answer.type === 'failure') throw invalid(answer.errors);
    return answer.json;
  }

  /** How often the engine was loaded: what was kept before is gone with the load before. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Calls into the engine. A trap, such as a text that nests too deep for it, leaves its memory unusable: the engine is
   * let go and loaded anew for the next call.
   *
   * @throws {PolicyError} POLICY_INVALID where the engine trapped
   */
  #call<T>(use: (cedar: CedarModule) => T): T {
    if (this.#module === null) {
      this.#module = createRequire(import.meta.url)(PACKAGE) as CedarModule;
      this.#generation++;
    }
    try {
      return use(this.#module);
    } catch (cause) {
      this.#module = null;
      const load = createRequire(import.meta.url);
      delete load.cache[load.resolve(PACKAGE)];
      throw new PolicyError('POLICY_INVALID', 'Cannot use policies: they are too deep or too long for the engine', {
        cause,
      });
    }
  }
}

function findingOf({ message, help, sourceLocations }: Cedar.DetailedError): CedarFinding {
  const place = sourceLocations?.[0];
  const said = message.replace(/^for policy `[^`]*`[,:] /, '').replace(/^failed to parse [a-z ]+: /, '');
  return {
    message: help === null ? said : `${said}; ${help}`,
    start: place?.start ?? null,
    end: place?.end ?? null,
  };
}

function invalid(errors: readonly Cedar.DetailedError[]): PolicyError {
  const first = errors[0];
  return new PolicyError(
    'POLICY_INVALID',
    `Cannot use policies: ${first === undefined ? 'they do not parse' : findingOf(first).message}`,
    {
      hint: 'See weir policy check',
    },
  );
}
