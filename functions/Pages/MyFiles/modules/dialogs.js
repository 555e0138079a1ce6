// Asks questions in a dialog, which keeps the focus and closes with Escape.
import { byId } from './dom.js';

/** Asks for a text; undefined if the user cancels. */
export function ask(title, label, value) {
  byId('ask-title').textContent = title;
  byId('ask-label').textContent = label;
  const [dialog, input] = [byId('ask'), byId('ask-value')];
  input.value = value;
  dialog.returnValue = '';
  dialog.showModal();
  input.select();
  return new Promise(resolve => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'ok' ? input.value.trim() : undefined), { once: true });
  });
}
