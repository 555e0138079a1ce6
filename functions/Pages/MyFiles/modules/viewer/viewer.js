// Shows files, one at a time, over the whole window. The arrow keys lead to the next one, and so does a swipe.
import { byId, iconButton } from '../dom.js';
import { isThere } from '../files/scans.js';
import { menuButton } from '../menu.js';
import { guarded } from '../notices.js';
import { t } from '../texts.js';
import { stageFor } from './stage.js';

const swipe = 60; // Pixels.

let current; // { api, panel, file }
let isStarted = false;

/** Opens the viewer with a file of the panel. */
export function openViewer(api, panel, file) {
  if (!isStarted) start();
  current = { api, panel, file };
  byId('viewer').showModal();
  show(file);
}

function start() {
  isStarted = true;
  const dialog = byId('viewer');
  byId('viewer-close').addEventListener('click', () => dialog.close());
  byId('viewer-previous').addEventListener('click', () => turn(-1));
  byId('viewer-next').addEventListener('click', () => turn(1));
  dialog.addEventListener('close', () => {
    byId('stage').replaceChildren(); // Ends what is playing or loading.
    current.panel.itemOf(current.file)?.querySelector('.open').focus();
  });
  dialog.addEventListener('keydown', event => {
    // In a video the arrows move in time.
    if (event.target.closest('video, audio, iframe, [role=menu], pre') || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) turn(document.documentElement.dir === 'rtl' ? -step : step);
  });
  let from;
  byId('stage').addEventListener('pointerdown', event => { from = event.pointerType === 'touch' ? event : undefined; });
  byId('stage').addEventListener('pointerup', event => {
    const [x, y] = from ? [event.clientX - from.clientX, event.clientY - from.clientY] : [0, 0];
    from = undefined;
    if (Math.abs(x) < swipe || Math.abs(y) > Math.abs(x) || event.target.closest('video, audio, pre')) return;
    turn((x < 0) === (document.documentElement.dir !== 'rtl') ? 1 : -1);
  });
}

/** Goes some files on in the list, as far as it was loaded. */
function turn(step) {
  const next = neighbour(step);
  if (next) show(next);
}

function neighbour(step) {
  const { files } = current.panel;
  const at = files.findIndex(other => other.id === current.file.id);
  if (at < 0) return undefined;
  let next = at + step;
  while (files[next] && !isThere(files[next])) next += step; // What people can't have is left out.
  return files[next];
}

function show(file) {
  current.file = file;
  byId('viewer-title').textContent = file.name;
  byId('viewer-tools').replaceChildren(download(file), menu(file));
  for (const [id, step] of [['viewer-previous', -1], ['viewer-next', 1]]) {
    const isLost = byId(id) === document.activeElement && !neighbour(step);
    byId(id).disabled = !neighbour(step);
    if (isLost) byId('viewer-close').focus();
  }
  byId('stage').replaceChildren();
  guarded(async () => {
    const shown = await stageFor(current.api, file, () => current.panel.actions.download([file]));
    if (current.file === file && byId('viewer').open) byId('stage').replaceChildren(shown);
  });
}

const download = file => iconButton('download', t('FilesDownload'), () => guarded(() => current.panel.actions.download([file])));

// The same entries as in the list. What changes the list, or asks, does it there.
const menu = file => menuButton(t('FilesActionsFor', { name: file.name }), () => {
  // Not to open and to download it.
  const entries = current.panel.actions.menuFor(file).filter(entry => entry && !['picture', 'download'].includes(entry.icon));
  return entries.map(entry => ({ ...entry, run: () => {
    byId('viewer').close();
    return entry.run();
  } }));
}).more;
