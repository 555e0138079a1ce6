// The person's menu at the head of the page: who they are, their account, installing the page, signing out.
import { byId } from './dom.js';
import { guarded } from './notices.js';

/** Shows who is signed in, and makes the menu's buttons work. */
export function startAccount(session) {
  const { user } = session;
  const name = user.name ?? user.preferred_username ?? user.sub;
  byId('user').textContent = name;
  byId('face').textContent = [...name][0].toUpperCase();
  byId('face').hidden = false;
  byId('sign-out').addEventListener('click', () => session.signOut());
  guarded(() => startInstallation());
}

// The service worker shows the page without a network, and makes it one that browsers offer to install.
async function startInstallation() {
  let offer;
  addEventListener('beforeinstallprompt', event => {
    event.preventDefault(); // Offered in the menu, not in between.
    offer = event;
    byId('install').hidden = false;
  });
  byId('install').addEventListener('click', async () => {
    byId('install').hidden = true;
    await offer.prompt();
  });
  if (!navigator.serviceWorker) return;
  // An address of code is one that the page's policy lets only this rule make (Trusted Types): always the same one.
  const { pathname } = location;
  const address = `${pathname}/service-worker.js`;
  const policy = globalThis.trustedTypes?.createPolicy('service-worker', { createScriptURL: () => address });
  await navigator.serviceWorker.register(policy ? policy.createScriptURL('') : address, { scope: pathname })
    .catch(() => {}); // Switched off, or in a private window: the page works without.
}
