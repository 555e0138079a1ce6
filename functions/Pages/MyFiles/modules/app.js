// The page my-files: a client of the file service like any other, and an example of one. Start reading here: session.js
// signs in, api.js calls the service, upload.js and blocks.js send bytes, and the rest is the user interface.
import { Api } from './api.js';
import { byId, guarded, say } from './dom.js';
import { FilesPanel } from './files-panel.js';
import { Memory } from './memory.js';
import { Session } from './session.js';
import { startShares } from './shares.js';
import { UploadsPanel } from './uploads-panel.js';

const { issuer, client } = byId('my-files').dataset;
const session = new Session(issuer, client, () => {
  byId('signed-in').hidden = true;
  byId('signed-out').hidden = false;
});

async function main() {
  // The sign-in returns to the issuer's origin. Under any other host name of this machine it would never come back here.
  if (location.origin !== new URL(issuer).origin) return location.replace(`${issuer}/${client}${location.hash}`);
  byId('sign-in').addEventListener('click', () => guarded(() => session.signIn()));
  byId('sign-out').addEventListener('click', () => session.signOut());
  const hasLeft = new URLSearchParams(location.search).get('state') === 'signed-out';
  let isSignedIn = false;
  try {
    isSignedIn = !hasLeft && await session.start();
  } catch (error) {
    say(error.message, true); // The user decides what happens next. Redirecting automatically could end in a loop.
    byId('signed-out').hidden = false;
    return undefined;
  }
  if (isSignedIn) return show();
  if (hasLeft) history.replaceState(null, '', location.pathname);
  else return session.signIn();
  byId('signed-out').hidden = false;
  return undefined;
}

async function show() {
  const { user } = session;
  byId('user').textContent = user.name;
  byId('face').textContent = [...user.name][0].toUpperCase();
  byId('signed-in').hidden = false;
  const api = new Api(session, issuer);
  const files = new FilesPanel(api);
  const uploads = new UploadsPanel(api, new Memory(user), upload => {
    const { space, folder } = files.place;
    if (upload.note.space === space && upload.note.folder === folder) guarded(() => files.show());
  });
  const choose = byId('chosen');
  byId('upload').addEventListener('click', () => choose.click());
  choose.addEventListener('change', () => {
    uploads.add([...choose.files], files.place);
    choose.value = '';
  });
  startShares();
  await files.start();
  await uploads.restore();
}

guarded(main);
