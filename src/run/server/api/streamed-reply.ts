/** Something that writes a response of its own, such as a result of unknown length. */
export interface StreamedReply {
  readonly contentType: string;
  /** Yields the body; an error after the first part ends it with the trailer `x-weir-error`. */
  readonly parts: AsyncIterable<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}
