// Hands files in by the page of a request: each file is begun here, sent to storage with one PUT, and completed here. A file keeps its key
// while it is tried, so that one whose answer was lost is not there twice. What people typed is inserted as text, never as markup. It
// shares those modules of my-files that know nothing of who is signed in.
import { byId, el } from '../my-files/dom.js';
import { size as bytes } from '../my-files/formats.js';
import { put } from '../my-files/uploads/put.js';

const form = byId('hand-in');
const texts = JSON.parse(form.dataset.texts);
const maxBytes = Number(form.dataset.max);
const maxTries = 4;
const atOnce = 2;
const items = new Set();
let isSending = false;

const ofCodes = {
  file_too_large: 'HandInTooLarge',
  content_type_not_allowed: 'HandInType',
  type_mismatch: 'HandInType',
  request_full: 'HandInFull',
  request_closed: 'HandInOver',
  request_expired: 'HandInOver',
  request_not_found: 'HandInOver',
  wrong_password: 'HandInPassword',
  too_many_passwords: 'HandInLocked',
};

class Refusal extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

async function post(path, body, headers = {}) {
  const answer = await fetch(`${form.dataset.files}${path}`, {
    method: 'POST',
    headers: body ? { 'Content-Type': 'application/json', ...headers } : headers,
    body: body && JSON.stringify(body),
  });
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, json.code);
  return json;
}

const details = () => ({
  sender: { name: form.elements.name.value, ...(form.elements.email.value && { email: form.elements.email.value }) },
});

async function sendOnce(item) {
  const { file } = item;
  const begun = await post('', { name: file.name, size: file.size, contentType: file.type || 'application/octet-stream', ...details() },
    { 'Idempotency-Key': item.key });
  if (begun.status !== 'received') {
    if (begun.upload) {
      const status = await put(begun.upload.url, begun.upload.headers, file, sent => show(item, 'sending', sent));
      if (status >= 500) throw new TypeError('storage'); // All else may mean that it is there already: the completion says.
    }
    show(item, 'sending', file.size);
    await post(`/${begun.id}/complete`);
  }
}

const pause = milliseconds => new Promise(resolve => { setTimeout(resolve, milliseconds); });

async function send(item) {
  show(item, 'sending', 0);
  for (let tries = 1; ; tries++) {
    try {
      await sendOnce(item);
      return show(item, 'received');
    } catch (error) {
      const isLost = error instanceof TypeError || error.status >= 500 || error.code === 'upload_missing';
      if (isLost && tries < maxTries) await pause(1000 * 2 ** tries);
      else return fail(item, error, isLost);
    }
  }
}

function fail(item, error, isLost) {
  if (!isLost) item.key = crypto.randomUUID(); // What was refused is gone.
  item.message = texts[isLost ? 'HandInOffline' : ofCodes[error.code] ?? 'HandInFailed'];
  show(item, 'failed');
}

function show(item, state, sent) {
  item.state = state;
  const { size } = item.file;
  item.progress.hidden = state !== 'sending';
  if (sent !== undefined) item.progress.value = size === 0 ? 1 : sent / size;
  item.row.className = state === 'failed' ? 'bad' : '';
  item.note.textContent = state === 'failed' ? item.message : state === 'received' ? texts['HandInReceived'] : bytes(size);
  item.remove.hidden = state !== 'chosen' && state !== 'failed';
}

function add(file) {
  const item = { file, key: crypto.randomUUID(), note: el('small'), progress: el('progress', { max: 1, value: 0, hidden: true }) };
  item.remove = el('button', { type: 'button', className: 'text', onclick: () => drop(item) }, texts['HandInRemove']);
  item.remove.setAttribute('aria-label', `${texts['HandInRemove']}: ${file.name}`);
  item.progress.setAttribute('aria-label', file.name);
  const what = el('span', { className: 'what' }, el('strong', { dir: 'auto' }, file.name), item.note, item.progress);
  item.row = el('li', {}, what, item.remove);
  items.add(item);
  byId('list').append(item.row);
  byId('list').hidden = false;
  if (file.size > maxBytes) fail(item, new Refusal(413, 'file_too_large'), false);
  else show(item, 'chosen');
}

function drop(item) {
  items.delete(item);
  item.row.remove();
  byId('list').hidden = items.size === 0;
  byId('files').focus();
}

function say(id, text) {
  byId(id).hidden = !text;
  byId(id).textContent = text ?? '';
}

const take = files => {
  say('said');
  say('wrong');
  for (const file of files) add(file);
};

// What was refused for good is not tried again before it is removed.
const open = () => [...items].filter(item => item.state !== 'received' && item.file.size <= maxBytes);

async function sendAll() {
  const left = open();
  const lanes = Array.from({ length: atOnce }, async () => {
    for (let item = left.shift(); item; item = left.shift()) await send(item); // eslint-disable-line no-await-in-loop
  });
  await Promise.all(lanes);
}

form.addEventListener('submit', async event => {
  event.preventDefault();
  if (isSending) return;
  say('said');
  const wrong = form.elements.name.value.trim() === '' ? ['name', 'HandInName']
    : !form.elements.email.checkValidity() ? ['email', 'HandInEmail']
      : open().length === 0 ? ['files', 'HandInNone'] : undefined;
  say('wrong', wrong && texts[wrong[1]]);
  if (wrong) {
    byId(wrong[0]).focus();
    return;
  }
  isSending = true;
  byId('send').disabled = true;
  await sendAll();
  isSending = false;
  byId('send').disabled = false;
  const failed = [...items].filter(item => item.state === 'failed');
  if (failed.length === 0) say('said', texts['HandInDone']);
  else say('wrong', texts['HandInSome']);
});

byId('files').addEventListener('change', event => {
  take(event.target.files);
  event.target.value = ''; // The same file can be chosen again.
});
addEventListener('dragover', event => {
  event.preventDefault();
  byId('drop').classList.add('over');
});
addEventListener('dragleave', event => event.relatedTarget === null && byId('drop').classList.remove('over'));
addEventListener('drop', event => {
  event.preventDefault();
  byId('drop').classList.remove('over');
  take(event.dataTransfer.files);
});
addEventListener('beforeunload', event => isSending && event.preventDefault());
form.hidden = false;
