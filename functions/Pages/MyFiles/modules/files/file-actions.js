// What can be done with files: one by its menu, several by the bar of the selection.
import { ask, confirmed } from '../dialogs/ask.js';
import { complain, guarded, say } from '../notices.js';
import { go } from '../place.js';
import { copyLink } from '../sharing/copy-link.js';
import { openLinkSheet } from '../sharing/link-sheet.js';
import { t } from '../texts.js';
import { chooseReplacement, openVersions } from '../versions/versions.js';
import { openViewer } from '../viewer/viewer.js';
import { downloadArchive } from './archive.js';
import { byFolder, changeAll, tellFailed } from './bulk.js';
import { copyAll } from './copies.js';
import { pickFolder } from '../folders/folder-picker.js';
import { explain, isThere } from './scans.js';
import { canSend, send } from './send.js';
import { openShares } from '../sharing/shares.js';
import { tagFiles } from './tags.js';

const maxInLink = 100; // Files that one link can lead to.
const maxInArchive = 1000; // Files of one archive.

export class FileActions {
  /** Is called with a file, and the one from this device that replaces it. */
  onReplace = () => {};
  #api;
  #panel;
  #jobs;

  constructor(api, panel, jobs) {
    this.#api = api;
    this.#panel = panel;
    this.#jobs = jobs;
  }

