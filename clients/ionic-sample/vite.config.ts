import { defineConfig } from 'vite';

// The demo tenants allow this origin, and it is one of the redirect URIs of their client `mobile`.
const server = { port: 8100, strictPort: true };

export default defineConfig({
  server,
  preview: server,
  build: { target: 'es2022', chunkSizeWarningLimit: 1500, reportCompressedSize: false },
});
