// The address of what was just made. It is shown only now: the service keeps no more than its hash.
import { el } from '../dom.js';
import { canSendLinks, sendLink } from '../files/send.js';
import { t } from '../texts.js';

/** A field with the address, and buttons to copy it and to hand it to an app. Gives the focus to it. */
export function showAddress(sheet, url, title) {
  const input = el('input', { id: 'made-url', value: url, dir: 'ltr', readOnly: true });
  const copy = el('button', { type: 'button', className: 'button', onclick: () => sheet.guarded(async () => {
    await navigator.clipboard.writeText(url);
    sheet.say(t('FilesLinkCopied'));
  }) }, t('FilesCopy'));
  const send = canSendLinks() && el('button', {
    type: 'button', className: 'button plain', onclick: () => sheet.guarded(() => sendLink(url, title)),
  }, t('FilesSendLink'));
  sheet.body.replaceChildren(el('label', { htmlFor: input.id }, t('FilesCopyLinkNow')), input,
    el('div', { className: 'ends' }, ...[send, copy].filter(Boolean)));
  input.focus();
  input.select();
}
