// Asks questions in a dialog, which keeps the focus and closes with Escape.
import { byId } from '../dom.js';
import { t } from '../texts.js';

/** Asks for a text; undefined if the user cancels. */
export async function ask(title, label, value) {
  byId('ask-label').textContent = label;
  const input = byId('ask-value');
  input.value = value;
  const answering = open(title, undefined, t('FilesOk'));
  // The part before the ending, which is what people change.
  const ending = value.lastIndexOf('.');
  input.setSelectionRange(0, ending > 0 ? ending : value.length);
  return await answering ? input.value.trim() : undefined;
}

/** Asks whether to do what can't be undone; `action` is the text of the button that does it. */
export const confirmed = (title, text, action) => open(title, text, action);

function open(title, text, action) {
  const dialog = byId('ask');
  byId('ask-title').textContent = title;
  byId('ask-text').textContent = text ?? '';
  byId('ask-text').hidden = text === undefined;
  byId('ask-field').hidden = text !== undefined;
  byId('ask-ok').textContent = action;
  byId('ask-ok').classList.toggle('grave', text !== undefined);
  dialog.returnValue = '';
  dialog.showModal();
  if (text === undefined) byId('ask-value').focus();
  return new Promise(resolve => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'ok'), { once: true });
  });
}
