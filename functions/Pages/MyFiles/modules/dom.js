// Elements and texts. What users typed is inserted as text (textContent), never as markup.

/** An element by its id. */
export const byId = id => document.getElementById(id);

/** Creates an element: `el('button', { type: 'button', onclick }, 'Save')`. A string becomes a text node, never markup. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name.includes('-') || name === 'role') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter(child => child !== undefined));
  return element;
}

/** Creates a button. It shows what went wrong, and ignores clicks while its action is running. */
export function button(text, label, action) {
  const element = el('button', { type: 'button', className: 'text', 'aria-label': label }, text);
  let isBusy = false; // Not `disabled`, which would throw the keyboard's focus away.
  element.addEventListener('click', async () => {
    if (isBusy) return;
    isBusy = true;
    await guarded(action);
    isBusy = false;
  });
  return element;
}

/** Runs an action; if it fails, the page shows why. */
export async function guarded(action) {
  try {
    return await action();
  } catch (error) {
    say(error.message, true);
    return undefined;
  }
}

/** Shows a message, which screen readers announce too. */
export function say(text, isWrong = false) {
  byId('said').textContent = isWrong ? '' : text;
  byId('wrong').textContent = isWrong ? text : '';
}

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** Formats a number of bytes. */
export function size(bytes) {
  let [value, unit] = [bytes, 0];
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Formats a time that is given as RFC 3339 text. */
export const time = text => new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
