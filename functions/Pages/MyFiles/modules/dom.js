// Elements and texts. What users typed is inserted as text (textContent), never as markup.
import { icon } from './icons.js';

/** An element by its id. */
export const byId = id => document.getElementById(id);

/** Creates an element: `el('button', { type: 'button', onclick }, 'Save')`. A string becomes a text node, never markup. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name.includes('-') || name === 'role' || name === 'popover') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter(child => child !== undefined));
  return element;
}

/** A button with an icon and no text; `label` names it. */
export const iconButton = (name, label, onclick) =>
  el('button', { type: 'button', className: 'round', 'aria-label': label, title: label, onclick }, icon(name));

/** Puts the icons into the elements of the page that ask for one with `data-icon`. */
export function decorate() {
  for (const element of document.querySelectorAll('[data-icon]')) {
    element.prepend(icon(element.dataset.icon));
    if (!element.textContent.trim() && element.ariaLabel) element.title = element.ariaLabel;
  }
}

/** Calls the action once the calls have paused for a while. */
export function debounced(action, milliseconds) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}
