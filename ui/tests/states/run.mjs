/**
 * Visits every state of the window over the mocked door, in each theme, and tells its stories. Fails on a serious
 * accessibility fault, an error of the page, or a story that goes wrong. Pictures go to $STATES_OUT (default ui/out).
 * Arguments choose states and stories by a part of their name.
 */
import { mkdir } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { STATES } from './scenes.mjs';
import { SAME_STATES } from './same.mjs';
import { openStage, ROOT } from './stage.mjs';
import { inspectBuild, STORIES } from './stories.mjs';
import { STUDY_STATES, STUDY_STORIES } from './studies.mjs';

const OUT = process.env.STATES_OUT ?? new URL('../../out', import.meta.url).pathname;
const AT_ONCE = 2;
const SIZES = { wide: { width: 1440, height: 900 }, small: { width: 1024, height: 700 } };
const PASSES = [
  { theme: 'light', size: 'wide', axe: true },
  { theme: 'dark', size: 'wide', axe: true },
  { theme: 'reading', size: 'wide', axe: true },
  { theme: 'light', size: 'small', axe: true },
  { theme: 'dark', size: 'small', axe: false },
];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const only = process.argv.slice(2);
const chosen = ({ name }) => only.length === 0 || only.some((part) => name.includes(part));

const stage = await openStage();
const faults = [];
const count = { visits: 0, stories: 0 };

async function withPage(where, { size, query }, use) {
  const context = await stage.browser.newContext({ viewport: SIZES[size], reducedMotion: 'reduce' });
  // As the shell does.
  await context.addInitScript(() => Object.freeze(Object.prototype));
  const page = await context.newPage();
  page.setDefaultTimeout(40_000);
  page.on('pageerror', (error) => faults.push(`${where}: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && faults.push(`${where}: ${message.text()}`));
  try {
    await page.goto(stage.url(query));
    await use(page);
  } catch (error) {
    await page.screenshot({ path: `${OUT}/failed-${where.replace(/\W+/g, '-')}.png` }).catch(() => {});
    faults.push(`${where}: ${error.message.split('\n').slice(0, 12).join(' ')}`);
  } finally {
    await context.close();
  }
}

async function look(page, where) {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  for (const { id, impact, help, nodes } of violations) {
    const places = nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`);
    const text = `${where}: ${impact} ${id}: ${help}: ${places.join(' | ')}`;
    if (impact === 'serious' || impact === 'critical') faults.push(text);
    else console.log(`note: ${text}`);
  }
}

const visit = (state, { theme, size, axe }) => {
  const where = `${state.name} (${theme}, ${size})`;
  return withPage(where, { size, query: { scene: state.scene, theme, ...state.query } }, async (page) => {
    await state.run(page);
    await page.waitForTimeout(250);
    await page.screenshot({ path: `${OUT}/${state.name}-${theme}-${size}.png` });
    if (axe) await look(page, where);
    count.visits++;
  });
};
const tell = (story) =>
  withPage(story.name, { size: 'wide', query: { scene: story.scene } }, async (page) => {
    await story.run(page);
    count.stories++;
  });

await mkdir(OUT, { recursive: true });
const work = [
  ...[...STORIES, ...STUDY_STORIES].filter(chosen).map((story) => () => tell(story)),
  ...PASSES.flatMap((pass) =>
    [...STATES, ...SAME_STATES, ...STUDY_STATES].filter(chosen).map((state) => () => visit(state, pass)),
  ),
];
const planned = work.length;
await inspectBuild(ROOT).catch((error) => faults.push(`the build: ${error.message}`));
const worker = async () => {
  for (let next = work.shift(); next; next = work.shift()) await next();
};
await Promise.all(Array.from({ length: AT_ONCE }, worker));
await stage.close();
for (const fault of faults) console.error(fault);
console.log(
  `${count.stories} stories and ${count.visits} states of ${planned} seen, ${faults.length} faults, pictures in ${OUT}`,
);
process.exit(faults.length > 0 ? 1 : 0);
