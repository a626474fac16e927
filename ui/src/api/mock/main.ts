/** The window over the mocked door. Only the dev server and the tests load this; the build does not know it. */
import { mockIPC } from '@tauri-apps/api/mocks';
import { MockCore } from './core';
import { scene } from './scenes';

const asked = new URLSearchParams(location.search);
const core = new MockCore(
  scene(asked.get('scene') ?? 'demo', {
    theme: asked.get('theme') ?? 'light',
    language: asked.get('language') ?? 'en',
    textSize: Number(asked.get('text') ?? 100),
  }),
);
mockIPC((command, args) => core.answer(command, (args ?? {}) as Record<string, unknown>), { shouldMockEvents: true });
Object.assign(window, { mockCore: core });

await import('../../main');
