/** Where devices ask for certificates. @see RFC 7030 section 3.2.2 */
const ENROLMENT = /^\/\.well-known\/est\/[a-z]+$/;

/**
 * Whether a request asks for enrolment: the one thing that a device may ask for which has nothing but the certificate of
 * its manufacturer.
 *
 * @param url untrusted, as it stands in the request line; a query or an escaped letter makes it another path
 */
export function isEnrolmentPath(url: string): boolean {
  return url.length < 128 && ENROLMENT.test(url);
}
