/** A fenced block of a Markdown page. */
export interface Fence {
  /** The words after the opening fence, such as `sh untested="needs two machines"`. */
  readonly info: string;
  readonly text: string;
  /** One-based line of the opening fence. */
  readonly line: number;
}

/** Lists the fenced blocks of a page in order; a block that is not closed ends with the page. */
export function fencesOf(page: string): Fence[] {
  const fences: Fence[] = [];
  let open: { info: string; line: number; mark: string; indent: number; lines: string[] } | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    const mark = /^( *)(```+|~~~+)(.*)$/.exec(line);
    if (open === undefined) {
      if (mark === null) continue;
      const [, indent = '', fence = '', info = ''] = mark;
      open = { info: info.trim(), line: index + 1, mark: fence, indent: indent.length, lines: [] };
    } else if (mark !== null && mark[2]?.startsWith(open.mark) === true && mark[3]?.trim() === '') {
      fences.push({ info: open.info, text: open.lines.join('\n'), line: open.line });
      open = undefined;
    } else {
      open.lines.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)));
    }
  }
  if (open !== undefined) fences.push({ info: open.info, text: open.lines.join('\n'), line: open.line });
  return fences;
}

/** A page with its fenced blocks and inline code blanked, so that what looks like a link in code is none. */
export function proseOf(page: string): string {
  const blank = (code: string): string => code.replaceAll(/[^\n]/g, ' ');
  return page.replaceAll(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^\1\2[ ]*$/gm, blank).replaceAll(/`[^`\n]*`/g, blank);
}

/**
 * The body rows of every table whose header begins with the given words, as trimmed cells.
 *
 * @param header lower-case words of the first columns, such as `['code', 'cause', 'remedy']`
 */
export function tableRows(page: string, header: readonly string[]): string[][] {
  const rows: string[][] = [];
  let inside = false;
  for (const line of page.split('\n')) {
    if (!line.trimStart().startsWith('|')) {
      inside = false;
      continue;
    }
    // A bar that belongs to the text is escaped, as Markdown asks for.
    const cells = line
      .trim()
      .replace(/^\|/, '')
      .replace(/\|$/, '')
      .split(/(?<!\\)\|/);
    const trimmed = cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
    if (inside && !/^:?-+:?$/.test(trimmed[0] ?? '')) rows.push(trimmed);
    inside ||= header.every((word, index) => trimmed[index]?.toLowerCase() === word);
  }
  return rows;
}

/** The anchors that a page's headings get, as the usual code hosts form them. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, title = ''] of page
    .replaceAll(/^( *)(```+)[^\n]*\n[\s\S]*?^\1\2[ ]*$/gm, '')
    .matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const words = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = words.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}
