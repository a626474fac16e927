import type { CommandError, OutboxRow } from '../api';

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'error';
  /** The action that can still be taken back. */
  action: OutboxRow | null;
  until: number;
}

/** Short notices at the foot of the window, and what a screen reader is told. */
class Notices {
  toasts = $state<Toast[]>([]);
  /** Said politely by the live region. */
  spoken = $state('');
  private next = 1;

  say(text: string): void {
    this.spoken = this.spoken === text ? `${text}\u00a0` : text;
  }

  show(text: string, more: { tone?: Toast['tone']; action?: OutboxRow; ms?: number } = {}): number {
    const id = this.next++;
    const ms = more.ms ?? (more.tone === 'error' ? 12_000 : 5_000);
    const action = more.action ?? null;
    const kept = this.toasts.filter((toast) => toast.action === null || action === null).slice(-2);
    this.toasts = [...kept, { id, text, tone: more.tone ?? 'plain', action, until: Date.now() + ms }];
    setTimeout(() => this.dismiss(id), ms);
    this.say(text);
    return id;
  }

  error(what: string, error: CommandError): void {
    this.show(`${what} ${error.message}`, { tone: 'error' });
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}

export const notices = new Notices();
