// Plays a clerk's morning on the desk's page in Chromium. Each step says what it checks; the first
// that does not hold ends the play with exit code 1.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";

const env = process.env;
const modules = createRequire(path.join(env.PAGE_MODULES, "x.js"));
const { chromium } = modules("playwright-core");
const axe = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
const url = env.PAGE_URL;
const password = "naka-machi 5";

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const problems = [];

async function newPage(size) {
  const context = await browser.newContext({ viewport: size, locale: "ja-JP", timezoneId: "Asia/Tokyo" });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
  page.on("console", (line) => {
    if (line.type() === "error" && !/\b(401|403|429)\b/.test(line.text())) {
      problems.push(`console: ${line.text()}`);
    }
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url + "/")) {
      problems.push(`outside request: ${request.url()}`);
    }
    if (/[?&][^=]*(name|address|number)=/.test(request.url()) || /%[eE]/.test(request.url())) {
      problems.push(`personal URL: ${request.url()}`);
    }
  });
  return page;
}

// axe-core through the protocol, which the page's policy does not touch.
async function accessible(page, where) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  for (const violation of result.violations) {
    problems.push(`axe ${where}: ${violation.id}: ${violation.nodes.map((n) => n.target).join(" ")}`);
  }
}

async function picture(page, name) {
  await page.screenshot({ path: path.join(env.PAGE_PICTURES, `${name}.png`) });
}

function put(kind) {
  return execFileSync(env.PAGE_FILL, [env.PAGE_HOME, "put", kind], { encoding: "utf8" }).trim();
}

function call(kiosk, id, state) {
  return execFileSync(env.PAGE_FILL, [env.PAGE_HOME, "call", kiosk, id, state], { encoding: "utf8" }).trim();
}

function grouped(number) {
  return `${number.slice(0, 4)} ${number.slice(4)}`;
}

async function logIn(page, name, word) {
  await page.fill("#login-name", name);
  await page.fill("#login-password", word);
  await page.click("#login-ok");
}

async function search(page, number) {
  await page.keyboard.press("/");
  await page.keyboard.type(number);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#record");
}

// Keys as a scanner or a hand gives them, so many milliseconds apart by their own time stamps: a busy machine changes nothing.
async function keys(page, text, apartMs) {
  const client = await page.context().newCDPSession(page);
  let at = Date.now() / 1000;
  await Promise.all([...text].map((key) => {
    at += apartMs / 1000;
    const name = key === "\n" ? "Enter" : key;
    const typed = key === "\n" ? "\r" : key;
    return client.send("Input.dispatchKeyEvent", { type: "keyDown", key: name, text: typed, timestamp: at });
  }));
  await client.detach();
}

