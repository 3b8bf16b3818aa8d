/** Something that writes a response of its own, such as a result of unknown length. */
export interface StreamedReply {
  readonly contentType: string;
  /** Yields the body; an error after the first part breaks the answer off. */
  readonly parts: AsyncIterable<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}
