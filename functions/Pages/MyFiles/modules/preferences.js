// How this browser's person likes to look at files. Nothing is kept until they choose.

const key = 'my-files looks';

function read() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {}; // Storage is switched off, or holds something else.
  }
}

const chosen = { view: 'grid', sort: 'name', ...read() };

/** The value of `view` (grid, list) or `sort` (as the service names it). */
export const preferred = name => chosen[name];

/** Keeps a choice. */
export function prefer(name, value) {
  chosen[name] = value;
  try {
    localStorage.setItem(key, JSON.stringify(chosen));
  } catch {
    // Then it holds for this visit.
  }
}
