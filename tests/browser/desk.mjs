// Argument cards, reply drafts and the blind sample, as parts of screens.mjs: the page is signed in and in French.
export async function deskSteps({ page, address, step, keep, expect, waitForFocus }) {
  const fits = async (width) => {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide <= width, `${wide} px wide on ${width}`);
  };
  const home = async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.evaluate(() => { location.hash = "#/techniville"; });
    await page.getByRole("heading", { name: "À traiter" }).waitFor();
  };

  await step("argument cards stand beside what they answer, and a reply is prepared, edited and kept", async () => {
    await home();
    const { mentions } = await (await page.request.get(`${address}api/v1/tenants/techniville/mentions?topic=eau&limit=50&per_story=true`)).json();
    const { cards } = await (await page.request.get(`${address}api/v1/tenants/techniville/cards`)).json();
    const answered = cards.filter((card) => card.answered_in_public).map((card) => card.id);
    const mention = mentions.find((one) => answered.includes(one.cards[0]) && one.work.state === "new");
    await page.evaluate((ref) => { location.hash = `#/techniville/mention/${ref}`; }, mention.ref);
    const section = page.locator("section.arguments");
    await section.getByRole("heading", { name: "Arguments" }).waitFor();
    await section.getByText("À ne pas dire (interne)").first().waitFor();
    await section.getByRole("button", { name: /^Préparer une réponse/ }).first().click();
    await waitForFocus("draft-text");
    const text = page.locator("#draft-text");
    expect(/^Bonjour,/.test(await text.inputValue()), await text.inputValue());
    await text.scrollIntoViewIfNeeded();
    await keep("arguments");
    await fits(320);
    await text.scrollIntoViewIfNeeded();
    await keep("arguments_320");
    await page.setViewportSize({ width: 1280, height: 900 });
    await text.fill("Bonjour, nous revenons vers vous ce soir.");
    await section.getByRole("button", { name: "Répondue avec ce texte" }).click();
    await page.locator("section.work-panel").getByText(/répondue avec le brouillon n° \d+/).waitFor();
    await page.locator("section.work-panel").getByText(/brouillon de réponse : Bonjour, nous revenons/).waitFor();
    await waitForFocus("work-title");
  });
  await step("a link to a card opens it among all of them", async () => {
    await page.evaluate(() => { location.hash = "#/techniville/arguments/menace"; });
    await page.getByRole("heading", { name: "Arguments", level: 1 }).waitFor();
    await waitForFocus("card-menace");
    await page.getByText("Ne répondre à rien en public").waitFor();
    expect((await page.locator("details").count()) >= 8, "there are fewer than eight cards");
    await fits(320);
    await page.setViewportSize({ width: 1280, height: 900 });
  });
  await step("last week's sample is drawn and judged by keys alone, and nothing tells the verdict", async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.evaluate(() => { location.hash = "#/techniville/echantillon"; });
    await page.getByRole("heading", { name: "Échantillon", level: 1 }).waitFor();
    await page.getByRole("button", { name: /^Tirer \d{4}-W\d\d$/ }).click();
    await waitForFocus("judge-title");
    await page.getByText(/^0 jugées sur \d+/).waitFor();
    expect((await page.locator(".samples mark, .samples .badge, .samples .chip").count()) === 0, "something of the verdict is shown");
    await keep("sample_1440");
    const shown = () => page.locator("#judge-title").innerText();
    const first = await shown();
    await page.keyboard.press("u");
    expect((await shown()) === first, "judged without a tone");
    await page.keyboard.press("1");
    await page.getByRole("group", { name: "Quel est son ton ?" }).getByRole("button", { name: "Négatif", pressed: true }).waitFor();
    await page.keyboard.press("u");
    await page.getByText(/^1 jugées sur \d+/).waitFor();
    const second = await shown();
    await page.keyboard.press("s");
    await page.waitForFunction((old) => document.querySelector("#judge-title").innerText !== old, second);
    for (let judged = 2; judged <= 12; ++judged) {
      await page.keyboard.press(String(1 + (judged % 3)));
      await page.locator(".samples .views button[aria-pressed=true]").nth(1).waitFor();
      await page.keyboard.press("n");
      await page.getByText(new RegExp(`^${judged} jugées sur \\d+`)).waitFor();
    }
    await page.getByRole("button", { name: /^\d{4}-W\d\d : 12 sur \d+$/ }).waitFor();
    await fits(320);
    await keep("sample_320");
  });
  await step("the sample's result is a table with headings, a caption and intervals", async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole("button", { name: "Voir le résultat" }).click();
    await waitForFocus("result-title");
    const table = page.locator(".samples table").first();
    expect((await table.locator("caption").count()) === 1, "it has no caption");
    expect((await table.locator("thead th[scope=col]").count()) === 6, "its columns have no headings");
    expect((await table.locator("tbody th[scope=row]").count()) === 3, "its rows have no headings");
    expect(/\d\s%\s\(\d+\s%\s–\s\d+\s%\)/.test(await table.innerText()), await table.innerText());
    await page.locator("#result-title").scrollIntoViewIfNeeded();
    await keep("result_1440");
    await fits(320);
    await page.locator("#head-tone").scrollIntoViewIfNeeded();
    await keep("result_320");
    await home();
  });
}
