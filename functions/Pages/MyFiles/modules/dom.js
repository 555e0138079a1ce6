// Elements and words. What people typed goes in as text (textContent), never as markup.

/** An element by its id. */
export const byId = id => document.getElementById(id);

/** Makes an element: `el('button', { type: 'button', onclick }, 'Save')`. A text child can't become markup. */
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

/** A button that does something, says what went wrong, and can't be pressed twice at once. */
export function button(words, label, act) {
  const made = el('button', { type: 'button', className: 'text', 'aria-label': label }, words);
  let isBusy = false; // Not `disabled`, which would throw the keyboard's focus away.
  made.addEventListener('click', async () => {
    if (isBusy) return;
    isBusy = true;
    await guarded(act);
    isBusy = false;
  });
  return made;
}

/** Does something; if it fails the page says so. */
export async function guarded(act) {
  try {
    return await act();
  } catch (error) {
    say(error.message, true);
    return undefined;
  }
}

/** Tells the person; screen readers hear it too. */
export function say(words, isWrong = false) {
  byId('said').textContent = isWrong ? '' : words;
  byId('wrong').textContent = isWrong ? words : '';
}

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** A number of bytes for people. */
export function size(bytes) {
  let [value, unit] = [bytes, 0];
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A time for people, of a text as RFC 3339 writes it. */
export const time = text => new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
