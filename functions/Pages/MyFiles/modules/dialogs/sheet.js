// A dialog that a script fills: a title, what was said about it, and its content. It goes when it is closed.
import { el, iconButton } from '../dom.js';
import { reason } from '../problems.js';
import { t } from '../texts.js';

let fields = 0;

/** Opens a dialog. `say` and `fail` speak in it, because what is behind it can be neither seen nor heard. */
export function openSheet(title, ...content) {
  const heading = el('h2', { id: 'sheet-title', dir: 'auto', tabIndex: -1 }, title);
  const [said, wrong] = [el('p', { className: 'notice', role: 'status' }), el('p', { className: 'alert', role: 'alert' })];
  const body = el('div', {}, ...content);
  const dialog = el('dialog', { className: 'sheet', 'aria-labelledby': 'sheet-title' },
    el('div', { className: 'head' }, heading, iconButton('close', t('FilesClose'), () => dialog.close())), said, wrong, body);
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.showModal();
  heading.focus();
  const show = (text, isWrong) => {
    said.textContent = isWrong ? '' : text;
    wrong.textContent = isWrong ? text : '';
  };
  return {
    dialog,
    body,
    heading,
    say: text => show(text, false),
    fail: error => show(reason(error), true),
    /** Runs an action; if it fails, the dialog says why. */
    async guarded(action) {
      try {
        return await action();
      } catch (error) {
        show(reason(error), true);
        return undefined;
      }
    },
  };
}

/** A field with its label, and a hint below it if there is one. */
export function field(label, input, hint) {
  input.id ||= `field-${++fields}`;
  const small = hint && el('small', { id: `${input.id}-hint`, className: 'hint' }, hint);
  if (small) input.setAttribute('aria-describedby', small.id);
  return el('div', {}, el('label', { htmlFor: input.id }, label), input, small);
}

/** Two or more fields beside each other, where there is room. */
export const pair = (...both) => el('div', { className: 'pair' }, ...both);

/** The end of a day that was chosen, in the reader's time zone; undefined if none was. */
export const endOfDay = day => (day ? new Date(`${day}T23:59:59`).toISOString() : undefined);

/** A day some days from now, as a field for days has it. */
export function dayAfter(days) {
  const day = new Date();
  day.setDate(day.getDate() + days);
  return dayOf(day);
}

/** The day of a time, in the reader's time zone, as a field for days has it; empty if there is none. */
export function dayOf(time) {
  if (!time) return '';
  const day = new Date(time);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map(part => String(part).padStart(2, '0')).join('-');
}
