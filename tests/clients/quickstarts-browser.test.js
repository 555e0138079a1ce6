// The pages of docs/quickstarts for apps in a browser, bundled as they stand and driven in Chromium at the origin where they run.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileScript, parse } from 'vue/compiler-sfc';
import { allow, missing, signIn } from './chromium.js';
import { sources as library } from './js-client.js';
import { isStored, source } from './quickstarts.js';
import { photo } from './service.js';
import { allowed, inAnApp } from './web-app.js';

const options = { skip: missing, timeout: 120_000 };
const folder = fileURLToPath(new URL('./quickstarts-run-browser/', import.meta.url)); // Here, so that packages are found.
mkdirSync(`${folder}node_modules/@latchkey`, { recursive: true });
symlinkSync(library, `${folder}node_modules/@latchkey/client`, 'junction');
after(() => rmSync(folder, { recursive: true, force: true }));

/** As Vue's own plugins compile a component of one file. */
const vue = {
  name: 'vue',
  setup: ({ onLoad }) => onLoad({ filter: /\.vue$/ }, ({ path }) => {
    const { descriptor, errors } = parse(readFileSync(path, 'utf8'), { filename: path });
    assert.deepEqual(errors, []);
    return { contents: compileScript(descriptor, { id: 'app', inlineTemplate: true }).content, loader: 'ts' };
  }),
};

/** The page's files, and what the template of `ionic start` starts them with, as one script. */
async function bundled(name, files, main) {
  const at = join(folder, name);
  for (const file of files) {
    mkdirSync(dirname(join(at, file)), { recursive: true });
    writeFileSync(join(at, file), source(name, file));
  }
  const { outputFiles: [{ text }] } = await build({
    stdin: { contents: main, resolveDir: at, loader: 'tsx' }, bundle: true, write: false, format: 'iife', logLevel: 'error', jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
    loader: { '.css': 'empty' }, plugins: [vue], tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } },
    // On phones alone: the page is in a browser.
    alias: { '@aparajita/capacitor-secure-storage': join(folder, 'secure-storage.js') },
  });
  return text;
}
writeFileSync(`${folder}secure-storage.js`, 'export const SecureStorage = {};');

// As the templates of `ionic start` import them.
const css = ['core', 'structure'].map(name => `<style>${readFileSync(new URL(`./node_modules/@ionic/core/css/${name}.css`, import.meta.url), 'utf8')}</style>`).join('');

/** A person signs in, uploads a photo, finds it in the list, and signs out. */
async function use(script, body) {
  const name = `holiday ${Math.random().toString(36).slice(2)}.jpg`;
  const buffer = photo(5000);
  await inAnApp(allowed, [script], async page => {
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn(page);
    await allow(page, page.getByLabel('Photo'));
    await page.getByLabel('Photo').waitFor(); // It may be there, hidden, before the sign-in is complete.
    const [answer] = await Promise.all([
      page.waitForResponse(response => /\/files\/[^/]+\/complete$/.test(response.url()) && response.request().method() === 'POST'),
      page.getByLabel('Photo').setInputFiles({ name, mimeType: 'image/jpeg', buffer }),
    ]);
    await isStored(await answer.json(), name, buffer);
    await page.getByText(name).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  }, body);
}

test('plain web', options, async () => {
  const script = await bundled('web', ['src/main.ts'], "import './src/main';");
  await use(script, source('web', 'index.html').replace(/<script.*<\/script>/, ''));
});

test('Ionic React', options, async () => {
  const script = await bundled('ionic-react', ['src/App.tsx', 'src/latchkey.ts'], `
    import { createRoot } from 'react-dom/client';
    import App from './src/App';
    createRoot(document.getElementById('root')).render(<App />);`);
  await use(script, `${css}<div id="root"></div>`);
});

test('Ionic Vue', options, async () => {
  const script = await bundled('ionic-vue', ['src/App.vue', 'src/latchkey.ts'], `
    import { IonicVue } from '@ionic/vue';
    import { createApp } from 'vue';
    import App from './src/App.vue';
    createApp(App).use(IonicVue).mount('#app');`);
  await use(script, `${css}<div id="app"></div>`);
});

test('Ionic Angular', options, async () => {
  const script = await bundled('ionic-angular', ['src/app/app.component.ts', 'src/latchkey.ts'], `
    import '@angular/compiler';
    import 'zone.js';
    import { bootstrapApplication } from '@angular/platform-browser';
    import { provideIonicAngular } from '@ionic/angular/standalone';
    import { AppComponent } from './src/app/app.component';
    bootstrapApplication(AppComponent, { providers: [provideIonicAngular()] });`);
  await use(script, `${css}<app-root></app-root>`);
});
