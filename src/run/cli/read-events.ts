/** A server-sent event: its data, and its id where it has one. */
export interface ServerEvent {
  readonly id: string | null;
  readonly data: string;
}

/** Each server-sent event as it arrives. Comments and other fields are passed over. @see WHATWG HTML, server-sent events */
export async function* readEvents(body: AsyncIterable<Uint8Array | string>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of body) {
    rest += typeof part === 'string' ? part : decoder.decode(part, { stream: true });
    for (;;) {
      const end = rest.indexOf('\n\n');
      if (end === -1) break;
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const all = (field: string): readonly string[] =>
        lines
          .filter((line) => line.startsWith(`${field}:`))
          .map((line) => line.slice(field.length + 1).replace(/^ /, ''));
      const data = all('data');
      if (data.length > 0) yield { id: all('id').at(-1) ?? null, data: data.join('\n') };
    }
  }
}
