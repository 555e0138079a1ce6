// The versions of a file: what it is now and what it was, to download and to restore; and another file in its place.
import { el, iconButton } from '../dom.js';
import { openSheet } from '../dialogs/sheet.js';
import { size, t, time } from '../texts.js';

/** Lets the reader choose the file that replaces another one; `onChosen` gets it. */
export function chooseReplacement(onChosen) {
  const input = el('input', { type: 'file', id: 'replacement', hidden: true, onchange: () => {
    if (input.files[0]) onChosen(input.files[0]);
    input.remove();
  } });
  document.getElementById('replacement')?.remove(); // The last one may have been cancelled.
  document.body.append(input);
  input.click();
}

/** Opens the list of versions. `onRestored` gets the file as it is then, `onReplace` the file that takes its place. */
export async function openVersions(api, file, { onRestored, onReplace }) {
  const sheet = openSheet(t('FilesVersionsOf', { name: file.name }), el('p', { role: 'status' }, t('FilesLoading')));
  await sheet.guarded(() => list(api, file, sheet, { onRestored, onReplace }));
}

async function list(api, file, sheet, { onRestored, onReplace }) {
  const { current, versions } = await api.versions(file.id);
  const row = version => {
    const name = t('FilesVersion', { number: version.version });
    const isCurrent = version === current;
    const kept = version.purgeAfter && t('FilesKeptUntil', { time: time(version.purgeAfter) });
    const details = [size(version.size), time(version.createdAt), kept].filter(Boolean).join(' · ');
    const download = iconButton('download', t('FilesDownloadVersion', { name }), () => sheet.guarded(async () => {
      location.assign((await api.downloadVersion(file.id, version.id)).url); // Served as an attachment, so the page stays.
    }));
    const restore = el('button', { type: 'button', className: 'text', 'aria-label': t('FilesRestoreVersion', { name }) }, t('FilesRestore'));
    restore.addEventListener('click', () => sheet.guarded(async () => {
      onRestored(await api.restoreVersion(file.id, version.id));
      await list(api, file, sheet, { onRestored, onReplace });
      sheet.say(t('FilesVersionRestored', { name }));
      sheet.heading.focus();
    }));
    return el('li', {}, el('span', {}, el('strong', {}, isCurrent ? t('FilesVersionNow', { name }) : name),
      el('small', {}, details)), el('span', { className: 'tools' }, ...isCurrent ? [download] : [download, restore]));
  };
  sheet.body.replaceChildren(el('ul', { className: 'rows' }, ...[current, ...versions].map(row)),
    ...versions.length ? [] : [el('p', { className: 'lead' }, t('FilesNoVersions'))],
    el('div', { className: 'ends' }, el('button', { type: 'button', className: 'button plain', onclick: () => chooseReplacement(chosen => {
      sheet.dialog.close();
      onReplace(chosen);
    }) }, t('FilesReplaceMenu'))));
}
