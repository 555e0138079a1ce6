// The tray of running uploads: progress, pause, resume, retry, cancel.
import { byId, el, iconButton } from '../dom.js';
import { icon } from '../icons.js';
import { complain, guarded, say } from '../notices.js';
import { percent, size, t } from '../texts.js';
import { Upload } from './upload.js';

const maxParallel = 3; // Uploads at the same time; browsers limit the number of connections.

function label(state) {
  switch (state) {
    case 'queued': return t('FilesQueued');
    case 'sending': return t('FilesSending');
    case 'waiting': return t('FilesWaiting');
    case 'paused': return t('FilesPaused');
    case 'checking': return t('FilesChecking');
    case 'failed': return t('FilesUploadFailed');
    case 'fileless': return t('FilesChooseAgain');
    default: return '';
  }
}

export class UploadsPanel {
  #api;
  #memory;
  #onDone;
  #queue = [];
  #shown = new Set();
  #arrived = []; // Since the tray was last empty: one notice for all.
  #running = 0;

  /** @param onDone is called for each file that was uploaded, with the upload and the service's answer. */
  constructor(api, memory, onDone) {
    this.#api = api;
    this.#memory = memory;
    this.#onDone = onDone;
    byId('uploads-fold').addEventListener('click', () => {
      const isOpen = byId('uploads').classList.toggle('folded');
      byId('uploads-fold').ariaExpanded = String(!isOpen);
    });
    addEventListener('beforeunload', event => {
      if (byId('uploads').querySelector('[data-state=sending]')) event.preventDefault(); // Makes the browser ask first.
    });
  }

  /** Shows the unfinished uploads of an earlier visit. */
  async restore() {
    await Promise.all(this.#memory.all().map(async note => {
      const upload = new Upload(this.#api, this.#memory, note);
      try {
        if (!await upload.resume()) return;
      } catch (error) {
        if (error.status === 404 || error.status === 410) this.#memory.forget(note);
        return; // Other errors may be temporary: the next visit tries again.
      }
      this.#show(upload);
      if (upload.sent === note.size) guarded(() => upload.run()); // All bytes have arrived; only "complete" is missing.
    }));
  }

  /** Uploads what the user has chosen: `{file, space, folder}` for each. */
  add(chosen) {
    for (const { file, ...place } of chosen) {
      const upload = Upload.of(this.#api, this.#memory, file, place);
      this.#show(upload);
      this.#queue.push(upload);
    }
    this.#next();
  }

  /** Uploads a file that replaces another one; `place` says in which space that is listed, and whether a copy can be beside it. */
  replace(replaced, file, place) {
    const upload = Upload.replacing(this.#api, this.#memory, replaced, file, place);
    this.#show(upload);
    this.#queue.push(upload);
    this.#next();
  }

  #next() {
    while (this.#running < maxParallel && this.#queue.length > 0) {
      const upload = this.#queue.shift();
      if (upload.state !== 'queued') continue;
      this.#running++;
      guarded(() => upload.run()).finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  #show(upload) {
    const { name } = upload.note;
    const bar = el('progress', { max: upload.note.size, 'aria-label': t('FilesUploadOf', { name }) });
    const state = el('small');
    const pause = iconButton('pause', t('FilesPause', { name }), () => upload.pause());
    const resume = iconButton('resume', t('FilesResume', { name }), () => {
      if (upload.state === 'failed') guarded(() => upload.retry());
      else if (upload.state === 'fileless') this.#chooseAgain(upload);
      else guarded(() => upload.run());
    });
    const cancel = iconButton('close', t('FilesCancelUpload', { name }), () => guarded(async () => {
      await upload.cancel();
      close();
    }));
    const row = el('li', {}, el('span', {}, el('strong', { dir: 'auto' }, name), bar, state),
      el('span', { className: 'actions' }, pause, resume, cancel));
    const close = () => {
      const hadFocus = row.contains(document.activeElement);
      row.remove();
      this.#shown.delete(upload);
      this.#sum();
      if (hadFocus) byId(byId('uploads').hidden ? 'title' : 'uploads-title').focus();
    };
    const draw = () => {
      row.dataset.state = upload.state;
      bar.value = upload.sent;
      state.textContent = upload.state === 'failed' ? `${label('failed')}: ${upload.message}`
        : `${label(upload.state)} · ${t('FilesOf', { done: size(upload.sent), all: size(upload.note.size) })}`;
      pause.hidden = !['sending', 'waiting'].includes(upload.state);
      resume.hidden = !['paused', 'fileless', 'failed'].includes(upload.state);
      const isFailed = upload.state === 'failed';
      resume.replaceChildren(icon(isFailed ? 'restore' : 'resume'));
      resume.ariaLabel = resume.title = isFailed ? t('FilesRetry', { name }) : t('FilesResume', { name });
      cancel.ariaLabel = cancel.title = isFailed ? t('FilesRemoveUpload', { name }) : t('FilesCancelUpload', { name });
      this.#sum();
    };
    let last = upload.state;
    upload.addEventListener('change', () => {
      draw();
      if (upload.state === last) return;
      last = upload.state;
      if (last === 'failed') complain(t('FilesNotUploaded', { name, reason: upload.message }));
      if (last !== 'done') return;
      if (!upload.note.replaces) this.#arrived.push(name); // What replaces a file is told by itself.
      close();
      this.#onDone(upload, upload.result);
    });
    this.#shown.add(upload);
    draw();
    byId('upload-rows').append(row);
    byId('uploads').hidden = false;
  }

  // The head of the tray: how many, and how far all together. At the end, one notice for all.
  #sum() {
    byId('uploads').hidden = this.#shown.size === 0;
    const uploads = [...this.#shown].filter(upload => upload.state !== 'failed');
    const [sent, all] = [uploads.reduce((sum, one) => sum + one.sent, 0), uploads.reduce((sum, one) => sum + one.note.size, 0)];
    byId('uploads-sum').textContent = `${t('FilesLeft', { count: uploads.length })} · ${percent(all ? sent / all : 1)}`;
    if (uploads.length > 0 || this.#arrived.length === 0) return;
    const [name, ...others] = this.#arrived;
    say(others.length ? t('FilesUploadedMany', { count: this.#arrived.length }) : t('FilesUploaded', { name }));
    this.#arrived = [];
  }

  // A page loses its files when it is reloaded. Only the user can choose them again.
  #chooseAgain(upload) {
    const input = byId('chosen-again');
    input.onchange = () => {
      const [file] = input.files;
      input.value = '';
      if (!file) return;
      if (upload.isOf(file)) guarded(() => upload.run(file));
      else complain(t('FilesOtherFile', { name: upload.note.name }));
    };
    input.click();
  }
}
