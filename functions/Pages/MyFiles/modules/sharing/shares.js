// The dialog that shares a file with users, groups and by link, and revokes shares.
import { byId, el } from '../dom.js';
import { guarded } from '../notices.js';
import { reason } from '../problems.js';
import { PeopleField } from './people.js';
import { endOfDay } from '../dialogs/sheet.js';
import { t, time } from '../texts.js';
import { canSendLinks, sendLink } from '../files/send.js';

let current;
let people; // What suggests people, if it is on.

/** Opens the dialog for a file. */
export async function openShares(api, file, spaces) {
  current = { api, file };
  byId('share-title').textContent = t('FilesShareOne', { name: file.name });
  byId('share-group').replaceChildren(...spaces.filter(({ space }) => space.startsWith('group:'))
    .map(({ space, name }) => el('option', { value: space.slice('group:'.length) }, name)));
  byId('share-kind').querySelector('[value=group]').disabled = !byId('share-group').firstChild;
  byId('share-form').reset();
  people?.close();
  byId('link-form').reset();
  byId('link-made').hidden = true;
  show('');
  await list();
  byId('share').showModal();
}

/** Connects the dialog's forms. Call it once. */
export function startShares(api) {
  // Where the tenant's people may not see each other, one has to know the other's name.
  if (byId('share-people')) people = new PeopleField(byId('share-user'), byId('share-people'), text => api.people(text));
  byId('share-form').addEventListener('submit', event => submit(event, async fields => {
    const user = async () => (people ? people.person() : fields.get('user').trim());
    const to = fields.get('kind') === 'group' ? { group: fields.get('group') } : { user: await user() };
    await share({ with: to, access: fields.get('access'), until: endOfDay(fields.get('until')) });
    event.target.reset();
    people?.close();
  }));
  byId('link-form').addEventListener('submit', event => submit(event, async fields => {
    const link = { password: fields.get('password') || undefined, maxDownloads: Number(fields.get('downloads')) || undefined };
    const made = await share({ link, access: 'read', until: endOfDay(fields.get('until')) });
    byId('link-url').value = made.link.url; // The URL is shown only now: the service stores only its hash.
    byId('link-made').hidden = false;
    byId('link-url').focus();
    byId('link-url').select();
    event.target.reset();
  }));
  byId('link-copy').addEventListener('click', () => guarded(async () => {
    await navigator.clipboard.writeText(byId('link-url').value);
    show(t('FilesLinkCopied'));
  }));
  byId('link-send').hidden = !canSendLinks();
  byId('link-send').addEventListener('click', () => guarded(() => sendLink(byId('link-url').value, current.file.name)));
}

async function submit(event, action) {
  event.preventDefault();
  try {
    await action(new FormData(event.target));
  } catch (error) {
    show(reason(error), true);
  }
}

async function share(fields) {
  const made = await current.api.share(current.file.id, fields);
  await list();
  show(fields.link ? t('FilesLinkMade') : t('FilesShared'));
  return made;
}

async function list() {
  const { shares } = await current.api.shares(current.file.id);
  byId('share-rows').replaceChildren(...shares.map(row));
  byId('share-none').hidden = shares.length > 0;
}

function row(share) {
  const who = share.link ? t('FilesAnyone') : share.with.name;
  const details = [
    share.with?.account,
    share.access === 'write' ? t('FilesMayEdit') : t('FilesMayView'),
    share.until && t('FilesUntil', { time: time(share.until) }),
    share.link?.password && t('FilesWithPassword'),
    share.link?.maxDownloads && t('FilesDownloads', { count: share.link.downloads, limit: share.link.maxDownloads }),
  ].filter(Boolean).join(' · ');
  const revoke = el('button', { type: 'button', className: 'text', 'aria-label': t('FilesRevokeOf', { who }) }, t('FilesRevoke'));
  revoke.addEventListener('click', () => guarded(async () => {
    await current.api.revoke(current.file.id, share.id);
    await list();
    show(t('FilesRevoked'));
    byId('share-title').focus();
  }));
  return el('li', {}, el('span', {}, el('strong', { dir: 'auto' }, who), el('small', {}, details)), revoke);
}

// Shown inside the dialog, because what is behind it can be neither seen nor heard.
function show(text, isWrong = false) {
  byId('share-said').textContent = isWrong ? '' : text;
  byId('share-wrong').textContent = isWrong ? text : '';
}
