// Looks at what strangers wrote to do harm: node hostile.mjs CHROMIUM PORT PASSWORD. Says what acted, and ends with 1 if something did.
import assert from "node:assert";
import { openPage } from "./page.mjs";

const [executablePath, port, password] = process.argv.slice(2);
const address = `http://127.0.0.1:${port}/`;
const { browser, page } = await openPage(executablePath);
const acted = [];
page.on("dialog", async (dialog) => { acted.push(`dialog: ${dialog.message()}`); await dialog.dismiss(); });
page.on("pageerror", (error) => acted.push(`error: ${error}`));
page.on("popup", (popup) => acted.push(`opened ${popup.url()}`));
page.on("request", (request) => { if (!request.url().startsWith(address)) acted.push(`asked ${request.url()}`); });
await page.addInitScript(() => {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
});

/// What is on the page now: nothing of strangers ran, was held back, or stands there as more than text.
async function look(where) {
  const found = await page.evaluate(() => ({
    ran: window.hostile !== undefined,
    violations: window.violations,
    handlers: [...document.querySelectorAll("*")].filter((one) => [...one.attributes].some((a) => a.name.startsWith("on"))).length,
    links: [...document.querySelectorAll("a[href]")].map((one) => one.href).filter((href) => !/^https?:/.test(href)),
    strangers: document.querySelectorAll("main iframe, main object, main embed, main script, main math, main style, main video").length,
  }));
  assert.deepEqual({ where, ...found }, { where, ran: false, violations: [], handlers: 0, links: [], strangers: 0 });
}

try {
  await page.goto(address);
  await page.getByLabel("Identifiant").fill("admin");
  await page.getByLabel("Mot de passe").fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Se déconnecter" }).waitFor();
  await page.getByText("Incendie en cours").first().waitFor();
  await look("inbox");
  const refs = await page.evaluate(async () => {
    const list = [];
    let cursor = "";
    do {
      const answer = await (await fetch(`/api/v1/tenants/techniville/mentions?limit=100${cursor}`)).json();
      list.push(...answer.mentions.map((one) => one.ref));
      cursor = answer.next ? `&before=${answer.next}` : "";
    } while (cursor);
    return list;
  });
  const some = refs.filter((_, index) => index % 5 === 0);
  for (const ref of some) {
    await page.goto(`${address}#/techniville/mention/${ref}`);
    await page.getByText(/n° \d+/).first().waitFor();
    await page.mouse.move(700, 300);
    await page.mouse.move(900, 420);
    await look(`mention ${ref}`);
  }
  const views = ["", "?vue=all", "/alertes", "/tableau", "/explorer?days=92", "/explorer?days=92&view=table", "/explorer?days=92&view=chart", "/regles", "/besoins", "/exploitation",
    "/confidentialite", "/comptes", "/profil", "/echantillon", "/arguments", "/accueil", "/kiosque"];
  for (const view of views) {
    await page.goto(`${address}#/techniville${view}`);
    await page.locator("h1").waitFor();
    await page.waitForFunction(() => !document.querySelector("[aria-busy=true]") && !/Chargement…/.test(document.querySelector("main").innerText));
    await page.evaluate(() => { for (const one of document.querySelectorAll("main details")) one.open = true; });
    await look(view);
  }
  assert.deepEqual(acted, []);
  console.log(`looked at ${some.length} mentions`);
} catch (error) {
  console.log(String(error), acted.slice(0, 20), page.url());
  process.exitCode = 1;
} finally {
  await browser.close();
}
