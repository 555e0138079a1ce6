// The tags of files: those of one are written anew, to several they are added.
import { ask } from '../dialogs/ask.js';
import { say } from '../notices.js';
import { t } from '../texts.js';
import { changeAll } from './bulk.js';

const between = /[,،、，;\n]/; // However people separate them.

const read = text => [...new Set(text.split(between).map(tag => tag.trim().replace(/^#/, '')).filter(Boolean))];

/** Asks for tags and writes them; `onDone` gets the files as they are then. */
export async function tagFiles(api, files, onDone) {
  const [one] = files;
  const isOne = files.length === 1;
  const before = isOne ? one.tags ?? [] : [];
  const shown = before.join(', ');
  const title = isOne ? t('FilesTagsOf', { name: one.name }) : t('FilesTagsOfMany', { count: files.length });
  const answer = await ask(title, isOne ? t('FilesTagsField') : t('FilesTagsAdded'), shown);
  if (answer === undefined || (isOne && answer === shown.trim())) return; // A tag of an app may have a comma, and stays as it is.
  const tags = read(answer);
  const done = await changeAll(api, files, isOne ? { action: 'tag', tags } : { action: 'tag', addTags: tags });
  onDone(done.map(file => ({ ...file, tags: isOne ? tags : merged(file.tags ?? [], tags) })));
  if (done.length > 0) say(t('FilesTagged'));
}

const merged = (had, added) => [...had, ...added.filter(tag => !had.some(other => other.toUpperCase() === tag.toUpperCase()))];
