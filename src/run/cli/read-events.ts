/** The data of each server-sent event, as it arrives. Comments and other fields are passed over. */
export async function* readEvents(body: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of body) {
    rest += typeof part === 'string' ? part : decoder.decode(part, { stream: true });
    for (;;) {
      const end = rest.indexOf('\n\n');
      if (end === -1) break;
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).replace(/^ /, ''));
      if (data.length > 0) yield data.join('\n');
    }
  }
}
