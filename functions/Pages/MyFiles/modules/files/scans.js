// What is known of malware in a file. One that is being checked, or where something was found, can't be opened, sent or shared; the page
// does not offer it, and asks for the verdict until it is there.
import { complain, say } from '../notices.js';
import { t } from '../texts.js';

const [soon, late] = [3_000, 30_000]; // ms between two questions.
const atOnce = 20;

/** True if people can have the bytes. In the trash the service says nothing about it. */
export const isThere = file => file.status === 'available' || file.status === 'deleted';

/** What the list says of a file that people can't have; undefined for all others. */
export function badge(file) {
  if (file.status === 'infected') return { name: 'infected', text: t('FilesBadgeInfected') };
  if (file.status !== 'scanning') return undefined;
  return file.scan?.result === 'failed' ? { name: 'unchecked', text: t('FilesBadgeUnchecked') }
    : { name: 'scanning', text: t('FilesBadgeScanning') };
}

/** Says why a file can't be opened. */
export function explain(file) {
  if (file.status === 'infected') complain(t('FilesInfected'));
  else if (file.scan?.result === 'failed') complain(t('FilesUnchecked'));
  else say(t('FilesScanning'));
}

/** Asks for the verdict on what is being checked, as long as it is listed. */
export class ScanWatch {
  #api;
  #panel;
  #timer = 0;
  #wait = soon;
  #from = 0; // Of those that are being checked: each is asked for in its turn.

  constructor(api, panel) {
    this.#api = api;
    this.#panel = panel;
  }

  /** The list has changed. */
  look() {
    if (this.#timer || !this.#panel.files.some(isOpen)) return;
    this.#timer = setTimeout(() => this.#ask(), this.#wait);
  }

  async #ask() {
    const open = document.hidden ? [] : this.#panel.files.filter(isOpen);
    if (this.#from >= open.length) this.#from = 0;
    const waiting = open.slice(this.#from, this.#from + atOnce);
    this.#from += atOnce;
    const found = await Promise.all(waiting.map(async file => {
      // What can't be read now is asked for again, or is gone with the next look at the list.
      const now = await this.#api.file(file.id).catch(() => file);
      return now.status === file.status && now.scan?.result === file.scan?.result ? undefined : now;
    }));
    const changed = found.filter(Boolean);
    this.#timer = 0;
    this.#wait = changed.length ? soon : Math.min(late, this.#wait * 1.5);
    for (const file of changed) this.#panel.put(file);
    this.look();
  }
}

const isOpen = file => file.status === 'scanning' && file.scan?.result !== 'failed';