const steps = {
  async "login, wrong and right"(page) {
    await page.goto(url + "/");
    assert.equal(new URL(page.url()).pathname, "/login");
    await picture(page, "login");
    await accessible(page, "login");
    await logIn(page, "佐藤", "wrong");
    assert.match(await page.textContent("#notice"), /ちがいます/);
    assert.equal(await page.inputValue("#login-password"), "");
    await picture(page, "login-wrong");
    await accessible(page, "login-wrong");
    await logIn(page, "佐藤", password);
    await page.waitForSelector("#rows");
    assert.equal(new URL(page.url()).pathname, "/");
    assert.equal(await page.textContent("#who"), "佐藤");
    const cookies = await page.context().cookies();
    const session = cookies.find((cookie) => cookie.name === "desk");
    assert.ok(session.httpOnly && session.sameSite === "Strict" && /^[0-9a-f]{64}$/.test(session.value));
    assert.equal(cookies.find((cookie) => cookie.name === "desk-form"), undefined);
    assert.equal(await page.evaluate(() => document.cookie), "");
  },

  async "the list, newest first"(page) {
    assert.equal(await page.locator("a.row").count(), 50);
    const positions = await page.locator("a.row").evaluateAll((all) => all.map((row) => Number(row.dataset.position)));
    assert.deepEqual(positions, [...positions].sort((a, b) => b - a));
    const first = page.locator("a.row").first();
    assert.equal(await first.locator(".number").textContent(), grouped(env.PAGE_MOVE));
    assert.match(await first.textContent(), /転入/);
    assert.match(await first.textContent(), /英語/);
    assert.match(await first.textContent(), /kiosk-001/);
    assert.match(await first.locator("time").textContent(), /\d+:\d\d/);
    assert.equal(await page.locator(".state.unread").count(), 1);
    await picture(page, "list");
    await accessible(page, "list");
  },

  async "older pages"(page) {
    await page.click("#page-older");
    await page.waitForURL(/before=/);
    assert.equal(await page.locator("a.row").count(), 18);
    await page.click("#page-newest");
    assert.equal(await page.locator("a.row").count(), 50);
  },

  async "a record arrives while the page is open"(page) {
    await page.evaluate(() => { window.notReloaded = true; });
    await page.locator("a.row").nth(2).focus();
    const focused = await page.evaluate(() => document.activeElement.id);
    const number = put("resident");
    await page.waitForFunction((text) => document.querySelector("a.row .number").textContent === text,
      grouped(number), { timeout: 6000 });
    await page.waitForFunction(() => document.getElementById("news").textContent === "新しい申請が届きました");
    assert.equal(await page.getAttribute("#news", "aria-live"), "polite");
    assert.equal(await page.evaluate(() => window.notReloaded), true);
    assert.equal(await page.evaluate(() => document.activeElement.id), focused);
    await picture(page, "arrived");
    await accessible(page, "arrived");
  },

  async "open one with the keys"(page) {
    await page.goto(url + "/");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    assert.equal(await page.evaluate(() => document.activeElement === document.querySelector("a.row")), true);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#record");
    assert.match(page.url(), /\/record\/[0-9a-f]{32}\?/);
    assert.equal(await page.textContent("[id='fact-applicant.name']"), "日立　花子");
    assert.equal(await page.textContent("[id='label-applicant.name']"), "名前");
    assert.match(await page.textContent("[id='fact-applicant.birth']"), /昭和16年（1941年）3月5日/);
    assert.equal(await page.getAttribute("[id='fact-applicant.birth']", "data-value"), "1941-03-05");
    assert.match(await page.textContent("#record"), /カードから/);
    assert.match(await page.textContent("#record-title"), /住民票の写し/);
    assert.match(await page.textContent("[id='fact-resident-record.copies']"), /2枚/);
    assert.equal(await page.textContent("[id='fact-resident-record.purpose']"), "勤め先・学校");
    assert.equal(await page.textContent("[id='fact-resident-record.domicile']"), "いいえ");
    assert.equal(await page.textContent("[id='fact-resident-record.relationship']"), "わからない");
    assert.match(await page.textContent("#record-fee"), /600円/);
    await picture(page, "record");
    await accessible(page, "record");
  },

  // 葛 as the register has it, in the place of an address; told beside what came, and taken back.
  async "the right form of a character"(page) {
    const sheet = page.url();
    const key = "applicant.address";
    const came = await page.textContent(`[id='fact-${key}']`);
    await page.click(`[id='fix-${key}']`);
    await page.waitForSelector("#glyph-title");
    assert.equal(await page.textContent("#glyph-own"), came);
    // each form is drawn by the desk, and no two are the same drawing
    const drawn = await page.locator("#glyphs-0 svg.drawn path").evaluateAll((all) => all.map((one) => one.getAttribute("d")));
    assert.ok(drawn.length >= 3 && drawn.every((one) => /^M[-0-9 MLCZ]+$/.test(one)));
    assert.ok(new Set(drawn).size >= drawn.length - 1); // the character alone is one of its forms
    const form = page.locator(".glyphs input:not(:checked)").nth(1);
    await form.check();
    await page.click("#glyph-ok");
    assert.match(await page.textContent("#notice"), /わけを書いて/);
    await page.locator(".glyphs input:not(:checked)").nth(1).check();
    await page.fill("#glyph-reason", "住民票のとおりの字にする");
    await picture(page, "glyphs");
    await accessible(page, "glyphs");
    await page.click("#glyph-ok");
    await page.waitForSelector(`[id='fixed-${key}']`);
    const mended = await page.textContent(`[id='fact-${key}']`);
    assert.notEqual(mended, came);
    assert.equal(mended.replace(/[\u{E0100}-\u{E01EF}]/gu, ""), came);
    assert.equal(await page.getAttribute(`[id='came-${key}']`, "data-value"), came);
    assert.match(await page.textContent(`[id='fixes-${key}']`), /住民票のとおりの字にする/);
    const both = await page.locator(".both svg.drawn path").evaluateAll((all) => all.map((one) => one.getAttribute("d")));
    assert.ok(both.length === 2 && both[0] !== both[1]); // to be seen, whatever fonts the browser has
    await page.locator(`[id='fixes-${key}']`).scrollIntoViewIfNeeded();
    await picture(page, "glyph-mended");
    await accessible(page, "glyph-mended");
    await page.click(`[id='fix-${key}']`);
    await page.fill("#glyph-reason", "もとの字でよい");
    await page.click("#glyph-back");
    await page.waitForSelector("#record");
    assert.equal(await page.textContent(`[id='fact-${key}']`), came);
    await page.goto(sheet);
  },

  // The browser's own session gets the papers; whoever has none is led to the login.
  async "the papers of a record"(page) {
    for (const id of ["forms", "slip"]) {
      const link = await page.getAttribute(`#${id}`, "href");
      assert.match(link, /^\/record\/[0-9a-f]{32}\/(forms|slip)\.pdf$/);
      const answer = await page.request.get(url + link, { maxRedirects: 0 });
      assert.equal(answer.status(), 200);
      assert.equal(answer.headers()["content-type"], "application/pdf");
      assert.equal(answer.headers()["cache-control"], "no-store");
      assert.equal((await answer.body()).subarray(0, 5).toString(), "%PDF-");
      const stranger = await fetch(url + link, { redirect: "manual" });
      assert.equal(stranger.status, 303);
    }
  },

  async "mark it done, and back"(page) {
    await page.keyboard.press("d");
    await page.waitForSelector("#undo");
    assert.match(await page.textContent("#record-state"), /処理ずみ/);
    assert.equal(await page.locator("#done").count(), 0);
    assert.equal(await page.textContent("#record-by"), "佐藤");
    assert.match(await page.textContent("#record-at"), /年.*\d+:\d\d/);
    await picture(page, "done");
    await accessible(page, "done");
    const opened = page.url().match(/record\/([0-9a-f]+)/)[1];
    assert.equal(await page.locator(`#row-${opened}`).count(), 0);
    await page.click("#show-done");
    assert.equal(await page.locator(`#row-${opened}`).count(), 1);
    await page.click(`#row-${opened}`);
    await page.click("#undo");
    await page.waitForSelector("#done");
    await page.click("#done");
    await page.waitForSelector("#undo");
  },

  async "what the keys do, on the page itself"(page) {
    await page.keyboard.press("?");
    await page.waitForSelector("#keys[open]");
    const told = await page.locator("#keys kbd").allTextContents();
    const keys = await page.locator("[aria-keyshortcuts]").evaluateAll((all) => all.map((one) => one.getAttribute("aria-keyshortcuts")));
    for (const key of keys) {
      assert.ok(told.includes(key), `${key} is not told`);
    }
    await picture(page, "keys");
    await accessible(page, "keys");
    await page.keyboard.press("d"); // the page behind hears nothing
    await page.keyboard.press("Escape");
    await page.waitForSelector("#keys", { state: "hidden" });
    await page.click("#keys-open");
    await page.click("#keys-close");
  },

  async "a morning's work: take it, note, wait for papers"(page) {
    await page.goto(url + "/");
    const before = Number(await page.textContent("#count-new"));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#record");
    await page.waitForLoadState();
    await page.keyboard.press("t");
    await page.waitForSelector("#release");
    await page.waitForLoadState();
    assert.equal(await page.textContent("#record-holder"), "佐藤");
    assert.match(await page.textContent("#record-state"), /処理中/);
    await page.keyboard.press("m");
    await page.keyboard.type("電話した。賃貸借の契約書を、あす持ってくるとのこと。d w p");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#acts .note");
    await page.waitForLoadState();
    assert.match(await page.textContent("#record-state"), /処理中/); // letters in a note are no keys
    await page.keyboard.press("p");
    await page.waitForSelector("#papers", { state: "detached" });
    assert.match(await page.textContent("#record-state"), /書類まち/);
    assert.deepEqual(await page.locator("#acts .what").allTextContents(), ["書類まちにした",
      "電話した。賃貸借の契約書を、あす持ってくるとのこと。d w p", "自分の担当にした", "処理中にした"]);
    await picture(page, "notes");
    await accessible(page, "notes");
    await page.click("#show-mine");
    assert.equal(await page.locator("a.row").count(), 1);
    assert.match(await page.textContent("a.row"), /書類まち.*担当 佐藤/s);
    assert.equal(Number(await page.textContent("#count-new")), before - 1);
    assert.equal(await page.textContent("#count-papers"), "1");
    await picture(page, "mine");
    await accessible(page, "mine");
    await page.click("a.row");
    await page.selectOption("#holder", "鈴木");
    await page.click("#assign");
    await page.waitForSelector("#record-holder:text('鈴木')");
  },

  // Two at one record: what the other did comes while one types, and is told when one presses all the same.
  async "two clerks at one record"(page) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "ja-JP" });
    const other = await context.newPage();
    await other.goto(url + "/login");
    await logIn(other, "鈴木", password);
    await other.waitForSelector("#rows");
    assert.equal(await other.locator("#holder").count(), 0);
    await other.click("#show-mine");
    await other.click("a.row");
    await page.click("#note");
    await page.keyboard.type("書きかけのメモ");
    await other.fill("#note", "契約書を見た。よし。");
    await other.click("#work");
    await other.waitForSelector("#done");
    await page.waitForSelector("#told-text", { timeout: 6000 });
    assert.match(await page.textContent("#told"), /鈴木.*契約書を見た。よし。.*鈴木.*処理中にした/s);
    assert.match(await page.textContent("#record-state"), /処理中/);
    assert.equal(await page.textContent("#count-work"), "1");
    assert.equal(await page.evaluate(() => document.activeElement.id), "note");
    await page.keyboard.type("、つづき");
    assert.equal(await page.inputValue("#note"), "書きかけのメモ、つづき");
    await picture(page, "told");
    await accessible(page, "told");
    // without a look: nothing is changed, and the note is still there
    await page.click("#done");
    await page.waitForSelector("#notice");
    assert.match(await page.textContent("#notice"), /まだ何も変えていません/);
    assert.match(await page.textContent("#told"), /鈴木.*処理中にした/s);
    assert.equal(await page.inputValue("#note"), "書きかけのメモ、つづき");
    assert.match(await page.textContent("#record-state"), /処理中/);
    await picture(page, "conflict");
    await accessible(page, "conflict");
    // with a look: it counts
    await page.click("#back");
    await page.waitForSelector("#back", { state: "detached" });
    assert.match(await page.textContent("#record-state"), /差しもどし/);
    await other.waitForSelector("#told-ok", { timeout: 6000 });
    await other.click("#told-ok");
    assert.equal(await other.locator("#told-text").count(), 0);
    await other.click("#done");
    await other.waitForSelector("#done", { state: "detached" });
    assert.equal(await other.locator("#notice").count(), 0);
    await picture(other, "history");
    await context.close();
  },

  // Sent back says why: the page asks, the cursor stands in the note, and one key sends it.
  async "sent back, with the reason"(page) {
    await page.reload(); // with what the colleague did
    await page.click("#work");
    await page.waitForSelector("#now[data-state=work]");
    await page.waitForSelector("#print:not([hidden])"); // the page's scripts hear keys from now on
    await page.click("body", { position: { x: 2, y: 300 } });
    await page.keyboard.press("b");
    await page.waitForSelector("#notice");
    assert.match(await page.textContent("#notice"), /わけを、メモに書いてください.*まだ何も変えていません/);
    await page.waitForFunction(() => document.activeElement.id === "note");
    await page.waitForSelector("#print:not([hidden])");
    assert.equal(await page.getAttribute("#now", "data-state"), "work");
    await picture(page, "why");
    await accessible(page, "why");
    await page.keyboard.type("身分証の期限が切れていた");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#now[data-state=back]");
    assert.match(await page.textContent("#acts"), /身分証の期限が切れていた/);
  },

  async "search by number"(page) {
    await page.goto(url + "/");
    await search(page, env.PAGE_MOVE);
    assert.equal(await page.textContent("#record-number"), grouped(env.PAGE_MOVE));
    assert.equal(await page.textContent("[id='fact-household[2].name']"), "NGUYEN HANA");
    assert.equal(await page.textContent("[id='fact-household[2].sex']"), "窓口で話す");
    // one group a person, the dictionary's and those of what was done together by their names
    assert.deepEqual(await page.locator("#record h2").allTextContents(),
      ["これまで", "申請する人", "引っ越し", "いっしょにくらす家族", "家族 1", "家族 2", "申請の内容", "健康保険", "国民健康保険に入る"]);
    // the visitor's own words under the Japanese
    assert.equal(await page.textContent("[id='own-applicant.name']"), "Name");
    assert.equal(await page.getAttribute("[id='own-applicant.name']", "lang"), "en");
    await page.locator("#record h2", { hasText: "引っ越し" }).scrollIntoViewIfNeeded();
    await picture(page, "move-in");
    await accessible(page, "move-in");
    await page.keyboard.press("/");
    await page.keyboard.type("12345678");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#notice");
    await picture(page, "search-nothing");
    await accessible(page, "search-nothing");
  },

  async "search by name, kana and birth"(page) {
    for (const [typed, count] of [["花子", 61], ["ｎｇｕｙｅｎ", 1], ["ぐえん まい", 1], ["平成8年11月2日", 1], ["H8.11.2 hana", 1], ["誰", 0]]) {
      await page.goto(url + "/");
      await page.fill("#search-number", typed);
      await page.click("#search-ok");
      await page.waitForSelector("#found");
      assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/search");
      assert.equal(Number(await page.getAttribute("#found", "data-count")) >= count, true, typed);
      assert.equal(count === 0, await page.textContent("#found-title") === "見つかりませんでした", typed);
      await picture(page, `found-${count === 61 ? "many" : count}`);
      await accessible(page, `found-${count}`);
      if (count === 61) {
        assert.match(await page.textContent("#found-more"), /あと\d+件/);
        await page.click("#found-more");
        await page.waitForSelector("#found-before");
        assert.equal(await page.locator("#found-rows tr").count(), 20);
      }
    }
    await page.goto(url + "/");
    await page.fill("#search-number", "グエン");
    await page.click("#search-ok");
    await page.click("#found-rows a");
    await page.waitForSelector("#record");
    assert.equal(await page.textContent("#record-number"), grouped(env.PAGE_MOVE));
  },

  async "what belongs to a record stands beside it"(page) {
    const [first, second] = env.PAGE_VISIT.split("\n");
    await page.goto(url + "/");
    await search(page, first);
    assert.match(await page.textContent("#beside-visit"), new RegExp(grouped(second)));
    assert.match(await page.textContent("#beside-twins"), /二重の申請かもしれません/);
    await picture(page, "beside");
    await accessible(page, "beside");
    await page.click("#beside-visit a");
    await page.waitForSelector("#record");
    assert.equal(await page.textContent("#record-number"), grouped(second));
  },

  async "a scanner opens a record from anywhere"(page) {
    const number = env.PAGE_VISIT.split("\n")[0];
    const lines = [`${number}\n`, `MADOGUCHI;${number};300\n`, `done\n${grouped(number)}\n2026-11-22\n`];
    for (const line of lines) {
      await page.goto(url + "/");
      await page.locator("a.row").nth(3).focus();
      await keys(page, line, 5);
      await page.waitForSelector("#record");
      assert.equal(await page.textContent("#record-number"), grouped(number));
      assert.match(await page.textContent("#record-state"), /処理まえ/);
    }
    // a hand types the same: nothing opens; and what a code says marks nothing
    await page.goto(url + "/");
    await keys(page, `${number}`, 200);
    await keys(page, "1111-2222-3333\n", 5);
    await keys(page, "2026-11-22\n", 5);
    await page.keyboard.press("j");
    await page.waitForFunction(() => document.activeElement.matches("a.row"));
    assert.equal(new URL(page.url()).pathname, "/");
    await search(page, number);
    await keys(page, "dxd-123\n", 5);
    await page.keyboard.press("j");
    await page.waitForFunction(() => document.activeElement.matches("a.row"));
    assert.match(await page.textContent("#record-state"), /処理まえ/);
    // in a field what is typed belongs to the field
    await page.goto(url + "/");
    await page.focus("#search-number");
    await keys(page, "12", 5);
    assert.equal(await page.inputValue("#search-number"), "12");
    await page.goto(url + "/");
  },

  async "hostile values are text"(page) {
    const title = await page.title();
    await search(page, env.PAGE_HOSTILE);
    const name = await page.textContent("[id='fact-applicant.name']");
    assert.match(name, /<script>document\.title='x'<\/script><b>太郎<\/b>/);
    assert.match(name, /\[U\+202E\]/);
    assert.equal(await page.title(), title);
    assert.equal(await page.locator("#record script, #record b, #record img, #record i").count(), 0);
    await picture(page, "hostile");
    await accessible(page, "hostile");
  },

  async "what can't be opened is shown"(page) {
    await page.goto(url + "/");
    await page.locator("a.row", { has: page.locator(".unread") }).click();
    await page.waitForSelector("#record-reason");
    assert.match(await page.textContent("#record-title"), /開けません/);
    await picture(page, "unread");
    await accessible(page, "unread");
  },

  async "two ask for one slot: the first gets it"(page) {
    const [first, second] = env.PAGE_ROOMS.split("\n");
    await page.goto(url + "/");
    await search(page, second);
    assert.match(await page.textContent("#slot-name-1"), /見本交流センター　会議室　.*（.） 13:00/);
    assert.equal(await page.getAttribute("#places-1", "data-value"), "1");
    assert.equal(await page.getAttribute("#wishes-1", "data-count"), "2");
    const numbers = await page.locator("#wishes-1 tbody td:nth-child(3)").allTextContents();
    assert.deepEqual(numbers, [grouped(first), grouped(second) + "（この申請）"]);
    await picture(page, "booking");
    await accessible(page, "booking");
    await page.click("#wishes-1 tbody a");
    await page.waitForSelector(`#record-number[data-value="${first}"]`);
    await page.click("#booked-1");
    await page.waitForSelector("#booking[data-decision=booked]");
    assert.match(await page.textContent("#decisions"), /予約ずみ.*佐藤/s);
    assert.match(await page.textContent("a.row[aria-current]"), /予約ずみ/);
    await picture(page, "booked");
    await accessible(page, "booked");
  },

  async "the second is warned of, and is told kindly"(page) {
    const second = env.PAGE_ROOMS.split("\n")[1];
    await search(page, second);
    assert.equal(await page.getAttribute("#places-1", "data-value"), "0");
    await page.click("#booked-1");
    await page.waitForSelector("#notice");
    assert.match(await page.textContent("#notice"), /何も変えていません/);
    assert.equal(await page.getAttribute("#booking", "data-decision"), "open");
    await picture(page, "booking-full");
    await accessible(page, "booking-full");
    // a colleague decides in another window; this page is of before
    const other = await page.context().newPage();
    await other.goto(page.url().replace(/\/booked.*/, "?show=new"));
    await other.click("#taken-1");
    await other.waitForSelector("#booking[data-decision=taken]");
    await other.close();
    await page.click("#booked-anyway-1");
    await page.waitForSelector("#booking[data-decision=taken]");
    assert.match(await page.textContent("#notice"), /ほかの職員が先に/);
    await picture(page, "taken");
    await accessible(page, "taken");
    await page.click("#open-1");
    await page.waitForSelector("#booking[data-decision=open]");
    assert.equal(await page.locator("#decisions li").count(), 2);
    await page.click("#taken-1");
    await page.waitForSelector("#booking[data-decision=taken]");
  },

  async "a call rings, somebody comes, and it ends"(page) {
    const open = page.url();
    const title = await page.title();
    await page.click("#call-sound");
    assert.equal(await page.getAttribute("#call-sound", "aria-pressed"), "true");
    await page.waitForFunction(() => Number(document.getElementById("call-sound").dataset.rang) === 1); // how it sounds
    const begin = Date.now();
    assert.equal(call("kiosk-007", "77", "rings"), "rings");
    await page.waitForSelector("#call-kiosk-007 .call-form");
    console.log(`# a call is seen after ${Date.now() - begin} ms`);
    assert.ok(Date.now() - begin < 2500, "too late");
    await page.waitForFunction(() => Number(document.getElementById("call-sound").dataset.rang) >= 2); // it rings
    assert.match(await page.title(), /^【よびだし】/);
    assert.match(await page.textContent("#call-kiosk-007"), /kiosk-007.*質問のページ.*てつだって/s);
    await picture(page, "call");
    await accessible(page, "call");
    await page.reload(); // the sound stays switched on
    assert.equal(await page.getAttribute("#call-sound", "aria-pressed"), "true");
    await page.click("#coming-kiosk-007");
    await page.waitForSelector("#call-kiosk-007 .call-by");
    assert.equal(page.url(), open); // what was being read or written stays
    assert.match(await page.textContent("#call-kiosk-007"), /佐藤さんが向かっています/);
    assert.equal(await page.title(), title);
    assert.equal(call("kiosk-007", "77", "rings"), "coming");
    await picture(page, "call-coming");
    await accessible(page, "call-coming");
    assert.equal(call("kiosk-007", "77", "over"), "over");
    await page.waitForSelector("#call-kiosk-007", { state: "detached" });
    await page.click("#call-sound");
    assert.equal(await page.getAttribute("#call-sound", "aria-pressed"), "false");
  },

  async "what the lead looks after"(page) {
    const back = page.url();
    await page.goto(`${env.PAGE_URL}/`);
    await page.setViewportSize({ width: 1366, height: 768 });
    const rows = await page.locator("#tabs > li").evaluateAll((all) => new Set(all.map((one) => one.offsetTop)).size);
    assert.ok(rows <= 3, `a lead's tabs take ${rows} lines`);
    await page.click("#pages-open");
    await picture(page, "pages");
    await accessible(page, "pages");
    await page.keyboard.press("Escape");
    assert.equal(await page.isVisible("#show-retention"), false);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.click("#pages-open");
    await page.click("#show-retention");
    await page.waitForSelector("#retention-title");
    assert.equal(await page.getAttribute("#retention-rule", "data-value"), "90");
    assert.equal(await page.getAttribute("#retention-clock", "data-value"), "good");
    assert.match(await page.textContent("#gone-rows"), /1111 2222/u);
    await picture(page, "retention");
    await accessible(page, "retention");
    await page.click("#retention-back");
    await page.fill("#search-number", "11112222");
    await page.click("#search-ok");
    await page.waitForSelector("#gone-number");
    assert.equal(await page.textContent("#gone-number"), "1111 2222");
    await picture(page, "gone");
    await accessible(page, "gone");
    await page.click("#message-home");
    await page.click("#pages-open");
    await page.click("#show-statistics");
    await page.waitForSelector("#statistics-rows tr");
    assert.match(await page.textContent("#statistics-rows"), /窓口での申請サポート件数/u);
    await picture(page, "statistics");
    await accessible(page, "statistics");
    await page.click("#statistics-back");
    await page.click("#pages-open");
    await page.click("#show-access");
    await page.waitForSelector("#access-rows tr");
    assert.match(await page.textContent("#access-rows"), /さがした/u);
    await picture(page, "access");
    await accessible(page, "access");
    await page.goto(back);
  },

  async "targets are large enough"(page) {
    const small = await page.evaluate(() => Array.from(document.querySelectorAll("a, button, select, textarea, input:not([type=hidden])"))
      .filter((element) => element.offsetParent !== null && !element.matches(".skip, #home"))
      .filter((element) => element.getBoundingClientRect().height < 44)
      .map((element) => element.id));
    assert.deepEqual(small, []);
  },

  // A counter's usual screen: the states in one line, the first answers in sight, the next record by one key.
  async "1366 by 768"(page) {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "ja-JP", timezoneId: "Asia/Tokyo" });
    const clerk = await context.newPage();
    await clerk.goto(url + "/login");
    await logIn(clerk, "鈴木", password);
    await clerk.waitForSelector("#rows");
    await search(clerk, env.PAGE_MOVE);
    const tops = await clerk.locator("#states > *").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    assert.ok(tops.length === 5 && new Set(tops).size === 1);
    const cut = await clerk.locator("#states > *").evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).length);
    assert.equal(cut, 0);
    const name = await clerk.locator("[id='fact-applicant.name']").boundingBox();
    assert.ok(name.y + name.height < 768, `the name ends at ${name.y + name.height}`);
    await picture(clerk, "usual");
    await accessible(clerk, "usual");
    await clerk.goto(url + "/?show=all");
    const rows = await clerk.locator("a.row:not(:has(.unread))").evaluateAll((all) => all.slice(0, 2).map((one) => one.id));
    for (const row of rows) {
      await clerk.keyboard.press("o");
      await clerk.waitForSelector(`#${row}[aria-current]`);
      await clerk.waitForSelector("#print:not([hidden])"); // the page's scripts hear keys from now on
    }
    await context.close();
    assert.ok(page);
  },

  async "1024 pixels"(page) {
    await page.setViewportSize({ width: 1024, height: 768 });
    await search(page, env.PAGE_MOVE);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(wide, false);
    await picture(page, "narrow");
    await accessible(page, "narrow");
    await search(page, env.PAGE_ROOMS.split("\n")[0]);
    await page.waitForSelector("#booking");
    assert.equal(await page.evaluate(() => document.getElementById("sheet").scrollWidth > document.getElementById("sheet").clientWidth), false);
    await picture(page, "booking-narrow");
    await accessible(page, "booking-narrow");
    await page.setViewportSize({ width: 1440, height: 900 });
  },

  async "a printed sheet"(page) {
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.isVisible("#left"), false);
    assert.equal(await page.isVisible("#bar"), false);
    assert.equal(await page.isVisible("#done"), false);
    await page.setViewportSize({ width: 680, height: 960 });
    await picture(page, "print");
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ media: "screen" });
  },

  async "a form from elsewhere changes nothing"(page) {
    const path = new URL(page.url()).pathname;
    const status = await page.evaluate(async (where) => {
      const answer = await fetch(where, {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: "token=" + "0".repeat(64),
      });
      return answer.status;
    }, path + "/done");
    assert.equal(status, 403);
    await page.reload();
    assert.equal(await page.locator("#done").count(), 1);
  },

  async "without scripts it works too"(page) {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 800 } });
    const plain = await context.newPage();
    await plain.goto(url + "/");
    await logIn(plain, "佐藤", password);
    await plain.click("a.row >> nth=0");
    assert.equal(await plain.locator("#record").count(), 1);
    assert.equal(call("kiosk-007", "78", "rings"), "rings");
    await plain.reload();
    await plain.click("#coming-kiosk-007");
    assert.equal(await plain.locator("#record").count(), 1); // beside the record that is open
    assert.equal(await plain.locator("#call-kiosk-007 .call-by").count(), 1);
    assert.equal(call("kiosk-007", "78", "over"), "over");
    assert.equal(await plain.isVisible("#print"), false);
    await plain.click("#logout-ok");
    assert.equal(new URL(plain.url()).pathname, "/login");
    await context.close();
    assert.ok(page);
  },

  async "handing over: a screen to copy from, and batches"(page) {
    await page.goto(url + "/");
    await page.click("#show-all");
    await page.locator(".row:not(:has(.unread))").first().click();
    await page.click("#hand");
    await page.waitForSelector("#items");
    await page.focus("#item-number");
    assert.equal(await page.evaluate(() => {
      const field = document.activeElement;
      return field.value.slice(field.selectionStart, field.selectionEnd);
    }), await page.getAttribute("#item-number", "data-value"));
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.click("#copy-number");
    await page.waitForFunction(() => /コピーしました/.test(document.getElementById("copied").textContent)); // said once it is copied
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.inputValue("#item-number"));
    await picture(page, "copy");
    await accessible(page, "copy");
    await page.click("#hand-office");
    await page.waitForSelector("#handed-office");
    await page.goto(url + "/");
    await page.click("#pages-open");
    await page.click("#show-hand-over");
    await accessible(page, "systems");
    await page.click("#client-office");
    await picture(page, "waiting");
    await accessible(page, "waiting");
    await page.click("#hand-make");
    await page.waitForSelector("#hand-tables");
    await picture(page, "batch");
    await accessible(page, "batch");
    await page.goto(url + "/");
  },

  async "before a session ends: told of, and put off by one key"(page) {
    await page.route("**/session", (route) => route.fulfill({ json: { left: 240, stays: true } }), { times: 1 });
    await page.goto(url + "/");
    await page.waitForSelector("#stay:not([hidden])");
    assert.match(await page.textContent("#stay"), /あと4分でログアウトします.*続ける/s);
    await picture(page, "stay");
    await accessible(page, "stay");
    const asked = page.waitForResponse((answer) => answer.url() === url + "/stay");
    await page.keyboard.press("s");
    assert.equal((await asked).status(), 204);
    await page.waitForSelector("#stay", { state: "hidden" });
  },

  // A note that is being typed outlives the session, for the same clerk alone; nobody can read it meanwhile.
  async "the session ends: the page leaves by itself"(page) {
    const typed = "電話で聞いたことの書きかけ";
    const kept = () => page.evaluate(() => JSON.stringify(sessionStorage) + JSON.stringify(localStorage));
    const drafts = (count) => page.waitForFunction((many) => Object.keys(sessionStorage).filter((name) => /^draft:/.test(name)).length === many, count);
    await page.click("#show-all");
    await page.locator(".row:not(:has(.unread))").first().click();
    await page.click("#note");
    await page.keyboard.type(typed);
    await drafts(1);
    const other = await page.context().newPage();
    await other.goto(url + "/");
    await other.click("#logout-ok");
    await other.waitForURL(/login\?why=out/);
    assert.equal((await page.context().cookies()).find((cookie) => cookie.name === "desk"), undefined);
    await page.waitForURL(/login\?why=ended/, { timeout: 6000 });
    assert.match(await page.textContent("#notice"), /ログアウトしました/);
    await picture(page, "ended");
    await accessible(page, "ended");
    await page.goBack().catch(() => undefined);
    await page.waitForURL(/login/);
    await other.close();
    const all = await kept();
    assert.ok(/draft:[0-9a-f]{32}/.test(all) && ["電話", Buffer.from("電話").toString("hex"), Buffer.from("電話").toString("base64")].every((one) => !all.includes(one)));
    await logIn(page, "佐藤", password);
    await page.waitForSelector("#draft-open");
    assert.match(await page.textContent("#draft"), /書きかけのメモがあります/);
    await accessible(page, "draft");
    await page.click("#draft-open");
    await page.waitForFunction((text) => document.getElementById("note")?.value === text, typed);
    assert.match(await page.textContent("#draft"), /もどしました/);
    await picture(page, "draft");
    await accessible(page, "draft-back");
    // somebody else at the same browser: nothing is told, and nothing is left
    page.once("dialog", (dialog) => dialog.accept());
    await page.click("#logout-ok");
    await page.waitForURL(/login/);
    await logIn(page, "鈴木", password);
    await drafts(0);
    assert.equal(await page.isVisible("#draft"), false);
    // kept with a press: it is not offered again
    await page.locator(".row:not(:has(.unread))").first().click();
    await page.fill("#note", "残すメモ");
    await drafts(1);
    await page.click("#note-ok");
    await page.waitForSelector("#acts .note:text('残すメモ')");
    await drafts(0);
    assert.equal(await page.inputValue("#note"), "");
    // so does the reason for another form of a character, on its own page
    const why = "住民票で見た形の書きかけ";
    await page.locator("a.fix").first().click();
    await page.waitForSelector("#glyph-reason");
    await page.fill("#glyph-reason", why);
    await drafts(1);
    const glyph = page.url();
    await page.evaluate(() => fetch("/logout", { method: "POST", body: new URLSearchParams({ token: document.querySelector("input[name=token]").value }) }));
    await page.click("#glyph-ok");
    await page.waitForURL(/login/);
    assert.ok(!(await kept()).includes(why));
    await logIn(page, "鈴木", password);
    await page.waitForSelector("#draft-open");
    assert.match(await page.textContent("#draft"), /直すわけ/);
    await page.click("#draft-open");
    await page.waitForFunction((text) => document.getElementById("glyph-reason")?.value === text, why);
    assert.equal(page.url(), glyph);
    assert.match(await page.textContent("#draft"), /もどしました.*まだ直していません/);
    await picture(page, "draft-why");
    await accessible(page, "draft-why");
    await page.fill("#glyph-reason", "");
    await drafts(0);
  },

  async "five wrong ones: wait"(page) {
    for (let i = 0; i < 6; i++) {
      await page.goto(url + "/login");
      await logIn(page, "鈴木", "wrong");
    }
    assert.match(await page.textContent("#notice"), /\d+秒/);
    await picture(page, "wait");
    await accessible(page, "wait");
  },
};

const page = await newPage({ width: 1440, height: 900 });
let held = 0;
try {
  for (const [name, step] of Object.entries(steps)) {
    await step(page).catch(async (error) => {
      await picture(page, "failed");
      throw new Error(`${name}: ${error.message}`);
    });
    console.log(`ok - ${name}`);
    held += 1;
  }
} catch (error) {
  problems.push(error.message);
}
await browser.close();
for (const problem of problems) {
  console.log(`not ok - ${problem}`);
}
console.log(`${held} steps held, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
