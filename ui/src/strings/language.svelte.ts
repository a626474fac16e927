import { en } from './en';
import { uk } from './uk';

const tables = { en, uk };
export type Language = keyof typeof tables;
export const LANGUAGES: { code: Language; name: string }[] = [
  { code: 'en', name: en.name },
  { code: 'uk', name: uk.name },
];

class CurrentLanguage {
  code = $state<Language>('en');

  choose(code: Language): void {
    this.code = code;
    if (typeof document !== 'undefined') document.documentElement.lang = code;
  }
}

export const language = new CurrentLanguage();

/** The strings of the current language. */
export const t = (): typeof en => tables[language.code];
