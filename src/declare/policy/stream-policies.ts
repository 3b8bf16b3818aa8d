import type { Stream, Template } from '#declare/template/index.ts';
import { quoted } from './cedar-schema.ts';
import { forbid, permit } from './platform-policies.ts';
import type { Policy } from './platform-policies.ts';

/** Who may publish to the streams of a template, each policy named for the place that says it. */
export function streamPolicies(template: Template): readonly Policy[] {
  return [...template.streams.values()].flatMap((stream) => [...fromPolicy(stream), ...posturePolicy(stream)]);
}

/** For another device both the template (of its type) and the inventory (of this device) must let it speak. */
function fromPolicy({ name, from }: Stream): readonly Policy[] {
  if (from.length === 0) return [];
  return [
    permit(
      `streams.${name}.from`,
      `${from.join(', ')} publish to ${name}, themselves or through a device that speaks for them`,
      ['publish'],
      `permit (principal, action == Action::"publish", resource == Stream::${quoted(name)}) when {
      context has about && [${from.map((type) => `DeviceType::${quoted(type)}`).join(', ')}].contains(context.about.type) &&
      (if context.about.name == principal.name then context.about.type == principal.type
       else principal.speaksFor.contains(context.about.type) &&
         context has speaksFor && context.speaksFor.contains(context.about.type))
    };`,
    ),
  ];
}

function posturePolicy({ name, posture }: Stream): readonly Policy[] {
  if (posture !== 'required') return [];
  return [
    forbid(
      `streams.${name}.posture`,
      `only devices whose posture is fresh publish to ${name}`,
      ['publish'],
      `forbid (principal, action == Action::"publish", resource == Stream::${quoted(name)}) unless {
        context has posture && context.posture == Posture::"fresh"
      };`,
      ['posture'],
    ),
  ];
}
