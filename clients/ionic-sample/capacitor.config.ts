// What @capacitor/cli reads: `npm install --save-dev @capacitor/cli`, then `npx cap add ios`, `npx cap add android`.
const issuer = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env['VITE_ISSUER'] ?? '';

// A service on your laptop speaks plain http. Android's web view then has to be http too, or it blocks the requests as mixed content.
const isLocal = issuer.startsWith('http://');

export default {
  appId: 'com.example.files',
  appName: 'Photos',
  webDir: 'dist',
  ...(isLocal && { server: { androidScheme: 'http', cleartext: true } }),
};
