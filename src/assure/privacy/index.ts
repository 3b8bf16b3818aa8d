export { dueDate } from './due-date.ts';
export { storedPlaces, subjectPlaces, withoutOriginals } from './subject-places.ts';
export type { StoredPlace, SubjectPlace } from './subject-places.ts';
export { noticePage, privacyNotice, recordPage } from './privacy-notice.ts';
export type { NoticeSection } from './privacy-notice.ts';
export { processingRecord } from './processing-record.ts';
export type { ProcessingActivity, ProcessingRecord, StoredElement } from './processing-record.ts';
export { RequestBook, REQUEST_KINDS } from './request-book.ts';
export type { RequestKind, RequestState, SubjectRequest, Rectification } from './request-book.ts';
