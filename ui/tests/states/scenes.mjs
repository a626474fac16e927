/** Every state of the window: a scene of the mock, and what to do in it. */
export const ready = (page) => page.waitForSelector('html[data-ready=true]');
export const openFirst = async (page) => {
  await ready(page);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test=item-title]');
};
const search = async (page, text) => {
  await ready(page);
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.waitForTimeout(250);
};
export const go = async (page, name) => {
  await ready(page);
  await page
    .getByRole('button', { name: new RegExp(name) })
    .first()
    .click();
};
const openItem = (query) => async (page) => {
  await go(page, 'Everything');
  await search(page, query);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test=item-title]');
};

export const STATES = [
  { name: 'first-run', scene: 'firstrun', run: (page) => page.waitForSelector('[data-test=start-demo]') },
  {
    name: 'first-run-passphrase',
    scene: 'nokeychain',
    async run(page) {
      await page.fill('[data-test=passphrase]', 'copper lantern seven');
      await page.fill('[data-test=passphrase-again]', 'copper lant');
    },
  },
  {
    name: 'first-connection',
    scene: 'firstrun',
    async run(page) {
      await page.click('[data-test=create-profile]');
      await page.waitForSelector('input[name=apiKey]');
    },
  },
  { name: 'locked', scene: 'locked', run: (page) => page.waitForSelector('[data-test=passphrase]') },
  {
    name: 'locked-wrong',
    scene: 'locked',
    async run(page) {
      await page.locator('[data-test=passphrase]').pressSequentially('not it', { delay: 45 });
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-test=error]');
    },
  },
  {
    name: 'locked-scanned',
    scene: 'locked',
    async run(page) {
      await page.locator('[data-test=passphrase]').pressSequentially('NS-1048830021', { delay: 1 });
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-test=error]');
    },
  },
  {
    name: 'locked-wait',
    scene: 'lockedwait',
    async run(page) {
      await page.locator('[data-test=passphrase]').pressSequentially('not it', { delay: 45 });
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-test=error]');
    },
  },
  {
    name: 'locked-in-use',
    scene: 'lockedinuse',
    async run(page) {
      await page.locator('[data-test=passphrase]').pressSequentially('not it', { delay: 45 });
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-test=error]');
    },
  },
  { name: 'locked-ukrainian', scene: 'locked', query: { language: 'uk' }, run: (page) => page.waitForSelector('form') },
  { name: 'start-fails', scene: 'startfails', run: (page) => page.waitForSelector('[data-test=error]') },
  { name: 'worklist', scene: 'demo', run: ready },
  { name: 'worklist-everything', scene: 'demo', run: (page) => go(page, 'Everything') },
  {
    name: 'worklist-scrolled',
    scene: 'huge',
    async run(page) {
      await go(page, 'Everything');
      await page.waitForTimeout(300);
      await page.keyboard.press('End');
      await page.waitForTimeout(500);
    },
  },
  { name: 'worklist-search', scene: 'demo', run: (page) => search(page, 'cordero status:new -assigned:me') },
  { name: 'worklist-problem', scene: 'demo', run: (page) => search(page, 'is:late hair') },
  { name: 'worklist-no-match', scene: 'demo', run: (page) => search(page, 'zzzz') },
  { name: 'worklist-needs-me', scene: 'demo', run: (page) => go(page, 'Needs me') },
  { name: 'worklist-arabic', scene: 'real', run: (page) => search(page, 'الرشيد') },
  { name: 'worklist-no-connection', scene: 'noconnection', run: (page) => page.waitForSelector('.empty') },
  { name: 'worklist-empty', scene: 'empty', run: (page) => page.waitForSelector('.empty') },
  { name: 'worklist-pulling', scene: 'pull', run: ready },
  { name: 'worklist-pull-begins', scene: 'pullbegins', run: (page) => page.waitForSelector('.empty') },
  { name: 'worklist-offline', scene: 'offline', run: ready },
  { name: 'worklist-systems', scene: 'systems', run: ready },
  { name: 'worklist-contrast', scene: 'demo', query: { theme: 'contrast' }, run: ready },
  { name: 'item-contrast', scene: 'demo', query: { theme: 'contrast' }, run: openFirst },
  { name: 'worklist-error', scene: 'errors', run: (page) => page.waitForSelector('[data-test=error]') },
  { name: 'item', scene: 'demo', run: openFirst },
  {
    name: 'item-lower',
    scene: 'real',
    async run(page) {
      await openItem('status:approved')(page);
      await page.getByRole('button', { name: /^Decisions/ }).click();
    },
  },
  {
    name: 'item-file',
    scene: 'real',
    async run(page) {
      await openItem('status:approved')(page);
      await page.getByRole('button', { name: /^Attachments/ }).click();
      await page.locator('#section-attachments button', { hasText: 'View' }).first().click();
      await page.waitForSelector('#section-attachments pre');
      await page.locator('#section-attachments button', { hasText: 'View' }).nth(1).click();
      await page.waitForSelector('#section-attachments [data-test=error]');
    },
  },
  {
    name: 'item-fetching',
    scene: 'fetching',
    async run(page) {
      await openItem('status:approved')(page);
      await page.locator('#section-attachments button', { hasText: 'View' }).first().click();
      await page.waitForSelector('[data-test=fetching]');
    },
  },
  {
    name: 'item-held-offline',
    scene: 'heldoffline',
    async run(page) {
      await openFirst(page);
      await page.keyboard.press('s');
      await page.selectOption('select[name=to]', 'CLOSE');
      await page.click('[data-test=action-send]');
      await page.waitForSelector('[data-test=unsettled]');
      await page.keyboard.press('c');
      await page.fill('[data-test=comment-text]', 'Closed; the referral came twice.');
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector('[data-test=comment][data-state=held]');
    },
  },
  { name: 'item-arabic', scene: 'real', run: openItem('الرشيد') },
  { name: 'item-long-name', scene: 'real', run: openItem('hohenstaufen') },
  { name: 'item-gone', scene: 'demo', run: openItem('is:gone') },
  { name: 'item-conflict', scene: 'demo', run: openItem('is:pending') },
  {
    name: 'item-error',
    scene: 'itemerror',
    async run(page) {
      await ready(page);
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-test=error]');
    },
  },
  {
    name: 'comment-note',
    scene: 'demo',
    async run(page) {
      await openFirst(page);
      await page.keyboard.press('c');
      await page.fill(
        '[data-test=comment-text]',
        'Blood pressure is from last month.\nAsked for a new reading before the refill.',
      );
      await page.waitForTimeout(600);
    },
  },
  {
    name: 'comment-public',
    scene: 'real',
    async run(page) {
      await openItem('hohenstaufen')(page);
      await page.keyboard.press('c');
      await page.fill('[data-test=comment-text]', 'Please send us a new blood pressure reading.');
      await page.click('[data-test=comment-public]');
      await page.waitForTimeout(600);
    },
  },
  {
    name: 'comment-error',
    scene: 'acterror',
    async run(page) {
      await openFirst(page);
      await page.keyboard.press('c');
      await page.fill('[data-test=comment-text]', 'Will not be saved.');
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector('[data-test=error]');
    },
  },
  {
    name: 'comment-held',
    scene: 'held',
    async run(page) {
      await openFirst(page);
      await page.keyboard.press('c');
      await page.fill('[data-test=comment-text]', 'Reviewed; waiting for the laboratory.');
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector('[data-test=comment][data-state=held]');
    },
  },
  {
    name: 'action',
    scene: 'real',
    async run(page) {
      await openFirst(page);
      await page.getByRole('button', { name: 'Change status' }).click();
      await page.selectOption('select[name=to]', 'CLOSE');
    },
  },
  { name: 'outbox', scene: 'demo', run: (page) => go(page, 'Outbox') },
  {
    name: 'outbox-discard',
    scene: 'demo',
    async run(page) {
      await go(page, 'Outbox');
      await page.getByRole('button', { name: 'Discard…' }).nth(1).click();
    },
  },
  {
    name: 'outbox-empty',
    scene: 'empty',
    async run(page) {
      await page.waitForSelector('.empty');
      await page.click('[data-test=outbox-open]');
      await page.waitForTimeout(200);
    },
  },
  {
    name: 'connections',
    scene: 'demo',
    async run(page) {
      await go(page, 'Connections');
      await page.locator('summary').first().click();
      await page.waitForTimeout(150);
    },
  },
  { name: 'connections-trouble', scene: 'offline', run: (page) => go(page, 'Connections') },
  {
    name: 'connections-add',
    scene: 'demo',
    async run(page) {
      await go(page, 'Connections');
      await page.getByRole('button', { name: 'Add a connection' }).click();
    },
  },
  {
    name: 'connections-edit',
    scene: 'demo',
    async run(page) {
      await go(page, 'Connections');
      await page.getByRole('button', { name: 'Edit' }).click();
    },
  },
  {
    name: 'connections-none',
    scene: 'noconnection',
    async run(page) {
      await page.waitForSelector('.empty');
      await page.getByRole('button', { name: 'Connections' }).click();
    },
  },
  { name: 'help', scene: 'demo', run: async (page) => (await ready(page), page.keyboard.press('?')) },
  {
    name: 'palette',
    scene: 'demo',
    async run(page) {
      await ready(page);
      await page.keyboard.press('Control+k');
      await page.keyboard.type('view');
    },
  },
  { name: 'ukrainian', scene: 'demo', query: { language: 'uk' }, run: ready },
  {
    name: 'ukrainian-comment',
    scene: 'demo',
    query: { language: 'uk' },
    async run(page) {
      await openFirst(page);
      await page.keyboard.press('c');
      await page.waitForTimeout(300);
    },
  },
  { name: 'text-200', scene: 'demo', query: { text: '200' }, run: ready },
  { name: 'text-200-item', scene: 'demo', query: { text: '200' }, run: openFirst },
];
