/** What the header of a tab-separated log of Zeek says. */
export interface ZeekHeader {
  separator: string;
  setSeparator: string;
  unset: string;
  empty: string;
  path: string;
  fields: readonly string[];
  types: readonly string[];
}

/** A log before any header. @see https://docs.zeek.org/en/master/log-formats.html */
export function beginZeek(): ZeekHeader {
  return { separator: '\t', setSeparator: ',', unset: '-', empty: '(empty)', path: '', fields: [], types: [] };
}

/** Takes a line of a header; lines that are not known, such as `#close`, say nothing. */
export function readZeekHeader(header: ZeekHeader, text: string): void {
  if (text.startsWith('#separator ')) {
    header.separator = unescape(text.slice('#separator '.length));
    return;
  }
  const [name, ...values] = text.split(header.separator);
  const [value = ''] = values;
  if (name === '#set_separator') header.setSeparator = unescape(value);
  else if (name === '#unset_field') header.unset = unescape(value);
  else if (name === '#empty_field') header.empty = unescape(value);
  else if (name === '#path') header.path = value;
  else if (name === '#fields') header.fields = values;
  else if (name === '#types') header.types = values;
}

/** The values of a line by field, typed as the header says, without what is unset; or what is wrong with it. */
export function zeekColumns(header: ZeekHeader, text: string): ReadonlyMap<string, unknown> | string {
  const { fields, types, separator, unset, empty } = header;
  if (fields.length === 0) return 'no line #fields came before it: the header of the log is missing';
  const cells = text.split(separator);
  if (cells.length !== fields.length) return `it has ${cells.length} columns, the header has ${fields.length}`;
  const values = new Map<string, unknown>();
  for (const [i, cell] of cells.entries()) {
    if (cell === unset || cell === empty) continue;
    const value = typed(cell, types[i] ?? 'string', header);
    if (value === undefined) return `\`${fields[i]}\` is \`${cell.slice(0, 40)}\`, which is no ${types[i]}`;
    values.set(fields[i]!, value);
  }
  return values;
}

function typed(cell: string, type: string, { setSeparator }: ZeekHeader): unknown {
  switch (type) {
    case 'time':
    case 'interval':
    case 'double':
      return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(cell) ? Number(cell) : undefined;
    case 'count':
    case 'int':
    case 'port':
      return /^-?\d{1,16}$/.test(cell) ? Number(cell) : undefined;
    case 'bool':
      return cell === 'T' ? true : cell === 'F' ? false : undefined;
    default:
      return /^(set|vector)\[/.test(type) ? cell.split(setSeparator).map(unescape) : unescape(cell);
  }
}

/** Zeek writes what would part columns as `\x` and two digits. */
function unescape(text: string): string {
  return text.replaceAll(/\\x([0-9A-Fa-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
