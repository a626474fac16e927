/** What a person does, start to end, over the mocked door. Each throws when it does not go as a person would expect. */
import assert from 'node:assert/strict';
import { build } from 'vite';

const ready = (page) => page.waitForSelector('html[data-ready=true]');
const openFirst = async (page) => {
  await ready(page);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test=item-title]');
};
const write = async (page, text) => {
  await page.keyboard.press('c');
  await page.fill('[data-test=comment-text]', text);
};
const firstRow = (page) =>
  page.evaluate(() => {
    const list = document.getElementById('worklist').getBoundingClientRect();
    const head = document.querySelector('#worklist .header').getBoundingClientRect().height;
    const row = [...document.querySelectorAll('[data-test=row]')].find(
      (one) => one.getBoundingClientRect().top >= list.top + head,
    );
    return { id: row.dataset.id, top: Math.round(row.getBoundingClientRect().top) };
  });

export const STORIES = [
  {
    name: 'a comment is one entry from "sending soon" to confirmed, never drawn anew or twice',
    scene: 'demo',
    async run(page) {
      await openFirst(page);
      await write(page, 'Seen once, and only once');
      assert.ok(await page.isChecked('[data-test=comment-internal]'), 'an internal note is the default');
      await page.keyboard.press('Control+Enter');
      const entry = page.locator('[data-test=comment]', { hasText: 'Seen once, and only once' });
      await entry.waitFor();
      assert.equal(await entry.getAttribute('data-state'), 'held');
      await entry.evaluate((element) => {
        window.seen = { states: new Set(), most: 0 };
        element.marked = true;
        setInterval(() => {
          const all = [...document.querySelectorAll('[data-test=comment]')].filter((one) =>
            one.textContent.includes('Seen once'),
          );
          window.seen.most = Math.max(window.seen.most, all.length);
          for (const one of all) window.seen.states.add(`${one.dataset.state}${one.marked ? '' : ' drawn anew'}`);
          if (all.length === 0) window.seen.states.add('missing');
        }, 15);
      });
      await page.waitForSelector('[data-test=comment][data-state=confirmed]', { timeout: 15_000 });
      const words = await entry.innerText();
      assert.match(words, /confirmed by CareValidate demo at \d\d:\d\d/);
      await page.waitForTimeout(4600);
      assert.equal(await entry.getAttribute('data-state'), 'remote');
      const seen = await page.evaluate(() => ({ most: window.seen.most, states: [...window.seen.states] }));
      assert.equal(seen.most, 1, 'one entry at any time');
      assert.deepEqual(seen.states, ['held', 'queued', 'inflight', 'confirmed', 'remote']);
    },
  },
  {
    name: 'undo takes a comment back and its text waits as a draft',
    scene: 'held',
    async run(page) {
      await openFirst(page);
      await write(page, 'Not yet');
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector('[data-test=comment][data-state=held]');
      await page.keyboard.press('u');
      await page.locator('[data-test=comment]', { hasText: 'Not yet' }).waitFor({ state: 'detached' });
      await page.keyboard.press('c');
      assert.equal(await page.inputValue('[data-test=comment-text]'), 'Not yet');
    },
  },
  {
    name: 'a draft survives locking, and nothing of a patient stays in a locked window',
    scene: 'real',
    async run(page) {
      await openFirst(page);
      const name = (await page.locator('.banner .name').innerText()).trim();
      await write(page, 'Half a thought');
      await page.keyboard.press('Control+l');
      await page.waitForSelector('[data-test=unlock]');
      assert.ok(!(await page.content()).includes(name), 'the name is gone from the document');
      await page.locator('[data-test=passphrase]').pressSequentially('correct horse battery', { delay: 40 });
      await page.keyboard.press('Enter');
      await openFirst(page);
      await page.keyboard.press('c');
      assert.equal(await page.inputValue('[data-test=comment-text]'), 'Half a thought');
    },
  },
  {
    name: 'any command that finds the profile locked leads to the lock screen',
    scene: 'real',
    async run(page) {
      await ready(page);
      await page.evaluate(() => (window.mockCore.state = { ...window.mockCore.state, phase: 'locked' }));
      await page.keyboard.press('/');
      await page.keyboard.type('a');
      await page.waitForSelector('[data-test=unlock]');
    },
  },
  {
    name: 'a scan on the lock screen is ignored, typed words open it, the wrong ones do not',
    scene: 'locked',
    async run(page) {
      const field = page.locator('[data-test=passphrase]');
      await field.pressSequentially('correct horse battery', { delay: 1 });
      await page.keyboard.press('Enter');
      assert.match(await page.locator('[data-test=error]').innerText(), /scan was ignored/i);
      assert.equal(await field.inputValue(), '');
      await field.pressSequentially('wrong words', { delay: 45 });
      await page.keyboard.press('Enter');
      await page.getByText('does not open this profile').waitFor();
      await field.fill('');
      await field.pressSequentially('correct horse battery', { delay: 45 });
      await page.keyboard.press('Enter');
      await ready(page);
    },
  },
  {
    name: 'J and K go from case to case without the list, Esc returns to where the cursor is',
    scene: 'demo',
    async run(page) {
      await openFirst(page);
      const ids = [];
      for (const key of ['j', 'j', 'j', 'k']) {
        await page.keyboard.press(key);
        await page.waitForTimeout(120);
        ids.push(await page.locator('.steps').innerText());
      }
      assert.deepEqual(
        ids.map((text) => text.split(' ')[0]),
        ['2', '3', '4', '3'],
      );
      await page.keyboard.press('Escape');
      await page.waitForSelector('[data-test=row][aria-selected=true]');
      assert.equal(await page.locator('[data-test=row][aria-selected=true]').getAttribute('aria-rowindex'), '4');
    },
  },
  {
    name: 'rows that arrive during a first pull do not move what is being read',
    scene: 'pull',
    async run(page) {
      await ready(page);
      await page.locator('#worklist').evaluate((list) => (list.scrollTop = 9000));
      await page.waitForTimeout(700);
      const total = await page.locator('[data-test=total]').innerText();
      const places = new Map();
      const anchor = await firstRow(page);
      for (let round = 0; round < 12; round++) {
        await page.waitForTimeout(120);
        const box = await page.locator(`[data-id="${anchor.id}"]`).boundingBox();
        places.set(Math.round(box.y), round);
      }
      assert.notEqual(await page.locator('[data-test=total]').innerText(), total, 'rows did arrive');
      assert.ok(Math.max(...places.keys()) - Math.min(...places.keys()) <= 2, `stayed in place: ${[...places.keys()]}`);
    },
  },
  {
    name: '100,000 rows: to the end and back, no row over another',
    scene: 'huge',
    async run(page) {
      await ready(page);
      await page.getByRole('button', { name: /^Everything/ }).click();
      await page.locator('[data-test=total]', { hasText: '100,000 items' }).waitFor();
      await page.keyboard.press('End');
      await page.waitForSelector('[data-test=row][aria-rowindex="100001"][aria-selected=true]');
      const rows = await page.locator('[data-test=row]').count();
      assert.ok(rows < 60, `${rows} rows in the document`);
      for (const top of [0, 123_456, 1_999_000, 3_500_000]) {
        await page.locator('#worklist').evaluate((list, to) => (list.scrollTop = to), top);
        await page.waitForTimeout(350);
        const gaps = await page.$$eval('[data-test=row]', (all) =>
          all.slice(1).map((one, at) => one.getBoundingClientRect().top - all[at].getBoundingClientRect().bottom),
        );
        assert.ok(gaps.length > 15 && gaps.every((gap) => Math.abs(gap) < 0.6), `rows touch at ${top}: ${gaps}`);
        const list = await page.locator('#worklist').boundingBox();
        const last = await page.locator('[data-test=row]').last().boundingBox();
        assert.ok(last.y + last.height >= list.y + list.height - 1, 'the window is full');
      }
      await page.keyboard.press('Home');
      await page.waitForSelector('[data-test=row][aria-rowindex="2"][aria-selected=true]');
    },
  },
  {
    name: 'a scanned number opens its case',
    scene: 'demo',
    async run(page) {
      await ready(page);
      await page.getByRole('button', { name: /^Everything/ }).click();
      await page.keyboard.press('/');
      await page.keyboard.type('NS-104205');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-test=item-title]');
      assert.match(await page.locator('.banner').innerText(), /NS-104205/);
    },
  },
  {
    name: 'a scan from anywhere opens its case, finished or not, and takes nothing back',
    scene: 'held',
    async run(page) {
      await openFirst(page);
      await write(page, 'Held');
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector('[data-test=comment][data-state=held]');
      const done = await page.evaluate(
        () => window.mockCore.rows.find((row) => row.statusGroup === 'done').identifier.value,
      );
      await page.evaluate((code) => {
        for (const key of [...code, 'Enter'])
          document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      }, done);
      await page.locator('.banner', { hasText: done }).waitFor();
      await page.keyboard.press('Escape');
      await page.evaluate(() => {
        // "u" would take the comment back, "o" would lead to the outbox.
        for (const key of 'uocNOBODYsu')
          document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      });
      await page.waitForTimeout(200);
      assert.equal((await page.locator('#worklist, .empty').count()) > 0, true, 'still at the list');
      assert.equal(await page.evaluate(() => window.mockCore.outbox[0].state), 'held', 'nothing was taken back');
      await page.keyboard.press('u');
      await page.waitForFunction(() => window.mockCore.outbox[0].state === 'withdrawn');
    },
  },
  {
    name: 'what waits for another action, or for the network, says so',
    scene: 'heldoffline',
    async run(page) {
      await openFirst(page);
      await write(page, 'The first');
      await page.keyboard.press('Control+Enter');
      const first = page.locator('[data-test=comment]', { hasText: 'The first' });
      await first.getByText('goes when the connection to CareValidate demo is back').waitFor();
      await page.waitForTimeout(50);
      await write(page, 'The second');
      await page.keyboard.press('Control+Enter');
      const second = page.locator('[data-test=comment]', { hasText: 'The second' });
      await second.getByText('waits for the one before it').waitFor();
      await second.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  {
    name: 'single keys can be switched off',
    scene: 'demo',
    async run(page) {
      await ready(page);
      await page.keyboard.press('?');
      await page.click('[data-test=single-keys]');
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
      await page.keyboard.press('j');
      await page.keyboard.press('o');
      assert.equal(await page.locator('[data-test=row][aria-selected=true]').getAttribute('aria-rowindex'), '2');
      await page.keyboard.press('ArrowDown');
      await page.waitForSelector('[data-test=row][aria-rowindex="3"][aria-selected=true]');
    },
  },
  {
    name: 'discarding wants a reason',
    scene: 'demo',
    async run(page) {
      await ready(page);
      await page.keyboard.press('o');
      await page.getByRole('button', { name: 'Discard…' }).first().click();
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
      await page.getByRole('button', { name: 'Discard…' }).first().click();
      assert.ok(await page.isDisabled('[data-test=discard]'));
      await page.fill('[data-test=discard-reason]', 'Sent by phone instead');
      await page.click('[data-test=discard]');
      await page.waitForSelector('dialog', { state: 'detached' });
    },
  },
];

/** The production build knows nothing of the mock, and names no remote origin. */
export async function inspectBuild(root) {
  const { output } = await build({ root, logLevel: 'error', build: { write: false } });
  for (const file of output) {
    if (file.type === 'chunk') {
      const mock = Object.keys(file.modules).filter((module) => module.includes('/mock'));
      assert.deepEqual(mock, [], 'no module of the mock');
      assert.doesNotMatch(
        file.code,
        /\beval\(|new Function\(|localStorage|sessionStorage/,
        'nothing that the CSP forbids',
      );
    }
  }
}
