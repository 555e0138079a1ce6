// What is being uploaded, as the uploader tells it: on a phone in the background, in a browser while the page is open.
import { useEffect, useState } from 'react';
import { Camera, MediaTypeSelection } from '@capacitor/camera';
import { Uploader } from '@latchkey/capacitor-uploader';
import type { UploadFile, UploadStatus } from '@latchkey/capacitor-uploader';
import { isNative } from './client';
import { catchUp } from './library';

export interface BackupState { total: number; done: number; failed: number; progress: number; isPaused: boolean; isRunning: boolean }

const added = new EventTarget();

/** How far the backup is. */
export function useBackup(): BackupState {
  const [uploads, setUploads] = useState<Map<string, UploadStatus>>(new Map());
  useEffect(() => {
    const refresh = async (): Promise<void> =>
      setUploads(new Map((await Uploader.list()).uploads.map(upload => [upload.id, upload])));
    const changed = Uploader.addListener('changed', upload => {
      setUploads(before => new Map(before).set(upload.id, { ...upload }));
      if (upload.state === 'done') void catchUp();
    });
    const seen = (): void => { if (document.visibilityState === 'visible') void refresh(); };
    document.addEventListener('visibilitychange', seen);
    added.addEventListener('added', seen);
    void refresh();
    return () => {
      void changed.then(handle => handle.remove());
      document.removeEventListener('visibilitychange', seen);
      added.removeEventListener('added', seen);
    };
  }, []);
  const all = [...uploads.values()].filter(({ state }) => state !== 'cancelled');
  const count = (...states: UploadStatus['state'][]): number => all.filter(({ state }) => states.includes(state)).length;
  const bytes = (of: (upload: UploadStatus) => number): number => all.reduce((sum, upload) => sum + of(upload), 0);
  return {
    total: all.length, done: count('done'), failed: count('failed'), isPaused: count('paused') > 0, isRunning: count('waiting', 'sending') > 0,
    progress: bytes(upload => upload.sent) / Math.max(1, bytes(upload => upload.size)),
  };
}

/** Backs photos up. In a browser those that the service has already are not sent again; on a phone only if they have an `asset`. */
export async function addPhotos(photos: UploadFile[]): Promise<void> {
  await Uploader.clear();
  await Uploader.enqueue({ files: photos.map(photo => ({ folder: 'Photos', ...photo })) });
  added.dispatchEvent(new Event('added'));
}

/** The files of `<input type="file">`. */
export const fromInput = (list: FileList): UploadFile[] => [...list].map(blob => ({
  blob, name: blob.name, contentType: blob.type, modifiedAt: new Date(blob.lastModified).toISOString(),
}));

/** Takes a photo. In a browser there is no button for it: its file input offers the camera. */
export async function takePhoto(): Promise<UploadFile[]> {
  const { uri } = await Camera.takePhoto({ quality: 90 });
  return uri ? [{ path: uri, name: `Photo ${new Date().toISOString().slice(0, 19).replace(/:/g, '.')}.jpg`, contentType: 'image/jpeg', deleteAfter: true }] : [];
}

/** Lets people choose photos of the phone's gallery. */
export async function chooseFromGallery(): Promise<UploadFile[]> {
  const { results } = await Camera.chooseFromGallery({ mediaType: MediaTypeSelection.Photo, allowMultipleSelection: true });
  return results.flatMap(({ uri }) => uri ? [{ path: uri }] : []);
}

export const pause = (): Promise<void> => Uploader.pause();
export const resume = (): Promise<void> => Uploader.resume();
export const hasCamera = isNative;
