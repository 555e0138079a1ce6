// A place is a folder of a space, what was found in a space, or a space's trash. The address has it after the #, so that back, reload and bookmarks work.

/** The place that the address names: space, folder, q (what is looked for in all of the space), trash. */
export function placeInAddress() {
  const fields = new URLSearchParams(location.hash.slice(1));
  return {
    space: fields.get('space') ?? 'me',
    folder: fields.get('folder') ?? undefined,
    q: fields.get('q') ?? undefined,
    trash: fields.get('trash') === 'true' ? true : undefined,
  };
}

/** The address of a place. */
export function addressOf(place) {
  const fields = Object.entries(place).filter(([, value]) => value !== undefined && value !== '');
  return `#${new URLSearchParams(fields)}`;
}

/** Goes to a place. */
export function go(place) {
  location.hash = addressOf(place);
}

/** The path of a folder in a folder. */
export const inside = (folder, name) => (folder ? `${folder}/${name}` : name);

/** The name of a folder that has this path. */
export const nameOf = path => path.split('/').at(-1);

/** The folders on the way to a folder: the name and the path of each. */
export function parts(folder) {
  const names = folder ? folder.split('/') : [];
  return names.map((name, n) => ({ name, path: names.slice(0, n + 1).join('/') }));
}
