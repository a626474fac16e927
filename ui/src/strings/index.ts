import { en } from './en';

/** Every language has the shape of the English table. */
export type Strings = typeof en;
export { t, language, LANGUAGES, type Language } from './language.svelte';
