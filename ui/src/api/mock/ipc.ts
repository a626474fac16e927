// Tauri's own mock of its door, for tests: what is outside ui/src/api asks for it here.
export { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
