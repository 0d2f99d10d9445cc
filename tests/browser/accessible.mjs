// Every screen, in both languages, light and dark, before axe-core: what it can find by itself, nothing of it may be there. And each
// screen at 320 px and with the text at 200 % does not scroll sideways. Parts of screens.mjs: the page is signed in and in French.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const kAxe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const kRules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// What axe finds on the page as it is, a line each.
export async function axeFaults(page) {
  await page.evaluate(kAxe);
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), kRules);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ target, failureSummary }) => `${target} (${(failureSummary ?? "").replace(/\s+/g, " ").slice(0, 160)})`).join("; ")}`);
}

export async function accessibleSteps({ page, address, step, expect }) {
  const { mentions } = await (await page.request.get(`${address}api/v1/tenants/techniville/mentions?topic=eau&limit=1`)).json();
  const screens = {
    inbox: "#/techniville",
    mention: `#/techniville/mention/${mentions[0].ref}`,
    alerts: "#/techniville/alertes",
    dashboard: "#/techniville/tableau",
    explorer: "#/techniville/explorer",
    rules: "#/techniville/regles",
    emergent: "#/techniville/besoins",
    operations: "#/techniville/exploitation",
    privacy: "#/techniville/confidentialite",
    accounts: "#/techniville/comptes",
    settings: "#/techniville/reglages",
    profile: "#/techniville/profil",
    arguments: "#/techniville/arguments",
    samples: "#/techniville/echantillon",
    counter: "#/techniville/accueil",
    accessibility: "#/accessibilite",
    kiosk: "#/techniville/kiosque",
  };
  const open = async (hash) => {
    await page.evaluate((wanted) => { location.hash = wanted; }, hash);
    await page.locator("h1").waitFor();
    await page.waitForFunction(() => !document.querySelector("[aria-busy=true]") && !/Chargement…|Loading…/.test(document.querySelector("main").innerText));
    await page.evaluate(() => { for (const one of document.querySelectorAll("main details")) one.open = true; });
  };
  for (const language of ["fr", "en"]) {
    if ((await page.evaluate(() => document.documentElement.lang)) !== language) await page.locator("header button").first().click();
    for (const [name, hash] of Object.entries(screens)) {
      await step(`axe finds nothing: ${name}, ${language}, light and dark`, async () => {
        await open(hash);
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          const found = await axeFaults(page);
          expect(found.length === 0, `${colorScheme}: ${found.join("\n")}`);
        }
      });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.locator("header button").first().click();
  await step("no screen scrolls sideways at 320 px, nor with its text at 200 %", async () => {
    const wide = [];
    for (const [name, hash] of Object.entries(screens)) {
      for (const [width, scale] of [[320, "100%"], [1280, "200%"]]) {
        await page.setViewportSize({ width, height: 900 });
        await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, scale);
        await open(hash);
        const content = await page.evaluate(() => document.documentElement.scrollWidth);
        if (content > width) wide.push(`${name}: ${content} px wide on ${width}, text ${scale}`);
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.evaluate(() => { document.documentElement.style.fontSize = ""; });
    expect(wide.length === 0, wide.join("\n"));
  });
  await step("every control of a screen is reached by Tab, none holds the focus", async () => {
    for (const [name, hash] of Object.entries(screens)) {
      await open(hash);
      await page.evaluate(() => { for (const one of document.querySelectorAll("main details")) one.open = false; });
      const wanted = await page.evaluate(() => {
        document.activeElement.blur();
        const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
        return new Set(all.filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0 && !one.closest("dialog")
          && !(one.type === "radio" && one.name)).map((one) => one)).size;
      });
      const steps = Math.min(wanted, 120), inside = 12; // a date's field has several places inside
      const seen = await page.evaluateHandle(() => new Set());
      for (let at = 0; at < steps + inside; ++at) {
        await page.keyboard.press("Tab");
        await page.evaluate((all) => all.add(document.activeElement), seen);
      }
      const reached = await page.evaluate((all) => all.size, seen);
      expect(reached >= steps - 2, `${name}: ${reached} places of ${steps} were reached`);
    }
  });
  await page.evaluate(() => { location.hash = "#/techniville"; });
  await page.getByRole("heading", { name: "À traiter" }).waitFor();
}
