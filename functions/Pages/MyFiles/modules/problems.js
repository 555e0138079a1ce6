// Says what went wrong, in the reader's words. The service's own sentences are English and for developers: they stand behind.
import { ApiError } from './api.js';
import { SignInNeeded } from './session.js';
import { t } from './texts.js';

/** Why an action failed, as a sentence for a person. */
export function reason(error) {
  if (error instanceof SignInNeeded) return t('FilesSessionEnded');
  if (error instanceof TypeError) return t('FilesNoConnection');
  if (!(error instanceof ApiError)) return error.message;
  const known = sentence(error.code);
  if (known) return known;
  if (error.status === 403) return t('FilesNotAllowed');
  if (error.status >= 500 || error.status === 429) return t('FilesBusy');
  return t('FilesFailed', { reason: error.message });
}

/** Why a job could not do all of its files. */
export const jobReason = job => sentence(job.code) ?? (job.code === 'insufficient_rights' ? t('FilesNotAllowed') : t('FilesBusy'));

function sentence(code) {
  switch (code) {
    case 'file_not_found': case 'file_not_deleted': case 'file_not_available': case 'archive_outdated': return t('FilesGone');
    case 'user_not_found': return t('FilesNoSuchUser');
    case 'quota_exceeded': return t('FilesFull');
    case 'file_too_large': return t('FilesTooLarge');
    case 'content_type_not_allowed': return t('FilesKindNotAllowed');
    case 'type_mismatch': return t('FilesOtherKind');
    case 'size_mismatch': case 'md5_mismatch': case 'sha256_mismatch': return t('FilesChangedMeanwhile');
    case 'invalid_name': case 'invalid_folder': case 'invalid_prefix': return t('FilesBadName');
    case 'invalid_tags': return t('FilesBadTags');
    case 'folder_too_large': return t('FilesTooManyToSort');
    case 'folder_not_found': case 'folder_changed': return t('FilesFolderGone');
    case 'folder_exists': return t('FilesFolderExists');
    case 'folder_in_itself': return t('FilesFolderInItself');
    case 'folder_busy': case 'file_changing': return t('FilesFolderBusy');
    case 'too_many_jobs': return t('FilesTooManyJobs');
    case 'job_gave_up': return t('FilesJobGaveUp');
    case 'archive_too_large': return t('FilesArchiveTooLarge');
    case 'version_conflict': return t('FilesReplacedMeanwhile');
    case 'etag_mismatch': return t('FilesOtherChange');
    case 'version_not_found': return t('FilesVersionGone');
    case 'link_not_found': case 'request_not_found': return t('FilesLinkGone');
    case 'file_pending': return t('FilesNotReady');
    case 'file_scanning': return t('FilesScanning');
    case 'file_infected': return t('FilesInfected');
    case 'bytes_missing': return t('FilesLost');
    default: return undefined;
  }
}
