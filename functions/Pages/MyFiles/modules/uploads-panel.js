// The list of uploads that are under way: progress, pause, go on, give up.
import { button, byId, el, guarded, say, size } from './dom.js';
import { Upload } from './upload.js';

const atOnce = 3; // Uploads; a browser has only so many connections.

const words = {
  queued: 'Waits for its turn', 'given up': 'Given up',
  sending: 'Sending', waiting: 'No connection. It goes on by itself', paused: 'Paused', checking: 'Checking', done: 'Done',
  failed: 'Failed', fileless: 'Choose the file again to go on',
};

export class UploadsPanel {
  #api;
  #memory;
  #onDone;
  #queue = [];
  #running = 0;

  /** @param onDone is told of each file that has arrived. */
  constructor(api, memory, onDone) {
    this.#api = api;
    this.#memory = memory;
    this.#onDone = onDone;
    addEventListener('beforeunload', event => {
      if (byId('uploads').querySelector('[data-state=sending]')) event.preventDefault(); // The browser asks.
    });
  }

  /** Shows the uploads that an earlier visit has left, as far as there is still something to do. */
  async restore() {
    await Promise.all(this.#memory.all().map(async note => {
      const upload = new Upload(this.#api, this.#memory, note);
      try {
        if (!await upload.look()) return;
      } catch (error) {
        if (error.status === 404 || error.status === 410) this.#memory.forget(note);
        return; // Anything else may pass: the next visit looks again.
      }
      this.#show(upload);
      if (upload.sent === note.size) guarded(() => upload.run()); // Only complete was missing.
    }));
  }

  /** Sends the files that a person has chosen. */
  add(files, place) {
    for (const file of files) {
      const upload = Upload.of(this.#api, this.#memory, file, place);
      this.#show(upload);
      this.#queue.push(upload);
    }
    this.#next();
  }

  #next() {
    while (this.#running < atOnce && this.#queue.length > 0) {
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
    const goOn = button('Go on', `Go on with ${name}`, () => (upload.state === 'fileless' ? this.#chooseAgain(upload) : void guarded(() => upload.run())));
    const giveUp = button('Give up', `Give up ${name}`, async () => {
      await upload.cancel();
      close();
    });
    const row = el('li', {}, el('span', {}, el('strong', { dir: 'auto' }, name), bar, state),
      el('span', { className: 'actions' }, pause, goOn, giveUp));
    const close = () => {
      row.remove();
      byId('uploads').hidden = !byId('upload-rows').firstChild;
    };
    const draw = () => {
      row.dataset.state = upload.state;
      bar.value = upload.sent;
      state.textContent = upload.state === 'failed' ? `${words.failed}: ${upload.message}`
        : `${words[upload.state]} · ${size(upload.sent)} of ${size(upload.note.size)}`;
      pause.hidden = !['sending', 'waiting'].includes(upload.state);
      if (upload.state === 'failed') {
        giveUp.textContent = 'Remove';
        giveUp.setAttribute('aria-label', `Remove ${name}`);
      }
      goOn.hidden = !['paused', 'fileless'].includes(upload.state);
    };
    let last = upload.state;
    upload.addEventListener('change', () => {
      draw();
      if (upload.state === last) return;
      last = upload.state;
      if (last === 'failed') say(`${name} was not uploaded. ${upload.message}`, true);
      if (last !== 'done') return;
      close();
      say(`${name} is uploaded.`);
      this.#onDone(upload);
    });
    draw();
    byId('upload-rows').append(row);
    byId('uploads').hidden = false;
  }

  // A page can't keep a file open over a reload: only the person can give it back.
  #chooseAgain(upload) {
    const input = byId('chosen-again');
    input.onchange = () => {
      const [file] = input.files;
      input.value = '';
      if (!file) return;
      if (upload.isOf(file)) guarded(() => upload.run(file));
      else say(`That is not the file that was begun: it must be the same ${upload.note.name}, unchanged. Or give this upload up.`, true);
    };
    input.click();
  }
}
