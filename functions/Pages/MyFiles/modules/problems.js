// Says what went wrong, in the reader's words. The service's own sentences are English and for developers: they stand behind.
import { ApiError } from './api.js';
import { SignInNeeded } from './session.js';
import { t } from './texts.js';

/** Why an action failed, as a sentence for a person. */
export function reason(error) {
  if (error instanceof SignInNeeded) return t('FilesSessionEnded');
  if (error instanceof TypeError) return t('FilesNoConnection');
  if (!(error instanceof ApiError)) return error.message;
  switch (error.code) {
    case 'file_not_found': case 'file_not_deleted': return t('FilesGone');
    case 'user_not_found': return t('FilesNoSuchUser');
    case 'quota_exceeded': return t('FilesFull');
    case 'file_too_large': return t('FilesTooLarge');
    case 'content_type_not_allowed': return t('FilesKindNotAllowed');
    case 'type_mismatch': return t('FilesOtherKind');
    case 'size_mismatch': case 'md5_mismatch': case 'sha256_mismatch': return t('FilesChangedMeanwhile');
    case 'invalid_name': case 'invalid_folder': case 'invalid_prefix': return t('FilesBadName');
    case 'folder_too_large': return t('FilesTooManyToSort');
    case 'file_pending': return t('FilesNotReady');
    case 'file_scanning': return t('FilesScanning');
    case 'file_infected': return t('FilesInfected');
    case 'bytes_missing': return t('FilesLost');
    default:
  }
  if (error.status === 403) return t('FilesNotAllowed');
  if (error.status >= 500 || error.status === 429) return t('FilesBusy');
  return t('FilesFailed', { reason: error.message });
}
