// What can be done with files: one by its menu, several by the bar of the selection.
import { SignInNeeded } from '../session.js';
import { ask, confirmed } from '../dialogs.js';
import { complain, guarded, say } from '../notices.js';
import { go, inside } from '../place.js';
import { reason } from '../problems.js';
import { t } from '../texts.js';
import { openViewer } from '../viewer/viewer.js';
import { pickFolder } from './folder-picker.js';
import { canSend, send } from './send.js';
import { openShares } from './shares.js';

const maxParallel = 4; // Requests at the same time for several files.
const betweenDownloads = 500; // ms: a browser drops a download that begins in the same moment as another.

export class FileActions {
  #api;
  #panel;

  constructor(api, panel) {
    this.#api = api;
    this.#panel = panel;
  }

  /** The entries of a file's menu. */
  menuFor(file) {
    const { mayWrite: inSpace, space, isTrash, isSearch, selection } = this.#panel;
    const mayWrite = inSpace || file.access === 'write';
    if (isTrash) {
      return inSpace ? [
        { icon: 'restore', label: t('FilesRestore'), run: () => this.restore([file]) },
        { icon: 'forever', label: t('FilesDeleteForever'), grave: true, run: () => this.deleteForever([file]) },
      ] : [{ icon: 'select', label: t('FilesSelect'), run: () => selection.set(file, true) }];
    }
    const mayShare = space.right === 'share';
    return [
      { icon: 'picture', label: t('FilesOpen'), run: () => this.open(file) },
      isSearch && { icon: 'folder', label: t('FilesShowFolder'), run: () => go({ space: space.space, folder: file.folder }) },
      { icon: 'download', label: t('FilesDownload'), run: () => this.download([file]) },
      canSend(file) && { icon: 'send', label: t('FilesSend'), run: () => send(this.#api, file) },
      mayShare && { icon: 'share', label: t('FilesShareMenu'), run: () => this.share(file) },
      mayShare && { icon: 'link', label: t('FilesCopyLink'), run: () => this.copyLink(file) },
      mayWrite && { icon: 'rename', label: t('FilesRename'), run: () => this.rename(file) },
      inSpace && { icon: 'move', label: t('FilesMoveMenu'), run: () => this.move([file]) },
      { icon: 'select', label: t('FilesSelect'), run: () => selection.set(file, true) },
      mayWrite && { icon: 'trash', label: t('FilesDelete'), grave: true, run: () => this.trash([file]) },
    ];
  }

  open(file) {
    return openViewer(this.#api, this.#panel, file);
  }

  share(file) {
    return openShares(this.#api, file, this.#panel.spaces);
  }

  // Storage serves the files as attachments, so the browser stays on this page.
  async download(files) {
    for (const [n, file] of files.entries()) {
      const { url } = await this.#api.download(file.id);
      if (n > 0) await new Promise(resolve => setTimeout(resolve, betweenDownloads));
      location.assign(url);
    }
  }

  async copyLink(file) {
    const made = await this.#api.share(file.id, { link: {}, access: 'read' });
    const undo = { label: t('FilesUndo'), run: () => this.#api.revoke(file.id, made.id) };
    try {
      await navigator.clipboard.writeText(made.link.url);
      say(t('FilesLinkMadeAndCopied'), undo);
    } catch {
      await this.#api.revoke(file.id, made.id); // A link that nobody has seen would stay for good.
      complain(t('FilesCannotCopy'));
    }
  }

  async rename(file) {
    const name = await ask(t('FilesRenameOne', { name: file.name }), t('FilesName'), file.name);
    if (!name || name === file.name) return;
    this.#panel.put(await this.#api.change(file.id, { name }));
    this.#focus(file);
    say(t('FilesRenamed', { name }));
  }

  async newFolder({ space, folder }) {
    const name = await ask(t('FilesNewFolder'), t('FilesName'), '');
    if (!name) return;
    go({ space, folder: inside(folder, name) });
    say(t('FilesFolderOnceFull'));
  }

  /** Moves files of one folder to another folder of their space. */
  async move(files) {
    const { space } = this.#panel;
    const from = files[0].folder;
    const folder = await pickFolder(this.#api, space, from, titleFor(files, 'FilesMoveOne', 'FilesMoveMany'));
    if (folder === undefined || folder === from) return;
    const moved = await this.#each(files, file => this.#api.change(file.id, { folder }));
    this.#panel.removed(moved.map(pair => pair.file));
    for (const { result } of moved) this.#panel.put(result);
    const back = () => this.#each(moved.map(pair => pair.result), file => this.#api.change(file.id, { folder: from }))
      .then(returned => returned.forEach(({ result }) => this.#panel.put(result)));
    this.#done(moved, 'FilesMoved', 'FilesMovedMany', back);
  }

  /** Moves files to the trash, from which they come back at the press of a button. */
  async trash(files) {
    const gone = await this.#each(files, file => this.#api.trash(file.id));
    if (this.#panel.isTrash) await this.#panel.show(); // The reader went there meanwhile.
    else this.#panel.removed(gone.map(pair => pair.file));
    const canUndo = this.#panel.mayWrite; // Files of others can be deleted, but their trash is not ours.
    this.#done(gone, 'FilesTrashed', 'FilesTrashedMany', canUndo ? () => this.restore(gone.map(pair => pair.file)) : undefined);
  }

  async restore(files) {
    const back = await this.#each(files, file => this.#api.restore(file.id));
    if (this.#panel.isTrash) this.#panel.removed(back.map(pair => pair.file));
    else for (const { result } of back) this.#panel.put(result);
    this.#done(back, 'FilesRestored', 'FilesRestoredMany');
  }

  async deleteForever(files) {
    const title = titleFor(files, 'FilesDeleteForeverOne', 'FilesDeleteForeverMany');
    if (!await confirmed(title, t('FilesNoWayBack'), t('FilesDeleteForever'))) return;
    const gone = await this.#each(files, file => this.#api.deleteForGood(file.id));
    this.#panel.removed(gone.map(pair => pair.file));
    this.#done(gone, 'FilesDeleted', 'FilesDeletedMany');
  }

  /** Does something with each file; answers those with which it went well, and says how many failed and why. */
  async #each(files, action) {
    const [done, queue] = [[], [...files]];
    let [failed, why] = [0, undefined];
    async function worker() {
      for (let file = queue.shift(); file; file = queue.shift()) {
        try {
          done.push({ file, result: await action(file) });
        } catch (error) {
          if (error instanceof SignInNeeded) queue.length = 0;
          [failed, why] = [failed + 1, error];
        }
      }
    }
    await Promise.all(Array.from({ length: maxParallel }, worker));
    if (failed && files.length === 1) throw why;
    if (failed) complain(t('FilesSomeFailed', { count: failed, reason: reason(why) }));
    return done;
  }

  #done(pairs, one, many, undo) {
    if (pairs.length === 0) return;
    const text = pairs.length === 1 ? t(one, { name: pairs[0].file.name }) : t(many, { count: pairs.length });
    say(text, undo && { label: t('FilesUndo'), run: () => guarded(undo) });
  }

  #focus(file) {
    this.#panel.itemOf(file)?.querySelector('.more, .round')?.focus();
  }
}

const titleFor = (files, one, many) => (files.length === 1 ? t(one, { name: files[0].name }) : t(many, { count: files.length }));
