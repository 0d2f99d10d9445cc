// node screens.mjs CHROMIUM PORT PASSWORD ROUNDS STORIES: what bench/screens measures.
import { openPage } from "../tests/browser/page.mjs";

const [executablePath, port, password, rounds, stories] = process.argv.slice(2);
const address = `http://127.0.0.1:${port}/`;
const { browser, page } = await openPage(executablePath);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

let bytes = 0;
const session = await page.context().newCDPSession(page);
await session.send("Network.enable");
session.on("Network.loadingFinished", ({ encodedDataLength }) => { bytes += encodedDataLength; });

await page.goto(address);
const script = bytes;
await page.getByLabel("Mot de passe").fill(password);
await page.getByRole("button", { name: "Se connecter" }).click();
await page.locator("li.row").first().waitFor();

const paints = [], rows = [];
for (let round = 0; round < Number(rounds); ++round) {
  await page.goto("about:blank");
  await page.addInitScript(() => {
    new MutationObserver((_, self) => {
      if (!document.querySelector("li.row")) return;
      self.disconnect();
      requestAnimationFrame(() => { window.firstRow ??= performance.now(); });
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(`${address}?${round}`);
  await page.waitForFunction(() => window.firstRow && performance.getEntriesByName("first-contentful-paint")[0]);
  const [paint, row] = await page.evaluate(() => [performance.getEntriesByName("first-contentful-paint")[0].startTime, window.firstRow]);
  paints.push(paint);
  rows.push(row);
}
console.log(`page, compressed: ${(script / 1024).toFixed(0)} KiB`);
console.log(`first contentful paint: ${median(paints).toFixed(0)} ms (${paints.map((one) => one.toFixed(0)).join(", ")})`);
console.log(`first row of the inbox: ${median(rows).toFixed(0)} ms (${rows.map((one) => one.toFixed(0)).join(", ")})`);

await page.getByRole("button", { name: "Toutes", exact: true }).click();
await page.waitForFunction(() => document.querySelectorAll("li.row").length >= 20);
await page.evaluate(() => {
  window.longest = 0;
  window.slow = window.frames60 = 0;
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration); }).observe({ entryTypes: ["longtask"] });
  let last = performance.now();
  const frame = (now) => {
    window.frames60 += 1;
    if (now - last > 50) window.slow += 1;
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
const began = Date.now();
let count = 0;
while (count < Number(stories) && Date.now() - began < 300_000) {
  await page.mouse.wheel(0, 4000);
  await page.waitForTimeout(50);
  // Cheap: it must not slow what is measured. The list says of each row it draws where it stands.
  count = await page.evaluate(() => Number([...document.getElementsByClassName("row")].at(-1).getAttribute("aria-posinset")));
}
const [longest, slow, frames] = await page.evaluate(() => [window.longest, window.slow, window.frames60]);
const heap = await page.evaluate(() => performance.memory.usedJSHeapSize);
console.log(`scrolled through ${count} stories in ${((Date.now() - began) / 1000).toFixed(0)} s: longest task ${longest.toFixed(0)} ms, ${slow} of ${frames} frames over 50 ms, heap ${(heap / 1e6).toFixed(0)} MB`);
await browser.close();
process.exit(median(rows) < 1000 ? 0 : 1);
