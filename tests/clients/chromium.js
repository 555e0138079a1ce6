// Debian's Chromium without a window, on a phone-sized screen, driven by playwright-core; every test has a profile of its own.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

// The shell first: a page costs it half the processor time, because it has none of the desktop browser's services.
const usual = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
const executablePath = process.env.CHROMIUM || (usual.find(path => existsSync(path)) ?? usual[0]);
const screenshots = fileURLToPath(new URL('../../TestResults/screenshots/', import.meta.url));
// In ASCII: a text with other characters takes twice the memory on its way to the page.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  .replace(/[^\0-\x7f]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What node:test prints as the reason to skip, or false. */
export const missing = existsSync(executablePath) ? false : `There is no ${executablePath}: install Debian's chromium-headless-shell, or set CHROMIUM to a Chromium or Chrome`;

// Where apps of the tests have their pages: Chromium finds this process behind these origins, and `serve` says what is there.
const sites = new Map(['localhost:8100', 'localhost:5173', 'localhost:6006', 'localhost:6007', 'foreign.example'].map(host => [host, undefined]));
const front = createServer((request, response) => {
  const handler = sites.get(request.headers.host);
  if (handler) handler(request, response);
  else response.writeHead(404).end();
});
let launched;

// One browser a process, because to start one costs as much as a short test.
async function launch() {
  if (!front.listening) await new Promise(resolve => front.listen(0, '127.0.0.1', resolve));
  front.unref(); // If Chromium does not start, this process ends all the same.
  const rules = [...sites.keys()].map(host => `MAP ${host.includes(':') ? host : `${host}:80`} 127.0.0.1:${front.address().port}`);
  const browser = await chromium.launch({
    executablePath, args: ['--no-sandbox', '--disable-gpu', '--in-process-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-extensions', `--host-resolver-rules=${rules}`],
  });
  browser.on('disconnected', () => { launched = undefined; });
  return browser;
}

after(async () => {
  await (await launched)?.close();
  front.close();
  front.closeAllConnections();
});

/** Answers what is asked for at an origin, which must be one of the above, while the steps are taken. */
export async function serve(origin, handler, steps) {
  const { host } = new URL(origin);
  assert.ok(sites.has(host) && !sites.get(host), `${origin} is free`);
  sites.set(host, handler);
  try {
    await steps();
  } finally {
    sites.set(host, undefined);
  }
}

/**
 * Runs steps in a profile of their own, of somebody who wants no motion: what moves is drawn again and again. `violations` gathers what a
 * Content-Security-Policy has stopped.
 */
export async function onAPhone(steps, options = {}) {
  const browser = await (launched ??= launch());
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 }, hasTouch: true, javaScriptEnabled: true, reducedMotion: 'reduce', ...options,
  });
  try {
    const page = await context.newPage();
    const violations = [];
    page.on('console', message => { if (/Content.Security.Policy/i.test(message.text())) violations.push(message.text()); });
    await steps(page, violations, context);
    assert.deepEqual(violations, []);
  } finally {
    await context.close();
  }
}

/** Fills in the sign-in page. */
export async function signIn(page, user = 'alice', password = `${user}-password`) {
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click(); // Not the one with a passkey.
}

const decode = text => text.replace(/&#x([0-9A-F]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16))).replace(/&quot;/g, '"').replace(/&amp;/g, '&');

/** What a page's form sends along unseen. */
export const fields = html => Object.fromEntries([...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(found => [found[1], decode(found[2])]));

/** Allows the app what it asks for, unless another test has allowed it before: then nobody is asked. `next` is what the app shows then. */
export async function allow(page, next) {
  const consent = page.getByRole('button', { name: /^(Allow|Continue)$/ });
  await consent.or(next).first().waitFor();
  if (await consent.isVisible()) await consent.click();
}

/** Keeps a picture for people to look at, if LATCHKEY_PICTURES is set. */
export async function picture(page, name, { fullPage = true } = {}) {
  if (!process.env.LATCHKEY_PICTURES) return;
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}${name}.png`, fullPage });
}

/** Keeps a picture, and fails on anything that axe-core takes for a serious hindrance, or for any that is not tolerated; `except` names its rules that don't count. */
export async function look(page, name, { tolerated = ['minor', 'moderate'], except = [], fullPage = true } = {}) {
  await picture(page, name, { fullPage });
  // One call where axe-core is there already: it stays when a page gets another content.
  const { violations, isWide } = await page.evaluate(check) ?? await page.evaluate(`${axe}; (${check})()`);
  const serious = violations.filter(found => !tolerated.includes(found.impact) && !except.includes(found.id));
  assert.deepEqual(serious.map(found => `${found.id}: ${found.nodes.map(node => node.html).join(' ')}`), []);
  assert.equal(isWide, false, `${name} scrolls sideways`);
}

/** Runs in the page. Of what axe-core loads beforehand no rule that runs needs the style sheets. */
async function check() {
  if (!('axe' in globalThis)) return undefined;
  const { violations } = await globalThis.axe.run({ resultTypes: ['violations'], preload: { assets: ['media'] } });
  return { violations, isWide: document.documentElement.scrollWidth > innerWidth };
}
