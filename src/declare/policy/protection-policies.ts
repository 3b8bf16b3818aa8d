import type { Template } from '#declare/template/index.ts';
import { DATA_ACTIONS } from './actions.ts';
import { quoted } from './cedar-schema.ts';
import { actionSet, forbid } from './platform-policies.ts';
import type { Policy } from './platform-policies.ts';
import { protectedRelations } from './protected-relations.ts';

/** Whatever else is permitted, in a file of policies too: protected rows are for roles that name them. */
export function protectionPolicies(template: Template): readonly Policy[] {
  return protectedRelations(template).map(({ name, roles }) =>
    forbid(
      `forbid-protected.${name}`,
      `Rows of ${name} are protected by a privacy budget: ${roles.length === 0 ? 'nobody sees them' : `${roles.join(', ')} sees them`}.`,
      DATA_ACTIONS,
      `forbid (principal, action in ${actionSet(DATA_ACTIONS)}, resource) when {
        resource.name == ${quoted(name)}
      }${roles.length === 0 ? '' : ` unless { principal in [${roles.map((role) => `Role::${quoted(role)}`).join(', ')}] }`};`,
    ),
  );
}
