// Chromium with one page of a French reader, as all browser tests see it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

/// `failures`: how the pictures of steps that failed are named.
export async function openPage(executablePath, failures = "failed") {
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: "fr-FR" });
  page.setDefaultTimeout(15_000);
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
      console.log(`FAIL ${name}`);
      await keep(`${failures}_${failed}`);
      console.log(String(error.message ?? error).split("\n").slice(0, 12).join("\n"));
    }
  };
  const exitCode = () => (failed === 0 ? 0 : 1);
  return { browser, page, keep, step, exitCode };
}
