// The list of running uploads: progress, pause, resume, cancel.
import { button, byId, el, guarded, say, size } from './dom.js';
import { Upload } from './upload.js';

const maxParallel = 3; // Uploads at the same time; browsers limit the number of connections.

const labels = {
  queued: 'Queued', cancelled: 'Cancelled',
  sending: 'Sending', waiting: 'No connection. It will resume automatically', paused: 'Paused', checking: 'Checking', done: 'Done',
  failed: 'Failed', fileless: 'Choose the file again to resume',
};

export class UploadsPanel {
  #api;
  #memory;
  #onDone;
  #queue = [];
  #running = 0;

  /** @param onDone is called for each file that was uploaded. */
  constructor(api, memory, onDone) {
    this.#api = api;
    this.#memory = memory;
    this.#onDone = onDone;
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

  /** Uploads the files that the user has chosen. */
  add(files, place) {
    for (const file of files) {
      const upload = Upload.of(this.#api, this.#memory, file, place);
      this.#show(upload);
      this.#queue.push(upload);
    }
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
    const bar = el('progress', { max: upload.note.size, 'aria-label': `Upload of ${name}` });
    const state = el('small');
    const pause = button('Pause', `Pause ${name}`, () => upload.pause());
    const resume = button('Resume', `Resume ${name}`,
      () => (upload.state === 'fileless' ? this.#chooseAgain(upload) : void guarded(() => upload.run())));
    const cancel = button('Cancel', `Cancel ${name}`, async () => {
      await upload.cancel();
      close();
    });
    const row = el('li', {}, el('span', {}, el('strong', { dir: 'auto' }, name), bar, state),
      el('span', { className: 'actions' }, pause, resume, cancel));
    const close = () => {
      row.remove();
      byId('uploads').hidden = !byId('upload-rows').firstChild;
    };
    const draw = () => {
      row.dataset.state = upload.state;
      bar.value = upload.sent;
      state.textContent = upload.state === 'failed' ? `${labels.failed}: ${upload.message}`
        : `${labels[upload.state]} · ${size(upload.sent)} of ${size(upload.note.size)}`;
      pause.hidden = !['sending', 'waiting'].includes(upload.state);
      if (upload.state === 'failed') {
        cancel.textContent = 'Remove';
        cancel.setAttribute('aria-label', `Remove ${name}`);
      }
      resume.hidden = !['paused', 'fileless'].includes(upload.state);
    };
    let last = upload.state;
    upload.addEventListener('change', () => {
      draw();
      if (upload.state === last) return;
      last = upload.state;
      if (last === 'failed') say(`${name} was not uploaded. ${upload.message}`, true);
      if (last !== 'done') return;
      close();
      say(`${name} was uploaded.`);
      this.#onDone(upload);
    });
    draw();
    byId('upload-rows').append(row);
    byId('uploads').hidden = false;
  }

  // A page loses its files when it is reloaded. Only the user can choose them again.
  #chooseAgain(upload) {
    const input = byId('chosen-again');
    input.onchange = () => {
      const [file] = input.files;
      input.value = '';
      if (!file) return;
      if (upload.isOf(file)) guarded(() => upload.run(file));
      else say(`This is a different file. Choose the same ${upload.note.name}, unchanged, or cancel the upload.`, true);
    };
    input.click();
  }
}
