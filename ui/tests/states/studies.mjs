/** A reading room: its states and its stories. */
import assert from 'node:assert/strict';
import { go, openFirst, ready } from './scenes.mjs';

const RECEIPT = '[data-test=unsettled][data-state=confirmed]';
const approve = async (page) => {
  await openFirst(page);
  await page.click('[data-test=act-approve]');
  await page.waitForSelector('[data-test=consequence]');
};
const approved = async (page) => {
  await approve(page);
  await page.click('[data-test=action-send]');
  await page.waitForSelector(RECEIPT, { timeout: 15_000 });
};

export const STUDY_STATES = [
  { name: 'study', run: openFirst },
  {
    name: 'study-more',
    async run(page) {
      await openFirst(page);
      await page.click('[data-test=more-actions]');
    },
  },
  {
    name: 'study-status',
    async run(page) {
      await openFirst(page);
      await page.keyboard.press('s');
      await page.selectOption('select[name=to]', 'Prelim');
    },
  },
  { name: 'study-approve', run: approve },
  { name: 'study-approved', run: approved },
  {
    name: 'study-approve-again',
    async run(page) {
      await approved(page);
      await page.click('[data-test=act-approve]');
      await page.waitForSelector('[data-test=again]');
    },
  },
  { name: 'study-conflicts', run: (page) => go(page, 'Outbox') },
  { name: 'study-list', run: ready },
  { name: 'study-conflicts-200', query: { text: '200' }, run: (page) => go(page, 'Outbox') },
  { name: 'study-approve-200', query: { text: '200' }, run: approve },
  { name: 'study-text-150', query: { text: '150' }, run: openFirst },
  { name: 'study-text-200', query: { text: '200' }, run: openFirst },
  { name: 'study-list-150', query: { text: '150' }, run: ready },
  { name: 'study-list-200', query: { text: '200' }, run: ready },
].map((state) => ({ scene: 'radiology', ...state }));

export const STUDY_STORIES = [
  {
    name: 'a view chosen with the mouse gives its rows the keys',
    async run(page) {
      await ready(page);
      await page.getByRole('button', { name: /^Everything/ }).click();
      await page.locator('[data-test=total]', { hasText: '10,000 items' }).waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-test=item-title]');
      assert.equal((await page.locator('.steps').innerText()).split(' ')[0], '2');
    },
  },
  {
    name: 'a confirmed approval keeps its receipt, and once more is a step of its own',
    async run(page) {
      await approve(page);
      assert.match(await page.locator('[data-test=consequence]').innerText(), /^This does not sign/);
      await page.click('[data-test=action-send]');
      const receipt = page.locator(RECEIPT);
      await receipt.waitFor();
      assert.match(await receipt.innerText(), /Approve[\s\S]*confirmed by .* at \d\d:\d\d/);
      assert.match(await page.locator('[data-test=act-approve]').innerText(), /done \d\d:\d\d/);
      await page.click('[data-test=act-approve]');
      assert.ok(await page.isDisabled('[data-test=action-send]'), 'not offered as if nothing had been');
      await page.click('[data-test=again]');
      assert.ok(await page.isEnabled('[data-test=action-send]'));
    },
  },
  {
    name: 'a star is put at once, without a panel or a tooltip over whom it is about',
    async run(page) {
      await openFirst(page);
      await page.click('[data-test=act-star]');
      await page.waitForSelector('[data-test=toast]');
      assert.equal(await page.locator('[role=dialog]').count(), 0, 'no panel for a yes or a no');
      assert.equal(await page.locator('.actions [aria-disabled=false][title]').count(), 0, 'no tooltip');
    },
  },
].map((story) => ({ scene: 'radiology', ...story }));
