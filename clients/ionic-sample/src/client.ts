// The session, the files, and the uploader that shares both with them. The rest of the app imports these.
import { App } from '@capacitor/app';
import { Browser } from '@capacitor/browser';
import { Capacitor } from '@capacitor/core';
import { connectUploader, deviceStorage } from '@latchkey/capacitor-uploader';
import { createClient, redirectBrowser } from '@latchkey/client';
import { capacitorBrowser } from '@latchkey/client/capacitor';

export const isNative = Capacitor.isNativePlatform();
export const issuer = document.querySelector<HTMLMetaElement>('meta[name="latchkey-issuer"]')!.content;
const clientId = 'mobile';

export const { session, files } = createClient({
  issuer,
  clientId,
  redirectUri: isNative ? 'com.example.files:/callback' : `${location.origin}/callback`,
  scope: 'openid profile email offline_access account files.read files.write files.share',
  storage: deviceStorage(), // Keychain and Keystore, which the uploader reads too.
  browser: isNative ? capacitorBrowser({ App, Browser }) : redirectBrowser(),
});

/** Ends a sign-in that has left the app, and connects the uploader. Answers what the sign-in was for. */
export async function start(): Promise<string | undefined> {
  // Plain http works with localhost and private addresses alone, whatever the issuer is.
  await connectUploader(files, { issuer, clientId, allowLocalHttp: issuer.startsWith('http://'), title: 'Backing up photos' });
  const opened = isNative ? (await App.getLaunchUrl())?.url ?? '' : undefined; // The system may have ended the app meanwhile.
  const signedIn = await session.handleRedirect(opened);
  if (!isNative && location.pathname !== '/') history.replaceState(null, '', '/');
  return signedIn?.returnTo;
}

/** Shows one of the service's pages, such as the one for passkeys. */
export async function openPage(path: string): Promise<void> {
  const url = `${issuer}${path}`;
  if (isNative) await Browser.open({ url });
  else window.open(url, '_blank', 'noopener');
}
