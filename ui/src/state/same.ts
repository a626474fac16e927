import { asCommandError, core } from '../api';
import { t } from '../strings';
import { notices } from './notices.svelte';

/** Saves what a person says of two patients, or says that it was not saved. Answers whether it was. */
async function saved(deciding: Promise<void>): Promise<boolean> {
  try {
    await deciding;
    return true;
  } catch (thrown) {
    notices.error(t().same.hadFailed, asCommandError(thrown));
    return false;
  }
}

export const confirmSame = (one: string, other: string) => saved(core.confirmSame(one, other));
export const refuseSame = (one: string, other: string) => saved(core.refuseSame(one, other));
export const undoSame = (one: string, other: string) => saved(core.undoSame(one, other));
