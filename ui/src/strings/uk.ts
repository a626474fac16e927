import { en } from './en'; export const uk: typeof en = { ...en, code: 'uk', name: 'Українська' };
