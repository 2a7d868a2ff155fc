// Answers at home, in Chromium, on a page from a file: by keyboard, in two languages, with axe-core; then codes as they may
// come to a terminal: good, old, foreign, wrong, in parts. Writes NAME.scan into PRE_OUT, pictures into PRE_PICTURES.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const env = process.env;
const modules = createRequire(path.join(env.PRE_MODULES, "x.js"));
const { chromium } = modules("playwright-core");
const axe = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
const problems = [];

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "en-US", timezoneId: "Asia/Tokyo" });
const page = await context.newPage();
page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
page.on("console", (line) => line.type() === "error" && problems.push(`console: ${line.text()}`));
page.on("request", (request) => !request.url().startsWith("file://") && problems.push(`request: ${request.url()}`));

async function accessible(where) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const violation of result.violations) {
    problems.push(`axe ${where}: ${violation.id}: ${violation.nodes.map((n) => n.target).join(" ")}`);
  }
}
const picture = (name) => page.screenshot({ path: path.join(env.PRE_PICTURES, `${name}.png`), fullPage: true });
const open = (procedure) => page.goto(`file://${env.PRE_PAGES}/${procedure}.html`);
const write = (name, digits) => writeFileSync(path.join(env.PRE_OUT, `${name}.scan`), `${digits}\n`);
const asked = () => page.evaluate(() => (Page.interview.atCheck() ? "check" : Page.interview.slotNow().key));
async function press(...keys) {
  for (const key of keys) {
    await (key.length > 1 && /^[A-Z]/.test(key) ? page.keyboard.press(key) : page.keyboard.type(key));
  }
}
async function fits(where) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(over <= 0, `${where}: ${over} px wider than the telephone`);
}

/* Runs of these letters that two lines share, though one line would hold them. */
const parted = (letters) => page.evaluate((letters) => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.checkVisibility() && !node.parentElement.closest("option, script, dd") ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT);
  while (walk.nextNode()) {
    for (const run of walk.currentNode.data.matchAll(new RegExp(`[${letters}]{2,}`, "gu"))) {
      const range = document.createRange();
      range.setStart(walk.currentNode, run.index);
      range.setEnd(walk.currentNode, run.index + run[0].length);
      const lines = [...range.getClientRects()];
      const room = walk.currentNode.parentElement.closest("p, h1, h2, dt, li, button, legend, label").clientWidth;
      if (lines.length > 1 && lines.reduce((sum, line) => sum + line.width, 0) < room) {
        found.push(run[0]);
      }
    }
  }
  return found;
}, letters);
const KANJI = "\\u3041-\\u30fc\\u4e00-\\u9fff", BURMESE = "\\u1000-\\u109f";

// A visit in English, by keyboard alone. The page took its language from the browser.
await open("resident-record");
assert.equal(await page.textContent("h1"), "Copy of the resident record (住民票の写し)");
await accessible("intro");
await picture("intro");
await page.setViewportSize({ width: 320, height: 640 });
for (const [code, letters] of [["my", BURMESE], ["my", KANJI], ["th", KANJI]]) {
  await page.selectOption("#language", code);
  assert.deepEqual(await parted(letters), [], `${code}: a line ends inside what is one`);
}
await page.selectOption("#language", "en");
await page.setViewportSize({ width: 390, height: 844 });
await page.focus("#start");
await press("Enter");
assert.equal(await asked(), "applicant.name");
await press("Tab", "1234 5678 9012", "Enter"); // what looks like a My Number stays out
assert.match(await page.textContent("[role=alert]"), /12/);
assert.equal(await page.evaluate(() => document.activeElement.id), "field");
await accessible("refused");
await picture("refused");
await press("Control+A", "日立　花子", "Enter");
await press("Tab", "茨城県日立市助川町1丁目1番1号", "Enter");
assert.equal(await asked(), "applicant.birth");
await accessible("date");
await page.selectOption("#era", "showa");
await press("Tab", "Tab", "16", "Tab", "13", "Tab", "5", "Enter"); // a day that is none stays as it was typed, to be put right
assert.equal(await page.evaluate(() => document.activeElement.id), "field");
assert.deepEqual(await page.evaluate(() => ["era", "field", "field-month", "field-day"].map((id) => document.getElementById(id).value)),
  ["showa", "16", "13", "5"]);
await press("Tab", "Control+A", "3", "Enter");
await accessible("choice");
for (let i = 0; (await asked()) !== "check"; i++) {
  assert.ok(i < 12, "more questions than there can be");
  await press("Tab", "Space", "Enter");
}
await accessible("check");
await picture("check");
assert.match(await page.textContent("#answers"), /日立　花子/);
assert.match(await page.textContent("#answers"), /5 March 1941/);
for (const [code, date] of [["my", "1941 ခုနှစ် မတ်လ 5 ရက်"], ["ne", "सन् 1941 मार्च 5"], ["th", "5 มีนาคม ค.ศ. 1941"]]) {
  await page.selectOption("#language", code); // also where the browser knows no month's name
  assert.ok((await page.textContent("#answers")).includes(date), `${code}: ${await page.textContent("#answers")}`);
}
await page.selectOption("#language", "en");

