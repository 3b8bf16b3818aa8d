/** Characters that one member of an audit entry's detail takes. */
const LONGEST = 512;

/**
 * Names as detail of an audit entry, whole whatever their number: `roles`, then `roles2`, `roles3`… where one member is
 * not enough. Names are at most 64 characters and hold no blanks.
 */
export function listDetail(member: string, names: readonly string[]): Readonly<Record<string, string>> {
  const lines = [''];
  for (const name of names) {
    const last = lines.at(-1) ?? '';
    const longer = last === '' ? name : `${last} ${name}`;
    if (longer.length <= LONGEST) lines[lines.length - 1] = longer;
    else lines.push(name);
  }
  return Object.fromEntries(lines.map((line, at) => [at === 0 ? member : `${member}${at + 1}`, line]));
}

/** Reads the names back. */
export function parseListDetail(
  member: string,
  detail: Readonly<Record<string, unknown>> | undefined,
): readonly string[] {
  const lines = Object.entries(detail ?? {}).filter(
    ([name]) => name.startsWith(member) && /^[0-9]*$/.test(name.slice(member.length)),
  );
  const text = lines.map(([, line]) => (typeof line === 'string' ? line : '')).join(' ');
  return text.split(' ').filter((name) => name !== '');
}
