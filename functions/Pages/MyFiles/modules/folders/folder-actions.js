// What can be done with a folder and all that it holds. Each is one request; what takes long is a job (jobs.js).
import { downloadArchive } from '../files/archive.js';
import { pickFolder } from './folder-picker.js';
import { ask } from '../dialogs/ask.js';
import { say } from '../notices.js';
import { go, inside, nameOf } from '../place.js';
import { openLinkSheet } from '../sharing/link-sheet.js';
import { openRequestSheet } from '../sharing/request-sheet.js';
import { t } from '../texts.js';

const maxNumber = 99; // Of a copy beside its original.

const parentOf = path => path.split('/').slice(0, -1).join('/');

/**
 * Each action gets the place of its folder, `{space, folder}`, and stays with it: while a menu, a question or a notice with Undo is open,
 * the reader may go elsewhere.
 */
export class FolderActions {
  #api;
  #panel;
  #jobs;

  constructor(api, panel, jobs) {
    this.#api = api;
    this.#panel = panel;
    this.#jobs = jobs;
  }

  /** The entries of a folder's menu. */
  menuFor(name) {
    const { mayWrite, space } = this.#panel;
    const place = this.#panel.below(name);
    const mayShare = space.right === 'share';
    const { selection } = this.#panel;
    return [
      { icon: 'folder', label: t('FilesOpen'), run: () => go(place) },
      { icon: 'archive', label: t('FilesDownloadZip'), run: () => this.download(place) },
      mayShare && { icon: 'link', label: t('FilesLinkMenu'), run: () => openLinkSheet(this.#api, place, name) },
      mayShare && { icon: 'inbox', label: t('FilesRequestMenu'), run: () => openRequestSheet(this.#api, place, name) },
      mayWrite && { icon: 'rename', label: t('FilesRename'), run: () => this.rename(place) },
      mayWrite && { icon: 'move', label: t('FilesMoveMenu'), run: () => this.move(place) },
      { icon: 'copy', label: t('FilesCopyMenu'), run: () => this.copy(place) },
      { icon: 'select', label: t('FilesSelect'), run: () => selection.setFolder(name, true) },
      mayWrite && { icon: 'trash', label: t('FilesDelete'), grave: true, run: () => this.trash(place) },
    ];
  }

  async make({ space, folder }) {
    const name = await ask(t('FilesNewFolder'), t('FilesName'), '');
    if (!name) return;
    await this.#api.makeFolder({ space, path: inside(folder, name) });
    await this.#panel.refresh(name);
    say(t('FilesFolderMade', { name }));
  }

  download({ space, folder }) {
    return downloadArchive(this.#api, this.#jobs, { space, folder }, folder ? nameOf(folder) : this.#panel.named(space).name);
  }

  async rename({ space, folder }) {
    const before = nameOf(folder);
    const name = await ask(t('FilesRenameOne', { name: before }), t('FilesName'), before);
    if (!name || name === before) return;
    await this.#moveTo({ space, folder }, inside(parentOf(folder), name), t('FilesFolderRenamed', { name }));
  }

  async move({ space, folder }) {
    const name = nameOf(folder);
    const start = { space: this.#panel.named(space), folder: parentOf(folder) };
    const to = await pickFolder(this.#api, this.#panel.targets, start, {
      title: t('FilesMoveOne', { name }), action: t('FilesMoveHere'), moved: folder, hint: t('FilesOtherSpaceHint'),
    });
    if (!to) return undefined;
    if (to.space.space === space) return this.#moveTo({ space, folder }, inside(to.folder, name), t('FilesMoved', { name }));
    // The service moves within a space. Into another one it copies; what was here goes to the trash once all of it is there.
    if (!await this.#copyTo({ space, folder }, to, t('FilesMoving', { name }))) return undefined;
    const deletion = await this.#api.deleteFolder({ space, path: folder });
    await this.#panel.refresh();
    if (await this.#jobs.finish(deletion, t('FilesMoving', { name }))) say(t('FilesMovedTo', { name, space: to.space.name }));
    return undefined;
  }

  async copy({ space, folder }) {
    const name = nameOf(folder);
    const start = { space: this.#panel.named(space), folder: parentOf(folder) };
    const to = await pickFolder(this.#api, this.#panel.targets, start, {
      title: t('FilesCopyOne', { name }), action: t('FilesCopyHere'), mayStay: true, copied: folder,
    });
    if (to && await this.#copyTo({ space, folder }, to, t('FilesCopying', { name }))) say(t('FilesCopied', { name }));
  }

  async trash({ space, folder }) {
    const name = nameOf(folder);
    const deletion = await this.#api.deleteFolder({ space, path: folder });
    await this.#panel.refresh();
    const undo = { label: t('FilesUndo'), run: () => this.#restore({ space, folder }, deletion.id) };
    if (await this.#jobs.finish(deletion, t('FilesDeleting', { name }))) say(t('FilesTrashed', { name }), undo);
    else await this.#panel.refresh();
  }

  async #restore({ space, folder }, deletion) {
    const name = nameOf(folder);
    const job = await this.#api.restoreFolder({ space, path: folder, deletion });
    const isDone = await this.#jobs.finish(job, t('FilesRestoring', { name }));
    await this.#panel.refresh(name);
    if (isDone) say(t('FilesRestored', { name }));
  }

  // Its new name is listed at once, the files follow.
  async #moveTo({ space, folder }, to, text) {
    const job = await this.#api.moveFolder({ space, path: folder, to });
    await this.#panel.refresh(parentOf(folder) === parentOf(to) ? nameOf(to) : undefined);
    const isDone = await this.#jobs.finish(job, t('FilesMoving', { name: nameOf(folder) }));
    if (job.status !== 'done') await this.#panel.refresh(); // More is there by now.
    const back = () => this.#moveTo({ space, folder: to }, folder, t('FilesMoved', { name: nameOf(folder) }));
    if (isDone) say(text, { label: t('FilesUndo'), run: back });
  }

  async #copyTo({ space, folder }, to, text) {
    const begin = name => this.#api.copyFolder({ space, path: folder, to: inside(to.folder, name), toSpace: to.space.space });
    const isDone = await this.#jobs.finish(await firstFree(nameOf(folder), begin), text);
    await this.#panel.refresh();
    return isDone;
  }
}

/** Begins a copy; beside its original it gets a number. */
export async function firstFree(name, begin) {
  for (let n = 1; ; n++) {
    try {
      return await begin(n === 1 ? name : `${name} (${n})`);
    } catch (error) {
      if (error.code !== 'folder_exists' || n === maxNumber) throw error;
    }
  }
}
