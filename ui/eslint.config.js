import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** Import tiers: api ← strings, format ← state ← parts ← frame, screens ← App. */
const forbid = (...rules) => ({
  'no-restricted-imports': ['error', { patterns: rules.map(([regex, message]) => ({ regex, message })) }],
});
const TAURI = ['^@tauri-apps/', 'Only src/api knows Tauri: go through the door in src/api.'];
const DOOR = ['/api/(?!mock)[^/]+', 'Import from src/api itself.'];
const MOCK = ['/api/mock', 'The mock is never part of the window.'];
const above = (...tiers) => [`/(${tiers.join('|')})(/|$)`, `This tier does not know ${tiers.join(', ')}.`];
const OTHER_SCREEN = ['^\\.\\./(?!\\.\\.)', 'One screen never imports another: share through src/parts or src/state.'];

export default ts.config(
  { ignores: ['dist/', 'out/', 'node_modules/', 'src/api/generated/'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-eval': 'error',
      'no-restricted-globals': [
        'error',
        { name: 'localStorage', message: 'Nothing is kept in the window.' },
        { name: 'sessionStorage', message: 'Nothing is kept in the window.' },
        { name: 'indexedDB', message: 'Nothing is kept in the window.' },
      ],
      'max-lines': ['error', { max: 300, skipComments: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      // Sets and maps here are replaced, not changed in place.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['src/strings/*.ts'], rules: { 'max-lines': 'off' } },
  { files: ['src/**'], ignores: ['src/api/**'], rules: forbid(TAURI, DOOR, MOCK) },
  { files: ['src/api/**'], rules: forbid(above('state', 'parts', 'frame', 'screens', 'strings', 'format')) },
  {
    files: ['src/strings/**', 'src/format/**'],
    rules: forbid(TAURI, DOOR, MOCK, above('state', 'parts', 'frame', 'screens')),
  },
  { files: ['src/state/**'], rules: forbid(TAURI, DOOR, MOCK, above('parts', 'frame', 'screens')) },
  { files: ['src/parts/**'], rules: forbid(TAURI, DOOR, MOCK, above('frame', 'screens')) },
  { files: ['src/frame/**'], rules: forbid(TAURI, DOOR, MOCK, above('screens')) },
  { files: ['src/screens/**'], rules: forbid(TAURI, DOOR, MOCK, above('frame'), OTHER_SCREEN) },
  { files: ['tests/**'], rules: { 'no-console': 'off' } },
  // A test may stand in for the core.
  { files: ['**/*.test.ts'], rules: { 'no-restricted-imports': 'off' } },
);
