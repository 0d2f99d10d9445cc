// Somebody signs in through the town's directory: node directory.mjs CHROMIUM ADDRESS LABEL. Says what went wrong and ends with 1.
import assert from "node:assert";
import { openPage } from "./page.mjs";

const [executablePath, address, label] = process.argv.slice(2);
const { browser, page, keep } = await openPage(executablePath);

try {
  await page.goto(`${address}/`);
  const button = page.getByRole("link", { name: label });
  await button.waitFor();
  await keep("directory-button");
  await button.click();
  await page.locator("input[name=login]").fill("paul");
  await page.locator("input[name=password]").fill("not looked at");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click(); // the provider's consent
  await page.waitForURL(`${address}/**`);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.getByRole("button", { name: "Se déconnecter" }).waitFor();
  await keep("directory-signed-in");
  const session = await page.evaluate(async () => (await fetch("/api/v1/session")).json());
  assert.equal(session.account, "paul");
  assert.equal(session.directory, true);

  await page.goto(`${address}/auth/directory/callback?code=x&state=y`);
  await page.getByRole("heading", { name: "Connexion impossible" }).waitFor();
  await keep("directory-refused");
  await page.getByRole("link", { name: "Revenir à Vigie" }).click();
  await page.getByRole("button", { name: "Se déconnecter" }).waitFor(); // a failed try ends no session
} catch (error) {
  console.log(String(error), page.url());
  process.exitCode = 1;
} finally {
  await browser.close();
}