// One is changed, one is left to the terminal; then the language, and back.
const last = await page.evaluate(() => Page.interview.answers().at(-1).key);
await page.click(`[data-key="${last}"]`);
await page.click("#leave");
assert.equal(await asked(), "check");
assert.equal(await page.locator("#left li").count(), 3); // and two that follow from it
for (const code of await page.evaluate(() => [...document.querySelectorAll("#language option")].map((o) => o.value))) {
  await page.selectOption("#language", code);
  assert.ok((await page.textContent("h1")).length > 1, `${code}: no heading`);
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(code);
  assert.deepEqual(code === "my" ? await parted(BURMESE) : [], [], "a line ends inside a Burmese phrase");
  assert.deepEqual(/^(ja|zh)/.test(code) ? [] : await parted(KANJI), [], `${code}: a line ends inside a Japanese term`);
}
await page.setViewportSize({ width: 390, height: 844 });
await page.selectOption("#language", "en");
await page.evaluate(() => { // a browser that has the functions, and fails
  window.whole = SubtleCrypto.prototype.generateKey;
  SubtleCrypto.prototype.generateKey = () => Promise.reject(new Error("none"));
});
await page.click("#make");
await page.waitForSelector("#make", { state: "detached" });
assert.match(await page.textContent("h1"), /can't make a code/);
await page.evaluate(() => { SubtleCrypto.prototype.generateKey = window.whole; });
await page.click("#back");
await page.click("#make");
await page.waitForSelector("svg");
await accessible("code");
await picture("code");
write("good", await page.evaluate(() => document.querySelector("svg").dataset.digits));
writeFileSync(path.join(env.PRE_OUT, "left"), last);
assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, ""]);

// Codes that the page does not make.
async function seal(name, procedure, days, answers, language, flip) {
  const parts = await page.evaluate(async ([id, back, all, code, at]) => {
    const point = Uint8Array.from(atob(JSON.parse(document.getElementById("data").textContent).point), (c) => c.charCodeAt(0));
    const seconds = Math.floor(Date.now() / 1000) - back * 86400;
    const sealed = await Code.seal(point, Code.plain(id, code, seconds, all));
    if (at !== undefined) {
      sealed[at] ^= 1;
    }
    return Code.digits(sealed);
  }, [procedure, days, answers, language || "ja", flip]);
  parts.forEach((digits, i) => write(parts.length > 1 ? `${name}-${i + 1}` : name, digits));
  return parts.length;
}
const me = [{ key: "applicant.name", index: 0, value: "日立　花子" },
  { key: "applicant.address", index: 0, value: "茨城県日立市助川町1丁目1番1号" }];
await seal("old", "resident-record", 31, me);
await seal("young", "resident-record", 29, me);
await seal("changed", "resident-record", 0, me, "ja", 60);
await seal("anonymous", "survey", 0, []);
await seal("private", "resident-record", 0, [{ key: "applicant.name", index: 0, value: "雲母坂　菫太郎" },
  { key: "resident-record.nothing", index: 0, value: "糸魚川のひみつ" }]); // one is given out, one never
await seal("unknown", "no-such-thing", 0, me);
await seal("wrong", "resident-record", 0, [...me, { key: "applicant.birth", index: 0, value: "2099-01-01" },
  { key: "resident-record.nonsense", index: 3, value: "x" }, { key: "resident-record.whose", index: 0, value: "me" }]);
await seal("here", "community-room", 0, [{ key: "community-room.centre", index: 0, value: "mihon" },
  { key: "community-room.slot", index: 0, value: "mihon-meeting/2026-12-01/09:00" }, ...me]);
const filler = Array.from({ length: 12 }, (_, i) => ({ key: `resident-record.filler${i}`, index: 0, value: "ながい答え".repeat(6) }));
assert.ok(await seal("parts", "resident-record", 0, [...me, ...filler]) === 2);
// sealed to somebody else
await page.evaluate(async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  window.other = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
});
write("foreign", (await page.evaluate(async () => Code.digits(await Code.seal(window.other, Code.plain("resident-record", "ja", 1, [])))))[0]);
writeFileSync(path.join(env.PRE_OUT, "url.scan"), "https://example.org/not-ours?x=1\n");

// Every page begins, on a telephone of any width.
const every = env.SOAK === "1" ? readdirSync(env.PRE_PAGES).map((name) => name.replace(".html", "")) : ["move-in", "community-room"];
for (const procedure of every) {
  await open(procedure);
  await page.selectOption("#language", "my");
  await fits(procedure);
  await page.click("#start");
  assert.ok(await page.evaluate(() => document.querySelector("h1").textContent.length > 0), procedure);
  await fits(procedure);
  if (procedure === "move-in") {
    await accessible("move-in");
  }
}
await browser.close();
assert.deepEqual(problems, []);
console.log(`${every.length + 1} pages`);
