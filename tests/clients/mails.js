// The emails of a service on this machine, which are files.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const mails = fileURLToPath(new URL('../../.local/mail/', import.meta.url));

/** The code that was mailed to an address. */
export async function codeFor(email) {
  for (let turn = 0; turn < 200; turn++) {
    const texts = existsSync(mails) ? readdirSync(mails).filter(name => name.endsWith('.txt')).map(name => readFileSync(mails + name, 'utf8')) : [];
    const code = texts.filter(text => text.includes(`To: ${email}\n`)).map(text => /^(\d{6})\r?$/m.exec(text)?.[1])[0];
    if (code) return code;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  assert.fail(`no mail to ${email}`);
}
