// Starting without a network. The link is cut between these orders, for real: nothing answers at the address any more.

/** A message that is read while there is a network, so that it is kept. */
const ROW = 3;

/** A browser of its own, with everything kept that a start needs. */
export async function keep_for_offline(desk, { url }) {
  await desk.signIn({ url, keeps: true });
  await desk.openRow(desk.row(ROW));
  await desk.untilKept();
  return {};
}

export async function offline_start(desk) {
  const { page } = desk;
  await page.goto(desk.url);
  await page.reload();
  const rows = await page.evaluate(() => window.bench.outcome);
  await desk.settle();
  const isReached = await page.evaluate(() => fetch('/healthz', { cache: 'no-store' }).then(() => true, () => false));
  if (isReached) throw new Error('there is still a network');
  const open = await desk.openRow(desk.row(ROW));
  return { rows, open };
}

/** The next step begins with a browser that was never here. */
export async function leave_offline(desk) {
  await desk.renew();
  return {};
}
