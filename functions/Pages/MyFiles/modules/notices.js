// Notices at the edge of the page: what was done, and what went wrong. Screen readers announce them. They go away by themselves,
// but not while somebody points at one, has the focus in it, or looks at another tab (WCAG 2.2 section 2.2.1).
import { byId, el, iconButton } from './dom.js';
import { reason } from './problems.js';
import { SignInNeeded } from './session.js';
import { t } from './texts.js';

const life = { said: 6_000, withAction: 12_000, wrong: 20_000 };
const most = 3; // At once; an older one makes room.

/** Says what was done. `undo` is a button in the notice: its text and what it does. */
export const say = (text, undo) => show('said', text, undo);

/** Says what went wrong. */
export const complain = (text, retry) => show('wrong', text, retry);

/**
 * Says what is being done, until `close` is called: `update` shows how far it is, as far as that is known.
 * @param stop a button in the notice: its text and what it does.
 */
export function working(text, stop) {
  raise();
  const [bar, detail] = [el('progress', { 'aria-label': text }), el('small')];
  const notice = el('div', { className: 'toast' }, el('span', {}, text, detail, bar));
  if (stop) notice.append(el('button', { type: 'button', className: 'text', onclick: () => guarded(stop.run) }, stop.label));
  byId('working').append(notice);
  return {
    update(done, all, words) {
      if (all) [bar.max, bar.value] = [all, done];
      detail.textContent = words ?? '';
    },
    close() { notice.remove(); },
  };
}

/** It works again: what could be tried again needs no more trying. */
export function settle() {
  for (const notice of byId('wrong').querySelectorAll('.toast:has(.text)')) notice.remove();
}

/** Runs an action; if it fails, the page says why. */
export async function guarded(action) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof SignInNeeded)) complain(reason(error)); // The page as a whole says that.
    return undefined;
  }
}

function show(id, text, action) {
  const region = byId(id);
  for (const same of [...region.children].filter(other => other.firstChild.textContent === text)) same.remove();
  for (const old of [...region.children].slice(0, -most + 1)) old.remove();
  raise();
  const notice = el('div', { className: `toast ${id}` }, el('span', {}, text));
  const close = () => {
    const hadFocus = notice.contains(document.activeElement);
    notice.remove();
    if (hadFocus) byId('title').focus();
  };
  if (action) {
    const press = () => {
      close();
      guarded(action.run);
    };
    notice.append(el('button', { type: 'button', className: 'text', onclick: press }, action.label));
  }
  notice.append(iconButton('close', t('FilesClose'), close));
  region.append(notice);
  expire(notice, close, action && id === 'said' ? life.withAction : life[id]);
}

/** Removes a notice after its time, of which only the moments count when it is in view and left alone. */
function expire(notice, close, milliseconds) {
  let [left, since, timer] = [milliseconds, 0, 0];
  const isHeld = () => document.hidden || notice.matches(':hover, :focus-within');
  const stop = () => {
    if (timer) left -= Date.now() - since;
    clearTimeout(timer);
    timer = 0;
  };
  const update = () => {
    stop();
    if (!notice.isConnected) return document.removeEventListener('visibilitychange', update);
    if (isHeld()) return undefined;
    since = Date.now();
    timer = setTimeout(close, Math.max(left, 1_000));
    return undefined;
  };
  for (const event of ['pointerenter', 'pointerleave', 'focusin', 'focusout']) notice.addEventListener(event, () => setTimeout(update));
  document.addEventListener('visibilitychange', update);
  update();
}

// Above a dialog that is open: the last one in the top layer is in front.
function raise() {
  const notices = byId('notices');
  if (notices.contains(document.activeElement)) return;
  if (notices.matches(':popover-open')) notices.hidePopover();
  notices.showPopover();
}
