/** The same patient in other systems. */
import { ready } from './scenes.mjs';

export const SAME_STATES = [
  {
    name: 'same-pairs',
    scene: 'demo',
    async run(page) {
      await ready(page);
      await page.keyboard.press('Control+k');
      await page.keyboard.type('same-patient');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-test=same-pair]');
    },
  },
  {
    name: 'same-item',
    scene: 'demo',
    async run(page) {
      await ready(page);
      await page.keyboard.press('Control+k');
      await page.keyboard.type('same-patient');
      await page.keyboard.press('Enter');
      // From one of them to its own page, as somebody would who wants to see more.
      await page.click('[data-test=same-pair] .patient button');
      await page.waitForSelector('[data-test=item-title]');
    },
  },
];
