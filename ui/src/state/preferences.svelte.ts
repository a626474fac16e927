import { core } from '../api';
import { language, type Language } from '../strings';

export type Theme = 'system' | 'light' | 'dark' | 'reading' | 'contrast';
export const THEMES: Theme[] = ['system', 'light', 'dark', 'reading', 'contrast'];
export const TEXT_SIZES = [100, 115, 130, 150, 175, 200];

/** How wide a window must be for the preview beside the list. */
export const PREVIEW_ROOM = 1180;

/**
 * What the person chose for the window. Kept by the core; nothing is kept in the window's own storage, which does not
 * outlive the window anyway. Of a locked profile the core knows theme, language and text size, no more.
 */
class Preferences {
  theme = $state<Theme>('system');
  language = $state<Language>('en');
  singleKeys = $state(true);
  textSize = $state(100);
  private rest: Record<string, unknown> = {};
  /** The window's width in pixels of normal text: at 200 % a window is half as wide. */
  readonly room = $derived.by(() => this.width / (this.textSize / 100));
  private width = $state(1440);
  private systemDark = $state(false);
  private systemContrast = $state(false);

  readonly shownTheme = $derived(
    this.theme !== 'system' ? this.theme : this.systemDark ? 'dark' : this.systemContrast ? 'contrast' : 'light',
  );

  watchSystem(): () => void {
    const measure = () => (this.width = window.innerWidth);
    measure();
    window.addEventListener('resize', measure);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const contrast = matchMedia('(prefers-contrast: more)');
    const read = () => {
      this.systemDark = dark.matches;
      this.systemContrast = contrast.matches;
    };
    read();
    dark.addEventListener('change', read);
    contrast.addEventListener('change', read);
    return () => {
      dark.removeEventListener('change', read);
      contrast.removeEventListener('change', read);
      window.removeEventListener('resize', measure);
    };
  }

  async load(): Promise<void> {
    let kept: Record<string, unknown>;
    try {
      kept = await core.preferences();
    } catch {
      return; // The defaults hold.
    }
    this.rest = kept ?? {};
    if (THEMES.includes(this.rest['theme'] as Theme)) this.theme = this.rest['theme'] as Theme;
    if (this.rest['language'] === 'en' || this.rest['language'] === 'uk') this.language = this.rest['language'];
    else if (typeof navigator !== 'undefined' && /^uk\b/i.test(navigator.language)) this.language = 'uk';
    if (typeof this.rest['singleKeys'] === 'boolean') this.singleKeys = this.rest['singleKeys'];
    if (TEXT_SIZES.includes(this.rest['textSize'] as number)) this.textSize = this.rest['textSize'] as number;
    language.choose(this.language);
  }

  set(change: Partial<{ theme: Theme; language: Language; singleKeys: boolean; textSize: number }>): void {
    Object.assign(this, change);
    if (change.language) language.choose(change.language);
    this.rest = {
      ...this.rest,
      theme: this.theme,
      language: this.language,
      singleKeys: this.singleKeys,
      textSize: this.textSize,
    };
    core.savePreferences(this.rest).catch(() => {
      // Locked: the choice holds until the window closes.
    });
  }

  nextTheme(): void {
    this.set({ theme: THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? 'system' });
  }

  resizeText(step: -1 | 0 | 1): void {
    const at = TEXT_SIZES.indexOf(this.textSize);
    const next = step === 0 ? 100 : TEXT_SIZES[Math.min(TEXT_SIZES.length - 1, Math.max(0, at + step))];
    this.set({ textSize: next ?? 100 });
  }
}

export const preferences = new Preferences();
