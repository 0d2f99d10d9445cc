// Chromium with one page of a French reader, as all browser tests see it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

/// How long a step waits for what it asked for: a disk that is busy elsewhere keeps a sync waiting.
export const kPatienceMs = 60_000;

/// `failures`: how the pictures of steps that failed are named.
export async function openPage(executablePath, failures = "failed") {
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: "fr-FR" });
  page.setDefaultTimeout(kPatienceMs);
  /// Keeps a picture, if VIGIE_SCREENSHOTS names a folder.
  const keep = async (name) => {
    const folder = process.env.VIGIE_SCREENSHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`) });
  };
  let failed = 0;
  /// Does one thing and says whether it went well.
  const step = async (name, act) => {
    try {
      await act();
      console.log(`PASS ${name}`);
    } catch (error) {
      failed += 1;
      const [reason, ...more] = String(error.message ?? error).split("\n");
      console.log(`FAIL ${name}: ${reason}`);
      await keep(`${failures}_${failed}`);
      console.log(more.slice(0, 12).join("\n"));
    }
  };
  const exitCode = () => (failed === 0 ? 0 : 1);
  return { browser, page, keep, step, exitCode };
}
