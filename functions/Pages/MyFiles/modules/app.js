// The page my-files: a client of the file service like any other, and an example of one. Start reading here: session.js
// signs in, api.js calls the service, uploads/ sends bytes, files/ and folders/ list and
// change what there is, sharing/ gives it to others, versions/ knows what it was, viewer/ shows one, and the rest is
// the user interface that they share. Nothing is built: the browser loads these modules as they are.
import { Api, isTemporary } from './api.js';
import { startAccount } from './account.js';
import { startConnection } from './connection.js';
import { byId, decorate, el } from './dom.js';
import { FilesPanel } from './files/files-panel.js';
import { startShares } from './sharing/shares.js';
import { Usage } from './files/usage.js';
import { Jobs } from './folders/jobs.js';
import { complain, guarded, say } from './notices.js';
import { go } from './place.js';
import { reason } from './problems.js';
import { Session } from './session.js';
import { t } from './texts.js';
import { startDropping } from './uploads/drop.js';
import { Memory } from './uploads/memory.js';
import { UploadsPanel } from './uploads/uploads-panel.js';

const retryAfter = 15_000; // ms

const { issuer, client } = byId('my-files').dataset;
const session = new Session(issuer, client, () => showSignedOut(t('FilesSessionEnded')));
let files;

async function main() {
  // The sign-in returns to the issuer's origin. Under any other host name of this machine it would never come back here.
  if (location.origin !== new URL(issuer).origin) return location.replace(`${issuer}/${client}${location.hash}`);
  decorate();
  startConnection();
  byId('sign-in').addEventListener('click', () => guarded(() => session.signIn()));
  const hasLeft = new URLSearchParams(location.search).get('state') === 'signed-out';
  if (hasLeft) {
    history.replaceState(null, '', location.pathname);
    return showSignedOut();
  }
  return begin();
}

async function begin() {
  byId('start').hidden = true;
  try {
    if (await session.start()) return await show();
  } catch (error) {
    // The user decides what happens next. Redirecting automatically could end in a loop.
    return isTemporary(error) ? waitForNetwork(error) : showSignedOut(error.message);
  }
  return session.signIn();
}

// Without a network the page still opens, from the service worker's cache. It has no files to show, and says so. It goes on by itself
// once the browser says that there is a network; some never do, so it also looks now and then.
function waitForNetwork(error) {
  const again = el('button', { type: 'button', className: 'button' }, t('FilesTryAgain'));
  const retry = () => {
    removeEventListener('online', retry);
    clearTimeout(timer);
    return begin();
  };
  const timer = setTimeout(retry, retryAfter);
  again.addEventListener('click', retry);
  addEventListener('online', retry);
  byId('offline').hidden = true; // It speaks of what is shown.
  byId('start').replaceChildren(el('p', { role: 'status' }, navigator.onLine ? reason(error) : t('FilesOfflineAtStart')), again);
  byId('start').hidden = false;
}

function showSignedOut(message) {
  forget();
  byId('signed-in').hidden = true;
  for (const id of ['face', 'filter', 'filter-open']) byId(id).hidden = true;
  const lead = byId('signed-out').querySelector('p');
  if (message) lead.textContent = message;
  lead.className = message ? 'alert' : '';
  lead.role = message ? 'alert' : null;
  byId('signed-out').hidden = false;
}

// Whoever looks at the page next may be somebody else.
function forget() {
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
  for (const id of ['stage', 'share-rows', 'working', 'said', 'wrong']) byId(id).replaceChildren();
  files?.end();
  Jobs.forget();
}

async function show() {
  const api = new Api(session, issuer);
  startAccount(session);
  byId('signed-in').hidden = false;
  const [usage, jobs] = [new Usage(api), new Jobs(api, session.user)];
  files = new FilesPanel(api, usage, jobs);
  const uploads = new UploadsPanel(api, new Memory(session.user), (upload, file) => {
    if (!file) guarded(() => files.show()); // The answer was lost on its way.
    else if (!upload.note.replaces) files.put(file, upload.note.space);
    else if (replaced(upload, file)) files.put(file, upload.note.space);
    usage.changed();
  });
  files.actions.onReplace = (file, chosen) => uploads.replace(file, chosen, { space: files.here.space, canCopy: files.mayWrite });
  const choose = byId('chosen');
  byId('upload').addEventListener('click', () => choose.click());
  choose.addEventListener('change', () => {
    uploads.add([...choose.files].map(file => ({ file, ...files.place })));
    choose.value = '';
  });
  startDropping(() => files.place, chosen => uploads.add(chosen));
  startShares(api);
  addEventListener('reload-files', () => guarded(() => files.show()));
  await files.start();
  jobs.resume(() => guarded(() => files.show()));
  await uploads.restore();
}

// What became of an upload that was to replace a file; true if there is something new to list.
function replaced({ note }, file) {
  if (file.replaces) say(t('FilesReplacedOnceChecked')); // Until its verdict everybody gets the former bytes.
  else if (file.id === note.replaces) say(t('FilesReplaced', { name: file.name }));
  else complain(t('FilesConflictedCopy', { name: file.name }));
  return !file.replaces;
}

byId('my-files').querySelector('.home').addEventListener('click', event => {
  event.preventDefault();
  go({});
});
guarded(main);
