// What a community manager does, step by step: node screens.mjs CHROMIUM PORT PASSWORD
import { createHmac } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [executablePath, port, password] = process.argv.slice(2);
const address = `http://127.0.0.1:${port}/`;
const screenshots = process.env.VIGIE_SCREENSHOTS;
const kHookSecret = "0123456789abcdef0123456789abcdef";
let failed = 0;

async function push(mention) {
  const body = JSON.stringify(mention);
  const at = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", kHookSecret).update(`${at}.${body}`).digest("hex");
  const answer = await fetch(`${address}hooks/hook`, { method: "POST", body, headers: { "Content-Type": "application/x-ndjson", "X-Vigie-Signature": `t=${at},v1=${mac}` } });
  if (answer.status !== 202) throw new Error(`the push was answered ${answer.status}`);
}

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: "fr-FR" });
page.setDefaultTimeout(15_000);
const complaints = [];
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("console", (message) => {
  // A refused sign-in is a 401 that the browser itself reports.
  if (message.type() === "error" && !message.text().includes("401")) complaints.push(message.text());
});
page.on("request", (request) => {
  if (!request.url().startsWith(address)) complaints.push(`asks another server: ${request.url()}`);
});

async function step(name, act) {
  try {
    await act();
    console.log(`PASS ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}`);
    console.log(String(error.message ?? error).split("\n").slice(0, 12).join("\n"));
  }
}
async function keep(name) {
  if (!screenshots) return;
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}
function expect(condition, text) {
  if (!condition) throw new Error(text);
}

await step("a wrong password is refused in French", async () => {
  await page.goto(address);
  await page.getByLabel("Identifiant").fill("admin");
  await page.getByLabel("Mot de passe").fill("wrong");
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByText("Identifiant ou mot de passe refusé.").waitFor();
});
await step("the right one opens the inbox with the state in words and four numbers", async () => {
  await page.getByLabel("Mot de passe").fill(password);
  await keep("sign_in");
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByRole("heading", { name: "À traiter" }).waitFor();
  await page.locator(".band strong").waitFor();
  expect((await page.locator("dl.numbers dd").count()) === 4, "there are not four numbers");
  await page.locator("li.row").first().waitFor();
  expect((await page.locator("li.row").count()) === 50, "the first page does not hold 50 mentions");
  await keep("inbox");
});
await step("an urgent mention explains itself: marked spans and Pourquoi", async () => {
  await page.getByRole("button", { name: "Urgentes" }).click();
  const row = page.locator("li.row.edge-high, li.row.edge-critical").first();
  await row.locator("button").click();
  await page.getByRole("heading", { name: "Pourquoi ?" }).waitFor();
  const marks = page.locator("article.detail mark");
  expect((await marks.count()) > 0, "nothing is marked");
  const text = await page.locator("article.detail .original").innerText();
  for (const cell of await page.locator("article.detail tbody tr").all()) {
    const passage = await cell.locator("td").nth(2).innerText();
    expect(passage === "" || text.includes(passage.trim()), `"${passage}" is not in the text`);
  }
  await keep("mention");
});
await step("an alert is taken charge of and closed", async () => {
  const before = await page.locator("section.alerts li").count();
  await page.getByRole("button", { name: "Prendre en charge" }).first().click();
  await page.locator("section.alerts").getByText("Prise en charge").first().waitFor();
  await page.getByRole("button", { name: "Clore" }).first().click();
  await page.waitForFunction((n) => document.querySelectorAll("section.alerts li").length === n - 1, before);
});
await step("a new mention shows by itself, as text and not as code", async () => {
  await page.getByRole("button", { name: "Toutes" }).click();
  await push({ id: "live-1", text: "<img src=x onerror=alert(1)> Fuite de gaz à l'école de Techniville, évacuez !" });
  await page.getByRole("button", { name: /nouvelle mention/ }).click();
  await page.locator("li.row", { hasText: "<img src=x" }).first().waitFor();
  expect((await page.locator("li.row img").count()) === 0, "the mention became an element");
});
await step("the keyboard alone opens a mention", async () => {
  await page.locator("body").click({ position: { x: 5, y: 5 } });
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Pourquoi ?" }).waitFor();
});
await step("the search finds words", async () => {
  await page.getByRole("searchbox").fill("piscine");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll("li.row .quote")];
    return rows.length > 0 && rows.every((row) => /piscine/i.test(row.textContent));
  });
});
await step("English is one click away", async () => {
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  expect((await page.evaluate(() => document.documentElement.lang)) === "en", "the page's language is not said");
});
await step("a telephone's width does not scroll sideways", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  await keep("telephone");
  expect(content <= window, `${content} px wide on ${window}`);
});
await step("signing out ends it", async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  const status = await page.evaluate(async () => (await fetch("/api/v1/tenants")).status);
  expect(status === 401, `the API still answers ${status}`);
});
await step("the page made no error and asked no other server", async () => {
  expect(complaints.length === 0, complaints.join("\n"));
});
await browser.close();
process.exit(failed === 0 ? 0 : 1);
