/** The window over the mocked door, built once into a folder of its own, and a headless Chromium that looks at it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';

export const ROOT = new URL('../..', import.meta.url).pathname;

/** The policy that the shell puts on the window. */
async function policy() {
  const shell = JSON.parse(await readFile(join(ROOT, '../tauri.conf.json'), 'utf8'));
  return shell.app.security.csp;
}

export async function openStage() {
  const outDir = await mkdtemp(join(tmpdir(), 'rounds-ui-'));
  const common = { root: ROOT, logLevel: 'error' };
  await build({
    ...common,
    build: { outDir, emptyOutDir: true, minify: false, rollupOptions: { input: join(ROOT, 'mock.html') } },
  });
  const headers = { 'Content-Security-Policy': await policy() };
  const server = await preview({ ...common, build: { outDir }, preview: { port: 0, host: '127.0.0.1', headers } });
  const address = server.httpServer.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--force-color-profile=srgb'],
  });
  return {
    browser,
    url: (query) => `http://127.0.0.1:${port}/mock.html?${new URLSearchParams(query)}`,
    async close() {
      await browser.close();
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
