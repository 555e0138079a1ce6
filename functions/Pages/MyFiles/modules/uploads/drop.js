// Files and folders that are dropped anywhere on the page.
import { byId } from '../dom.js';
import { guarded } from '../notices.js';
import { inside } from '../place.js';

/** Takes what is dropped. `placeNow` says where it goes; `add` gets `{file, space, folder}` for each file. */
export function startDropping(placeNow, add) {
  const hasFiles = event => event.dataTransfer?.types.includes('Files');
  const isPlace = () => !byId('upload').hidden && !byId('signed-in').hidden;
  const isWanted = event => hasFiles(event) && isPlace() && !document.querySelector('dialog[open]');
  const show = isOver => { byId('drop').hidden = !isOver; };
  addEventListener('dragover', event => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // Otherwise the browser would leave the page for the file.
    event.dataTransfer.dropEffect = isWanted(event) ? 'copy' : 'none';
    show(isWanted(event));
  });
  addEventListener('dragleave', event => event.relatedTarget === null && show(false));
  addEventListener('drop', event => {
    show(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (!isWanted(event)) return;
    const place = placeNow();
    // Entries can be asked for only now, while the event lasts.
    const entries = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...event.dataTransfer.files];
    guarded(async () => add(entries.length ? (await Promise.all(entries.map(entry => filesIn(entry, place)))).flat()
      : plain.map(file => ({ file, ...place }))));
  });
}

/** All files of an entry (File and Directory Entries API), those of a folder in a folder of its name. */
async function filesIn(entry, { space, folder }) {
  if (entry.isFile) return [{ file: await new Promise((resolve, reject) => { entry.file(resolve, reject); }), space, folder }];
  const reader = entry.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (some.length === 0) break; // It hands them out a hundred at a time.
    all.push(...some);
  }
  const place = { space, folder: inside(folder, entry.name) };
  return (await Promise.all(all.map(one => filesIn(one, place)))).flat();
}
