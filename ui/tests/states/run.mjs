/**
 * Visits every state of the window over the mocked door, in each theme, and fails on a serious accessibility fault or
 * an error of the page. Pictures go to $STATES_OUT (default ui/out). Arguments choose states by a part of their name.
 */
import AxeBuilder from '@axe-core/playwright';
import { mkdir } from 'node:fs/promises';
import { STATES } from './scenes.mjs';
import { openStage } from './stage.mjs';

const OUT = process.env.STATES_OUT ?? new URL('../../out', import.meta.url).pathname;
const SIZES = { wide: { width: 1440, height: 900 }, small: { width: 1024, height: 700 } };
const PASSES = [
  { theme: 'light', size: 'wide', axe: true },
  { theme: 'dark', size: 'wide', axe: true },
  { theme: 'reading', size: 'wide', axe: true },
  { theme: 'light', size: 'small', axe: true },
  { theme: 'dark', size: 'small', axe: false },
];
const only = process.argv.slice(2);
const states = STATES.filter((state) => only.length === 0 || only.some((part) => state.name.includes(part)));

await mkdir(OUT, { recursive: true });
const stage = await openStage();
const faults = [];
let visits = 0;

async function visit(state, { theme, size, axe }) {
  const context = await stage.browser.newContext({ viewport: SIZES[size], reducedMotion: 'reduce' });
  const page = await context.newPage();
  const where = `${state.name} (${theme}, ${size})`;
  page.setDefaultTimeout(8000);
  page.on('pageerror', (error) => faults.push(`${where}: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && faults.push(`${where}: ${message.text()}`));
  try {
    await page.goto(stage.url({ scene: state.scene, theme, ...state.query }));
    await state.run(page);
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${OUT}/${state.name}-${theme}-${size}.png` });
    if (axe) {
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze();
      for (const { id, impact, help, nodes } of violations) {
        const text = `${where}: ${impact} ${id}: ${help}: ${nodes
          .slice(0, 3)
          .map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`)
          .join(' | ')}`;
        if (impact === 'serious' || impact === 'critical') faults.push(text);
        else console.log(`note: ${text}`);
      }
    }
    visits++;
  } catch (error) {
    await page.screenshot({ path: `${OUT}/failed-${state.name}-${theme}-${size}.png` }).catch(() => {});
    faults.push(`${where}: ${error.message.split('\n')[0]}`);
  } finally {
    await context.close();
  }
}

for (const pass of PASSES) for (const state of states) await visit(state, pass);
await stage.close();
for (const fault of faults) console.error(fault);
console.log(`${visits} of ${states.length * PASSES.length} visits, ${faults.length} faults, pictures in ${OUT}`);
process.exit(faults.length > 0 ? 1 : 0);
