export * as core from './commands';
export { asCommandError, onLocked } from './commands';
export { listenToCore, onChanged } from './changes';
export type * from './types';
export type * from './generated/bindings';
