// The list of photos on this device. It is shown at once and offline, and catches up by changes().
import { useSyncExternalStore } from 'react';
import { indexedDBStorage } from '@latchkey/client';
import type { FileRecord } from '@latchkey/client';
import { files } from './client';

interface Kept { cursor?: string; photos: FileRecord[] }

export interface Library { photos: FileRecord[]; state: 'loading' | 'ready' | 'offline' }

const storage = indexedDBStorage();
const listeners = new Set<() => void>();
let key = '';
let cursor: string | undefined;
let known = new Map<string, FileRecord>();
let shown: Library = { photos: [], state: 'loading' };
let running: Promise<void> | undefined;
let isStale = false;

export const useLibrary = (): Library => useSyncExternalStore(
  listener => { listeners.add(listener); return () => listeners.delete(listener); }, () => shown);

/** Shows what this device has of a user's photos. */
export async function openLibrary(user: string): Promise<void> {
  const mine = key = `photos:${user}`;
  const kept = read(await storage.get(key));
  if (key !== mine) return;
  cursor = kept.cursor;
  known = new Map(kept.photos.map(photo => [photo.id, photo]));
  show(kept.cursor ? 'ready' : 'loading');
  await catchUp();
}

function read(text = ''): Kept {
  try {
    return JSON.parse(text) as Kept;
  } catch {
    return { photos: [] }; // Nothing yet, or damaged: all of it comes again.
  }
}

/** Asks what has changed since the last time; one question at a time. */
export async function catchUp(): Promise<void> {
  isStale = true;
  running ??= (async () => {
    while (isStale && key) {
      isStale = false;
      await follow();
    }
  })().finally(() => { running = undefined; });
  await running;
}

/** Forgets everything: after a sign-out, or when the account is deleted. */
export async function closeLibrary(): Promise<void> {
  const before = key;
  key = ''; // First: what is under way must write nothing behind this.
  cursor = undefined;
  known = new Map();
  show('loading');
  if (before) await storage.remove(before);
  await globalThis.caches?.delete('thumbnails');
}

async function follow(): Promise<void> {
  if (!navigator.onLine) return show('offline'); // The 'online' event asks again.
  const mine = key;
  try {
    for await (const page of files.changes({ cursor })) {
      if (page.startOver) {
        const all = new Map<string, FileRecord>();
        for await (const file of files.search({ type: 'image' })) apply(all, file);
        if (key === mine) known = all;
      }
      if (key !== mine) return; // Somebody else has signed in.
      for (const { kind, id, file } of page.items) {
        if (kind === 'purged' && id) known.delete(id);
        else if (file) apply(known, file);
      }
      cursor = page.cursor;
      await storage.set(mine, JSON.stringify({ cursor, photos: [...known.values()] } satisfies Kept));
    }
    if (key === mine) show('ready');
  } catch (error) {
    console.warn('The list could not catch up.', error);
    if (key === mine) show('offline');
  }
}

function apply(photos: Map<string, FileRecord>, file: FileRecord): void {
  if (file.status === 'available' && file.contentType.startsWith('image/')) photos.set(file.id, file);
  else photos.delete(file.id);
}

function show(state: Library['state']): void {
  const time = (photo: FileRecord): string => photo.takenAt ?? photo.modifiedAt ?? photo.createdAt;
  shown = { state, photos: [...known.values()].sort((a, b) => Date.parse(time(b)) - Date.parse(time(a))) };
  listeners.forEach(listener => listener());
}

/** Removes a photo: it goes to the trash for 30 days. */
export async function deletePhoto(id: string): Promise<void> {
  await files.delete(id);
  known.delete(id);
  show('ready');
  await catchUp();
}

/** A picture's thumbnail, kept on this device; undefined if there is none and no network. */
export async function thumbnail(photo: FileRecord, size: 512 | 2048): Promise<Blob | undefined> {
  const name = `/thumbnails/${photo.id}/${photo.version ?? 1}/${size}`;
  try {
    const cache = await globalThis.caches?.open('thumbnails'); // Only in a secure context.
    const there = await cache?.match(name);
    if (there) return await there.blob();
    const answer = await fetch((await files.thumbnail(photo.id, size)).url);
    if (!answer.ok) return undefined;
    await cache?.put(name, answer.clone());
    return await answer.blob();
  } catch {
    return undefined;
  }
}