  /** The entries of a file's menu: only what is possible with it. */
  menuFor(file) {
    const { mayWrite: inSpace, space, isTrash, isSearch, selection } = this.#panel;
    const select = { icon: 'select', label: t('FilesSelect'), run: () => selection.set(file, true) };
    if (isTrash) {
      return inSpace ? [
        { icon: 'restore', label: t('FilesRestore'), run: () => this.restore([file]) },
        { icon: 'forever', label: t('FilesDeleteForever'), grave: true, run: () => this.deleteForever([file]) },
      ] : [select];
    }
    const mayWrite = inSpace || file.access === 'write';
    const hasBytes = isThere(file);
    const mayShare = space.right === 'share' && hasBytes;
    const find = isSearch && space.space !== 'shared'
      && { icon: 'folder', label: t('FilesShowFolder'), run: () => go({ space: space.space, folder: file.folder }) };
    return [
      ...hasBytes ? [
        { icon: 'picture', label: t('FilesOpen'), run: () => this.open(file) }, find,
        { icon: 'download', label: t('FilesDownload'), run: () => this.download([file]) },
        canSend(file) && { icon: 'send', label: t('FilesSend'), run: () => send(this.#api, file) },
        mayShare && { icon: 'share', label: t('FilesShareMenu'), run: () => this.share(file) },
        mayShare && { icon: 'link', label: t('FilesCopyLink'), run: () => copyLink(this.#api, file) },
      ] : [{ icon: 'shield', label: t('FilesWhyNot'), run: () => explain(file) }, find],
      mayWrite && { icon: 'rename', label: t('FilesRename'), run: () => this.rename(file) },
      inSpace && { icon: 'move', label: t('FilesMoveMenu'), run: () => this.move([file]) },
      hasBytes && { icon: 'copy', label: t('FilesCopyMenu'), run: () => this.copy([file]) },
      inSpace && hasBytes && { icon: 'versions', label: t('FilesVersionsMenu'), run: () => this.versions(file) },
      mayWrite && !inSpace && hasBytes && { icon: 'upload', label: t('FilesReplaceMenu'), run: () => this.replace(file) },
      mayWrite && { icon: 'tag', label: t('FilesTagsMenu'), run: () => this.tag([file]) },
      select,
      mayWrite && (hasBytes ? { icon: 'trash', label: t('FilesDelete'), grave: true, run: () => this.trash([file]) }
        : inSpace && { icon: 'forever', label: t('FilesDeleteForever'), grave: true, run: () => this.deleteForever([file]) }),
    ];
  }

  /** What the bar of a selection has besides its buttons. */
  menuForSelected(files) {
    const { mayWrite, space } = this.#panel;
    const all = files.every(isThere);
    const name = t('FilesCount', { count: files.length });
    return [
      all && { icon: 'copy', label: t('FilesCopyMenu'), run: () => this.copy(files) },
      mayWrite && { icon: 'tag', label: t('FilesTagsMenu'), run: () => this.tag(files) },
      all && space.right === 'share' && files.length <= maxInLink && {
        icon: 'link', label: t('FilesLinkMenu'), run: () => openLinkSheet(this.#api, { files: files.map(file => file.id) }, name),
      },
    ];
  }

  open(file) {
    return isThere(file) ? openViewer(this.#api, this.#panel, file) : explain(file);
  }

  share(file) {
    return openShares(this.#api, file, this.#panel.spaces);
  }

  // Storage serves a file as an attachment, so the browser stays on this page. Several come as one archive.
  async download(files) {
    const there = files.filter(isThere);
    if (there.length < files.length) complain(t('FilesLeftOut', { count: files.length - there.length }));
    if (there.length > maxInArchive) complain(t('FilesArchiveTooLarge'));
    else if (there.length === 1) location.assign((await this.#api.download(there[0].id)).url);
    else if (there.length > 1) await downloadArchive(this.#api, this.#jobs, { files: there.map(file => file.id) }, this.#panel.title);
  }

  async rename(file) {
    const name = await ask(t('FilesRenameOne', { name: file.name }), t('FilesName'), file.name);
    if (!name || name === file.name) return;
    this.#panel.put(await this.#api.change(file.id, { name }));
    say(t('FilesRenamed', { name }));
  }

  tag(files) {
    return tagFiles(this.#api, files, tagged => tagged.forEach(file => this.#panel.put(file)));
  }

  versions(file) {
    return openVersions(this.#api, file, { onRestored: now => this.#panel.put(now), onReplace: chosen => this.onReplace(file, chosen) });
  }

  replace(file) {
    chooseReplacement(chosen => this.onReplace(file, chosen));
  }

  /** Moves files to another folder, of their space or of another one. */
  async move(files) {
    const { space } = this.#panel;
    const start = { space, folder: sameFolder(files) };
    const to = await pickFolder(this.#api, this.#panel.targets, start, {
      title: titleFor(files, 'FilesMoveOne', 'FilesMoveMany'), action: t('FilesMoveHere'), hint: t('FilesOtherSpaceHint'),
    });
    if (!to) return undefined;
    if (to.space.space !== space.space) return this.#moveToSpace(files, to);
    const moved = await this.#moveTo(files, to.folder);
    return this.#done(moved, 'FilesMoved', 'FilesMovedMany', async () => {
      for (const [folder, some] of byFolder(moved)) await this.#moveTo(some, folder);
    });
  }

  async copy(files) {
    const { space } = this.#panel;
    const start = { space, folder: sameFolder(files) };
    const to = await pickFolder(this.#api, this.#panel.targets, start, {
      title: titleFor(files, 'FilesCopyOne', 'FilesCopyMany'), action: t('FilesCopyHere'), mayStay: true,
    });
    if (!to) return;
    const copies = await this.#copyAll(files, to, 'FilesCopying', 'FilesCopyingMany');
    this.#done(copies.map(({ file }) => file), 'FilesCopied', 'FilesCopiedMany',
      () => this.#trashAll(copies.map(({ copy }) => copy)));
  }

  /** Moves files to the trash, from which they come back at the press of a button. */
  async trash(files) {
    const forGood = files.filter(file => !isThere(file)); // The trash has no place for what nobody may restore.
    if (forGood.length > 0 && !await confirmed(titleFor(forGood, 'FilesDeleteForeverOne', 'FilesDeleteForeverMany'),
      t('FilesUncheckedNoTrash'), t('FilesDelete'))) return;
    const gone = await this.#trashAll(files);
    // Files of others can be deleted, but their trash is not ours.
    const back = this.#panel.mayWrite ? gone.filter(isThere) : [];
    this.#done(gone, 'FilesTrashed', 'FilesTrashedMany', back.length > 0 ? () => this.restore(back) : undefined);
  }

  async restore(files) {
    const back = await changeAll(this.#api, files, { action: 'restore' });
    if (this.#panel.isTrash) this.#panel.removed(back);
    else for (const file of back) this.#panel.put({ ...file, status: 'available', deletedAt: undefined });
    this.#done(back, 'FilesRestored', 'FilesRestoredMany');
  }

  async deleteForever(files) {
    const title = titleFor(files, 'FilesDeleteForeverOne', 'FilesDeleteForeverMany');
    if (!await confirmed(title, t('FilesNoWayBack'), t('FilesDeleteForever'))) return;
    const gone = await changeAll(this.#api, files, { action: 'delete', permanent: true });
    this.#panel.removed(gone);
    this.#done(gone, 'FilesDeleted', 'FilesDeletedMany');
  }

  async #moveTo(files, folder) {
    const moved = await changeAll(this.#api, files, { action: 'move', folder });
    this.#panel.removed(moved);
    for (const file of moved) this.#panel.put({ ...file, folder });
    return moved;
  }

  // The service moves within a space. Into another one it copies; what was here goes to the trash once its copy is complete.
  async #moveToSpace(files, to) {
    const copies = await this.#copyAll(files, to, 'FilesMoving', 'FilesMovingMany');
    const gone = await this.#trashAll(copies.map(({ file }) => file));
    const moved = copies.filter(({ file }) => gone.includes(file)).map(({ copy }) => copy);
    this.#done(gone, 'FilesMoved', 'FilesMovedMany', async () => {
      await this.restore(gone);
      await this.#trashAll(moved);
    });
  }

  async #copyAll(files, to, one, many) {
    const { done, failed, why } = await copyAll(this.#api, files, to, titleFor(files, one, many));
    for (const { copy } of done) this.#panel.put(copy, to.space.space);
    tellFailed(files, failed, why);
    return done;
  }

  async #trashAll(files) {
    const gone = await changeAll(this.#api, files, { action: 'delete' });
    if (this.#panel.isTrash) await this.#panel.show(); // The reader went there meanwhile.
    else this.#panel.removed(gone);
    return gone;
  }

  #done(files, one, many, undo) {
    if (files.length === 0) return;
    say(titleFor(files, one, many), undo && { label: t('FilesUndo'), run: () => guarded(undo) });
  }
}

const titleFor = (files, one, many) => (files.length === 1 ? t(one, { name: files[0].name }) : t(many, { count: files.length }));

/** The folder that all of them are in; undefined if they are in several. */
const sameFolder = files => (files.every(file => file.folder === files[0].folder) ? files[0].folder : undefined);
