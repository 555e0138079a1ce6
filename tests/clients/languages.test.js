// Every page in every language on the narrowest phone: nothing is cut, nothing scrolls sideways, Arabic runs from right to left. And
// with LATCHKEY_PICTURES=1 pictures of them for people to look at, in TestResults/screenshots.
import assert from 'node:assert/strict';
import test from 'node:test';
import { look, missing, onAPhone, picture, signIn } from './chromium.js';
import { issuer, origin } from './service.js';

const options = { skip: missing, timeout: 120_000 };
const word = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.slice(0, 60);

const ask = extra => `${issuer}/oauth/authorize?${new URLSearchParams({
  client_id: 'mobile', redirect_uri: 'com.example.files:/callback', response_type: 'code', scope: 'openid profile email offline_access files.read files.write',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...extra,
})}`;

/** Gets pages with the browser's cookies, without showing them. */
async function pages(page, tag) {
  const get = async url => (await page.request.get(url, { headers: { 'accept-language': tag } })).text();
  return {
    'sign-in': await get(ask({ prompt: 'login' })),
    consent: await get(ask({ prompt: 'consent' })),
    account: await get(`${issuer}/account`),
    apps: await get(`${issuer}/apps/new`),
    reset: await get(`${issuer}/reset`),
    device: await get(`${issuer}/device`),
    error: await get(`${issuer}/login`),
    home: await get(issuer),
  };
}

/** What does not fit: the whole page, or the text of an element that is wider than the element or than the screen. */
const cut = () => [
  ...(document.documentElement.scrollWidth > document.documentElement.clientWidth ? ['the page scrolls sideways'] : []),
  ...[...document.querySelectorAll('h1, h2, p, label, button, a, small, strong, span, li, option:checked')].filter(element => {
    const box = element.getBoundingClientRect();
    return element.tagName !== 'OPTION' && box.width > 0
      && (element.scrollWidth > Math.ceil(box.width) + 1 || box.left < -1 || box.right > innerWidth + 1);
  }).map(element => element.outerHTML.slice(0, 200)),
];

const show = (page, html) => page.setContent(html, { waitUntil: 'domcontentloaded' });

test('in every language no text is cut at 320 pixels, and no word makes a page scroll', options, () => onAPhone(async page => {
  await page.goto(`${issuer}/account`);
  await signIn(page, 'admin');
  await page.getByRole('heading', { name: 'Your account', exact: true }).waitFor();
  const { ui_locales_supported: tags } = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  assert.equal(tags.length, 12);
  const faults = [];
  for (const tag of tags) {
    for (const [name, html] of Object.entries(await pages(page, tag))) {
      await show(page, html);
      assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), [tag, tag === 'ar' ? 'rtl' : 'ltr']);
      faults.push(...(await page.evaluate(cut)).map(fault => `${tag} ${name}: ${fault}`));
      assert.ok(tag === 'en' || !/>(Sign in|Cancel|Continue|Your account|Go to the start page)</.test(html), `${tag} ${name} speaks English`);
    }
  }
  // Names that tenants, users and apps choose.
  const { account, consent } = await pages(page, 'de');
  for (const html of [account, consent]) {
    await show(page, html.replaceAll('Demo', word).replaceAll('Admin<', `${word}<`));
    faults.push(...(await page.evaluate(cut)).map(fault => `a long name: ${fault}`));
  }
  assert.deepEqual(faults, []);
}, { viewport: { width: 320, height: 640 } }));

test('German, Arabic and Japanese are accessible by day and by night, and have their pictures', options, () => onAPhone(async page => {
  await page.goto(`${issuer}/account`);
  await signIn(page, 'admin');
  await page.getByRole('heading', { name: 'Your account', exact: true }).waitFor();
  for (const tag of ['de', 'ar', 'ja']) {
    const { 'sign-in': entry, account, consent } = await pages(page, tag);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const [name, html] of Object.entries({ entry, account, consent })) {
        await show(page, html);
        for (const width of [360, 390, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          if (width === 390) await look(page, `${name}-${tag}-${colorScheme}-${width}`, { tolerated: [] });
          else if (name !== 'consent') await picture(page, `${name}-${tag}-${colorScheme}-${width}`);
        }
      }
    }
  }
}));

test('a logo that can not be loaded leaves the initial, and a password can be shown', options, () => onAPhone(async page => {
  const html = await (await page.request.get(issuer)).text();
  const withLogo = logo => html.replace(/(<span class="mark"[^>]*>[^<]*<\/span>)/, `$1<img src="${logo}" alt="">`);
  const size = () => page.evaluate(() => document.querySelector('.brand img').getBoundingClientRect().width);
  await show(page, withLogo('data:image/png;base64,AAAA'));
  assert.equal(await size(), 0);
  assert.ok(await page.locator('.mark').isVisible());
  await page.setContent(withLogo("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='80' height='40'></svg>"));
  assert.equal(await size(), 80);

  await page.goto(`${issuer}/account`);
  const field = page.getByLabel('Password');
  await field.fill('alice-password');
  await page.getByRole('button', { name: 'Show' }).click();
  assert.equal(await field.getAttribute('type'), 'text');
  await page.getByRole('button', { name: 'Hide' }).click();
  assert.equal(await field.getAttribute('type'), 'password');
  assert.equal((await page.goto(origin)).status(), 200);
}));

test('the language that is chosen at the foot of a page stays', options, () => onAPhone(async page => {
  await page.goto(`${issuer}/reset`);
  await page.getByLabel('Language').selectOption('fr');
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('heading', { name: 'Mot de passe oublié ?' }).waitFor();
  await page.goto(`${issuer}/account`);
  await page.getByRole('button', { name: 'Se connecter' }).waitFor();
}));
