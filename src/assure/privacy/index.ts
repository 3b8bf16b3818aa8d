export { dueDate } from './due-date.ts';
export { storedPlaces, subjectPlaces, withoutOriginals } from './subject-places.ts';
export type { StoredPlace, SubjectPlace } from './subject-places.ts';
export { RequestBook, REQUEST_KINDS } from './request-book.ts';
export type { RequestKind, RequestState, SubjectRequest } from './request-book.ts';
