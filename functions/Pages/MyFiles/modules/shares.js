// Who else has a file: users, groups and links; to give and to take back.
import { button, byId, el, guarded, time } from './dom.js';

let current;

/** Opens the dialog for a file. */
export async function openShares(api, file, spaces) {
  current = { api, file };
  byId('share-title').textContent = `Share ${file.name}`;
  byId('share-group').replaceChildren(...spaces.filter(({ space }) => space.startsWith('group:'))
    .map(({ space, name }) => el('option', { value: space.slice('group:'.length) }, name)));
  byId('share-form').reset();
  byId('link-form').reset();
  byId('link-made').hidden = true;
  tell('');
  await list();
  byId('share').showModal();
}

/** Wires the dialog's forms; once. */
export function startShares() {
  byId('share-form').addEventListener('submit', event => submit(event, async fields => {
    const to = fields.get('kind') === 'group' ? { group: fields.get('group') } : { user: fields.get('user').trim() };
    await share({ with: to, access: fields.get('access'), until: until(fields) });
    event.target.reset();
  }));
  byId('link-form').addEventListener('submit', event => submit(event, async fields => {
    const link = { password: fields.get('password') || undefined, maxDownloads: Number(fields.get('downloads')) || undefined };
    const made = await share({ link, access: 'read', until: until(fields) });
    byId('link-url').value = made.link.url; // It is said once: only its hash is kept.
    byId('link-made').hidden = false;
    byId('link-url').focus();
    byId('link-url').select();
    event.target.reset();
  }));
  byId('link-copy').addEventListener('click', () => guarded(async () => {
    await navigator.clipboard.writeText(byId('link-url').value);
    tell('The link is copied.');
  }));
}

async function submit(event, act) {
  event.preventDefault();
  try {
    await act(new FormData(event.target));
  } catch (error) {
    tell(error.message, true);
  }
}

async function share(what) {
  const made = await current.api.share(current.file.id, what);
  await list();
  tell(what.link ? 'The link is made. Copy it now: it is not shown again.' : 'It is shared.');
  return made;
}

async function list() {
  const { shares } = await current.api.shares(current.file.id);
  byId('share-rows').replaceChildren(...shares.map(row));
  byId('share-none').hidden = shares.length > 0;
}

function row(share) {
  const who = share.link ? 'Anybody with the link' : share.with.name;
  const details = [
    share.access === 'write' ? 'may change it' : 'may read it',
    share.until && `until ${time(share.until)}`,
    share.link?.password && 'with a password',
    share.link?.maxDownloads && `${share.link.downloads} of ${share.link.maxDownloads} downloads`,
  ].filter(Boolean).join(' · ');
  const revoke = button('Take back', `Take back: ${who}`, async () => {
    await current.api.revoke(current.file.id, share.id);
    await list();
    tell('It is taken back.');
  });
  return el('li', {}, el('span', {}, el('strong', { dir: 'auto' }, who), el('small', {}, details)), revoke);
}

// The person means the end of that day, where they are.
function until(fields) {
  const day = fields.get('until');
  return day ? new Date(`${day}T23:59:59`).toISOString() : undefined;
}

// Within the dialog: what is behind it can't be seen or heard.
function tell(words, isWrong = false) {
  byId('share-said').textContent = isWrong ? '' : words;
  byId('share-wrong').textContent = isWrong ? words : '';
}
