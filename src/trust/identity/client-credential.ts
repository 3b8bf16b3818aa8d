/** A client's key and certificates, all PEM. */
export interface ClientCredential {
  readonly key: string;
  /** The certificate, then the issuing authority's. */
  readonly certificate: string;
  readonly authority: string;
}
