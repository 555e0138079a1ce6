// What is done with files and folders that are selected together: each as it is done alone, with one notice for all of it.
import { complain, guarded, say } from '../notices.js';
import { firstFree } from './folder-actions.js';
import { pickFolder } from './folder-picker.js';
import { inside, nameOf } from '../place.js';
import { reason } from '../problems.js';
import { t } from '../texts.js';
import { byFolder, changeAll, tellFailed } from '../files/bulk.js';
import { copyAll } from '../files/copies.js';

export class Together {
  #api;
  #panel;
  #jobs;

  constructor(api, panel, jobs) {
    this.#api = api;
    this.#panel = panel;
    this.#jobs = jobs;
  }

  /** Saves the files as one archive, and each folder as one of its own. */
  async download(files, folders) {
    const places = this.#placesOf(folders);
    if (files.length > 0) await this.#panel.actions.download(files);
    for (const place of places) await guarded(() => this.#panel.folderActions.download(place));
  }

  async trash(files, folders) {
    if (folders.length === 0) return this.#panel.actions.trash(files);
    const places = this.#placesOf(folders);
    if (files.length === 0 && places.length === 1) return this.#panel.folderActions.trash(places[0]);
    const gone = await changeAll(this.#api, files, { action: 'delete' });
    const deletions = await this.#each(places, 'FilesDeleting', ({ space, folder }) => this.#api.deleteFolder({ space, path: folder }));
    return this.#done('FilesItemsTrashed', gone, deletions, async () => {
      const back = await changeAll(this.#api, gone, { action: 'restore' });
      const restored = await this.#each(deletions.map(({ place, job }) => ({ ...place, deletion: job.id })), 'FilesRestoring',
        ({ space, folder, deletion }) => this.#api.restoreFolder({ space, path: folder, deletion }));
      await this.#done('FilesItemsRestored', back, restored);
    });
  }

  /** Moves all of them to a folder, of their space or of another one. */
  async move(files, folders) {
    if (folders.length === 0) return this.#panel.actions.move(files);
    const places = this.#placesOf(folders);
    if (files.length === 0 && places.length === 1) return this.#panel.folderActions.move(places[0]);
    const start = { space: this.#panel.space, folder: this.#panel.here.folder ?? '' };
    const to = await pickFolder(this.#api, this.#panel.targets, start, {
      title: t('FilesItemsMove', { count: files.length + places.length }), action: t('FilesMoveHere'), hint: t('FilesOtherSpaceHint'),
      moved: places.map(place => place.folder),
    });
    if (!to) return undefined;
    return to.space === start.space ? this.#moveHere(files, places, to.folder) : this.#moveToSpace(files, places, to);
  }

  async #moveHere(files, places, folder) {
    const moved = await changeAll(this.#api, files, { action: 'move', folder });
    const moves = await this.#moveFolders(places, place => inside(folder, nameOf(place.folder)));
    return this.#done('FilesItemsMoved', moved, moves, async () => {
      for (const [before, some] of byFolder(moved)) await changeAll(this.#api, some, { action: 'move', folder: before });
      const back = moves.map(({ place }) => ({ ...place, folder: inside(folder, nameOf(place.folder)), before: place.folder }));
      await this.#done('FilesItemsMoved', moved, await this.#moveFolders(back, place => place.before));
    });
  }

  // The service moves within a space. Into another one it copies; what was here goes to the trash once all of it is there.
  async #moveToSpace(files, places, to) {
    const { done, failed, why } = await copyAll(this.#api, files, to, t('FilesMovingMany', { count: files.length }));
    tellFailed(files, failed, why);
    const gone = await changeAll(this.#api, done.map(({ file }) => file), { action: 'delete' });
    const copies = await this.#each(places, 'FilesMoving', ({ space, folder }) => firstFree(nameOf(folder), name =>
      this.#api.copyFolder({ space, path: folder, to: inside(to.folder, name), toSpace: to.space.space })));
    const deletions = await this.#each(copies.map(({ place }) => place), 'FilesMoving', ({ space, folder }) =>
      this.#api.deleteFolder({ space, path: folder }));
    await this.#done('FilesItemsMoved', gone, deletions);
  }

  #moveFolders(places, target) {
    return this.#each(places, 'FilesMoving', place => this.#api.moveFolder({ space: place.space, path: place.folder, to: target(place) }));
  }

  // Folder after folder; answers those with which it went well. What is wrong with one keeps no other from it.
  async #each(places, text, begin) {
    const done = [];
    for (const place of places) {
      try {
        const job = await begin(place);
        if (await this.#jobs.finish(job, t(text, { name: nameOf(place.folder) }))) done.push({ place, job });
      } catch (error) {
        if (!error.code) throw error; // The network is lost, or the session has ended.
        complain(t('FilesSomeFailed', { count: 1, reason: reason(error) }));
      }
    }
    return done;
  }

  async #done(text, files, folders, undo) {
    await this.#panel.refresh();
    const count = files.length + folders.length;
    if (count > 0) say(t(text, { count }), undo && { label: t('FilesUndo'), run: () => guarded(undo) });
  }

  // At once: while something is asked, the reader may go elsewhere.
  #placesOf(folders) { return folders.map(name => this.#panel.below(name)); }
}
