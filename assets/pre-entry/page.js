/* assets/pre-entry/page.js - the page on which somebody answers at home. Nothing of it leaves the device but the code on the
 * screen; nothing is kept but in this page's memory. What is asked, and what is taken, is engine.js; the code is sealed to the
 * city's terminals (kiosk/decisions/0057-pre-entry.md, kiosk/seal/pre_entry.c, kiosk/seal/code.c). */
"use strict";

/* ---- the code: bytes, seal, digits ---- */
const Code = (() => {
  const VERSION = 1, MARK = 0xd1, INFO = "madoguchi pre-entry 1";
  const PART_BYTES = 977, PARTS = 9; /* seal.h: SEAL_CODE_BYTES, SEAL_CODE_PARTS */
  const DIGITS = [0, 3, 5, 8, 10, 13, 15, 17];
  const utf8 = new TextEncoder();
  const join = (...parts) => {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  };
  const number = (value, bytes) => Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
  const short = (text) => join(number(utf8.encode(text).length, 1), utf8.encode(text));

  /* 24 bits of FNV-1a (record/pre_entry.c). */
  function keyHash(key) {
    let hash = 2166136261;
    for (const byte of utf8.encode(key)) {
      hash = Math.imul(hash ^ byte, 16777619) >>> 0;
    }
    return hash & 0xffffff;
  }

  function plain(procedure, language, seconds, answers) {
    return join(number(VERSION, 1), number(seconds, 4), short(procedure), short(language), ...answers.map((answer) => {
      const value = utf8.encode(answer.value);
      return join(number(keyHash(answer.key), 3), number(answer.index, 1), number(value.length, 2), value);
    }));
  }

  /* HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, by WebCrypto. */
  const subtle = globalThis.crypto && globalThis.crypto.subtle;
  const hash = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));
  async function hmac(key, text) {
    const made = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", made, text));
  }
  const VERSION_TEXT = utf8.encode("HPKE-v1"), KEM = join(utf8.encode("KEM"), number(0x10, 2));
  const SUITE = join(utf8.encode("HPKE"), number(0x10, 2), number(1, 2), number(1, 2));
  const NONE = new Uint8Array(32); /* the salt that is none: HMAC fills up with zeros */
  const extract = (id, salt, label, ikm) => hmac(salt, join(VERSION_TEXT, id, utf8.encode(label), ikm));
  const expand = async (id, prk, label, info, length) =>
    (await hmac(prk, join(number(length, 2), VERSION_TEXT, id, utf8.encode(label), info, number(1, 1)))).slice(0, length);

  async function seal(point, text) {
    const curve = { name: "ECDH", namedCurve: "P-256" };
    const theirs = await subtle.importKey("raw", point, curve, false, []);
    const ours = await subtle.generateKey(curve, true, ["deriveBits"]);
    const enc = new Uint8Array(await subtle.exportKey("raw", ours.publicKey));
    const dh = new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256));
    const shared = await expand(KEM, await extract(KEM, NONE, "eae_prk", dh), "shared_secret", join(enc, point), 32);
    const nothing = new Uint8Array(0);
    const context = join(number(0, 1), await extract(SUITE, NONE, "psk_id_hash", nothing),
      await extract(SUITE, NONE, "info_hash", utf8.encode(INFO)));
    const secret = await extract(SUITE, shared, "secret", nothing);
    const key = await subtle.importKey("raw", await expand(SUITE, secret, "key", context, 16), "AES-GCM", false, ["encrypt"]);
    const iv = await expand(SUITE, secret, "base_nonce", context, 12);
    const head = join(number(MARK, 1), (await hash(point)).slice(0, 4));
    const sealed = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv, additionalData: head }, key, text));
    return join(head, number(2 + enc[64] % 2, 1), enc.slice(1, 33), sealed); /* the point compressed */
  }

  /* Digits in parts of one size (seal/code.c). Null for what is too long. */
  async function hashDigits(bytes, digits) {
    const start = (await hash(bytes)).slice(0, 8).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    return String(start % 10n ** BigInt(digits)).padStart(digits, "0");
  }
  async function digits(bytes) {
    const count = Math.ceil(bytes.length / PART_BYTES);
    if (count > PARTS) {
      return null;
    }
    const each = Math.ceil(bytes.length / count);
    const set = await hashDigits(bytes, 8);
    const parts = [];
    for (let i = 0; i < count; i++) {
      const part = bytes.slice(i * each, (i + 1) * each);
      let text = `7351${count}${i + 1}${set}${String(part.length).padStart(3, "0")}`;
      for (let at = 0; at < part.length; at += 7) {
        const chunk = part.slice(at, at + 7);
        const value = chunk.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
        text += String(value).padStart(DIGITS[chunk.length], "0");
      }
      parts.push(text + await hashDigits(utf8.encode(text), 4));
    }
    return parts;
  }

  return { able: Boolean(subtle), plain, seal, digits };
})();

/* ---- the page ---- */
const Page = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const procedure = data.procedure;
  const point = Uint8Array.from(atob(data.point), (c) => c.charCodeAt(0));
  const DAY_S = 86400, VALID_DAYS = 30, SHOWN_MAX = 24;
  const today = () => Math.floor((Date.now() / 1000 + 9 * 3600) / DAY_S);
  let interview = new Engine.Interview(procedure, today());
  let language = data.languages[0];
  let view = intro;
  let refusal = null;
  let typed = null; /* what was typed and not taken */

  /* ---- words ---- */
  const plainText = (text) => text.replace(/\{([^|{}]*)\|[^{}]*\}/g, "$1");
  function words(id) {
    if (id === undefined) {
      return "";
    }
    return language.words[id] || data.languages[0].words[id];
  }
  function say(id, values) {
    return (language.say[id] || id).replace(/\{(\w+)\}/g, (all, name) => (values && name in values ? values[name] : all));
  }
  /* Burmese has spaces between phrases, and browsers would part an ending from its word: each phrase stays whole while a line has room. */
  function phrases(text) {
    return language.code !== "my" ? [text] : text.split(/( +)/).filter((part) => part !== "").map((part) =>
      (/[\u1000-\u109f]/.test(part) ? make("span", { class: "phrase" }, part) : part));
  }
  /* Text with furigana, and its line breaks. */
  function write(node, text) {
    for (const part of text.split(/(\{[^|{}]*\|[^{}]*\}|\n)/)) {
      const ruby = /^\{([^|{}]*)\|([^{}]*)\}$/.exec(part);
      if (ruby) {
        node.append(make("ruby", {}, ruby[1], make("rt", {}, ruby[2])));
      } else if (part === "\n") {
        node.append(document.createElement("br"));
      } else if (part !== "") {
        node.append(...phrases(part));
      }
    }
    return node;
  }
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) {
        node.addEventListener(name.slice(2), value);
      } else if (value === true) {
        node.setAttribute(name, "");
      } else if (value !== false && value !== undefined) {
        node.setAttribute(name, value);
      }
    }
    node.append(...children);
    return node;
  }
  const told = (tag, attributes, text) => write(make(tag, attributes), text);
  const button = (id, text, act, main) => told("button", { type: "button", id, class: main ? "main" : false, onclick: act }, text);

  /* In the terminal's own words: not every browser knows the months of every language. */
  function dateWords(iso) {
    const [year, month, day] = iso.split("-").map(Number);
    return language.dates[month - 1].replace(/1799|23/g, (at) => (at === "23" ? day : year));
  }
  const choiceWords = (question, i, slot) => {
    const choice = question.choices[i];
    if (question.people) {
      return interview.person(question.over, i + 1, slot) || String(i + 1);
    }
    return choice.proper || words(choice.label);
  };
  const entryWords = (entry) => entry.proper || words(entry.name);
  function answerWords(slot, value) {
    const question = procedure.questions[slot.question];
    const unit = question.unit !== undefined ? words(question.unit)[value === "1" ? 0 : 1] : "";
    const choice = (item) => {
      const i = (question.choices || []).findIndex((one) => one.value === item);
      return i < 0 ? item : choiceWords(question, i, slot);
    };
    if (value === "") {
      return say("answer.skipped");
    }
    if (question.dontKnow && value === "unknown") {
      return say("answer.unknown");
    }
    switch (question.type) {
      case "yes-no": return say(`answer.${value}`);
      case "date": return dateWords(value);
      case "choice": return choice(value);
      case "several": return value.split(" ").map(choice).join("、");
      case "pick": return entryWords(procedure.lists[question.list].entries.find((entry) => entry.id === value));
      case "money": return say("format.money").replace("{amount}", Number(value).toLocaleString("en"));
      case "number": return value + unit;
      case "note": return words(question.label);
      default: return value;
    }
  }
  /* Of whom it asks, where it asks of several. */
  function whoWords(slot) {
    const who = interview.who(slot);
    return who === null ? "" : who.name || `${words(who.label)} ${who.number} / ${who.of}`;
  }

  /* ---- a view ---- */
  const main = make("main", { id: "page" });
  function show(next, keep) {
    view = next;
    if (!keep) {
      refusal = null;
      typed = null;
    }
    document.documentElement.lang = language.code === "ja-easy" ? "ja" : language.code;
    main.replaceChildren();
    title.replaceChildren();
    write(title, words(procedure.title));
    picker.setAttribute("aria-label", say("language.name"));
    view();
    const heading = main.querySelector("h1");
    const at = main.querySelector("[aria-invalid]") || heading;
    document.title = plainText(`${heading.textContent} - ${words(procedure.title)}`);
    at.focus();
    if (at === heading) {
      window.scrollTo(0, 0);
    }
  }
  const heading = (text) => told("h1", { tabindex: "-1" }, text);

  function go() {
    show(interview.stopped() && !answered() ? stopped : interview.atCheck() ? check : ask);
  }
  const answered = () => !interview.atCheck() && interview.value(interview.slotNow().key) !== null;
  function back() {
    show(interview.back() ? (interview.atCheck() ? check : ask) : intro);
  }

  function intro() {
    main.append(heading(words(procedure.title)), told("p", {}, words(procedure.about)), told("p", {}, say("pre-entry.intro")),
      told("p", {}, say("pre-entry.private")));
    if (procedure.questions.some((question) => Engine.LATER.has(question.type))) {
      main.append(told("p", { class: "quiet" }, say("pre-entry.rest")));
    }
    if (!Code.able) {
      main.append(told("p", { class: "care", role: "alert" }, say("pre-entry.unable")));
      return;
    }
    main.append(told("p", { class: "quiet" }, say("explain.minutes")), make("nav", { "aria-label": say("bar.next") },
      button("start", say("explain.start"), go, true)));
  }

  function stopped() {
    const rule = interview.stopped();
    main.append(heading(say("not-here.title")), told("p", {}, words(rule.say)), told("p", {}, words(rule.counter)),
      make("nav", { "aria-label": say("bar.back") }, button("back", say("bar.back"), back)));
  }

  /* ---- a question and its field: each gives the way to read its answer ---- */
  const helps = (...ids) => ids.filter((id) => document.getElementById(id) || main.querySelector(`#${id}`)).join(" ") || undefined;
  function textField(question, value, attributes) {
    const field = make("input", { type: "text", id: "field", name: "field", autocomplete: "off", spellcheck: "false", value,
      "aria-labelledby": "question", "aria-describedby": helps("hint", "care"), "aria-invalid": refusal ? "true" : undefined,
      "aria-required": question.required ? "true" : undefined, ...attributes });
    return { node: field, read: () => field.value };
  }
  function numberField(question, value) {
    const field = textField(question, value, { inputmode: "numeric" });
    const unit = question.type === "money" ? "円" : (words(question.unit) || ["", ""])[1].trim();
    return { node: make("div", { class: "unit" }, field.node, told("span", {}, unit)), read: field.read };
  }
  const ERAS = ["western", "reiwa", "heisei", "showa", "taisho", "meiji"];
  const ERA_NAMES = ["", "令和", "平成", "昭和", "大正", "明治"];
  function dateField(question, value) {
    const kept = /^(\d+)-(\d+)-(\d+)$/.exec(value);
    const refused = /^(令和|平成|昭和|大正|明治|)(.*)年(.*)月(.*)日$/.exec(value); /* as `read` gave it: to be put right */
    const shown = kept ? kept.slice(1).map((part) => String(Number(part))) : refused ? refused.slice(2) : ["", "", ""];
    const era = make("select", { id: "era", "aria-label": say("date.year") }, ...ERAS.map((name, i) =>
      make("option", { value: name, selected: refused !== null && refused[1] === ERA_NAMES[i] }, plainText(say(`date.${name}`)))));
    const parts = ["year", "month", "day"].map((name, i) => make("input", { type: "text", inputmode: "numeric", autocomplete: "off",
      id: i === 0 ? "field" : `field-${name}`, class: i === 0 ? "long" : false, value: shown[i],
      "aria-describedby": helps("hint", "care"), "aria-invalid": refusal && i === 0 ? "true" : undefined }));
    const node = make("fieldset", { class: "parts", "aria-labelledby": "question" }, era, ...parts.map((part, i) =>
      make("label", {}, part, told("span", {}, say(`date.${["year", "month", "day"][i]}`)))));
    const read = () => {
      const [year, month, day] = parts.map((part) => part.value.trim());
      const name = ERA_NAMES[ERAS.indexOf(era.value)];
      return year === "" && month === "" && day === "" ? "" : `${name}${year}年${month}月${day}日`;
    };
    return { node, read };
  }
  function choiceField(question, options, value, several) {
    const chosen = several ? value.split(" ") : [value];
    const node = make("fieldset", { "aria-labelledby": "question", "aria-describedby": helps("hint", "care"),
      "aria-invalid": refusal ? "true" : undefined, tabindex: refusal ? "-1" : undefined });
    for (const option of options) {
      const text = told("span", {}, option.text);
      if (option.detail) {
        text.append(told("small", {}, option.detail));
      }
      node.append(make("label", { class: "choice" }, make("input", { type: several ? "checkbox" : "radio", name: "answer",
        value: option.value, checked: chosen.includes(option.value) }), text));
    }
    const read = () => [...node.querySelectorAll("input:checked")].map((input) => input.value).join(" ");
    return { node, read };
  }
  /* One of a long list: what is typed narrows it. */
  function pickField(question, value) {
    const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/[\u3041-\u3096]/g, (c) =>
      String.fromCharCode(c.charCodeAt(0) + 0x60)).replace(/\s/g, "");
    const all = interview.pickable().map((entry) => ({ value: entry.id, text: entryWords(entry),
      detail: entry.detail !== undefined ? words(entry.detail) : "", find: fold(`${plainText(entryWords(entry))} ${entry.kana || ""}`) }));
    if (all.length <= SHOWN_MAX) {
      return choiceField(question, all, value, false);
    }
    const box = make("div", {});
    const count = make("p", { class: "quiet", role: "status" });
    let list = null;
    const search = make("input", { type: "text", id: "field", autocomplete: "off", spellcheck: "false",
      "aria-label": plainText(say("pre-entry.find")), oninput: () => fill() });
    const fill = () => {
      const found = all.filter((entry) => entry.find.includes(fold(search.value)));
      const before = list ? list.read() : value;
      const shown = [...found.filter((entry) => entry.value === before), ...found.filter((entry) => entry.value !== before)]
        .slice(0, SHOWN_MAX);
      list = choiceField(question, shown, before, false);
      count.replaceChildren();
      write(count, found.length === 0 ? say("pick.none") : found.length > SHOWN_MAX ? say("pre-entry.more") : "");
      box.replaceChildren(told("p", { class: "quiet" }, say("pre-entry.find")), search, count, list.node);
      search.focus();
    };
    fill();
    return { node: box, read: () => list.read() };
  }
  function fieldOf(slot, question, value) {
    const named = (id, text) => ({ value: id, text });
    switch (question.type) {
      case "kana": return textField(question, value, { lang: "ja" });
      case "number": case "money": return numberField(question, value);
      case "date": return dateField(question, value);
      case "time": return textField(question, value, { type: "time" });
      case "yes-no": return choiceField(question, [named("yes", say("answer.yes")), named("no", say("answer.no"))], value, false);
      case "choice": case "several":
        return choiceField(question, interview.offered().map((i) => ({ value: question.choices[i].value,
          text: choiceWords(question, i, slot), detail: words(question.choices[i].hint) })), value, question.type === "several");
      case "pick": return pickField(question, value);
      case "note": return { node: make("p", {}), read: () => "seen" };
      default: return textField(question, value, { inputmode: question.digits ? "tel" : undefined });
    }
  }

  function refusalWords() {
    return refusal.otherwise !== undefined ? words(refusal.otherwise) : say(refusal.message);
  }
  function ask() {
    const slot = interview.slotNow();
    const question = procedure.questions[slot.question];
    const progress = interview.progress();
    const who = whoWords(slot);
    if (progress) {
      main.append(make("p", { class: "quiet" }, `${progress.number} / ${progress.total}`));
    }
    if (who !== "") {
      main.append(told("p", { class: "quiet" }, who));
    }
    const title1 = heading(words(question.label));
    title1.id = "question";
    main.append(title1);
    if (question.why !== undefined) {
      main.append(told("p", { class: "quiet" }, words(question.why)));
    }
    if (question.hint !== undefined) {
      main.append(told("p", { id: "hint" }, words(question.hint)));
    }
    if (question.card) {
      main.append(told("p", { class: "quiet" }, say("pre-entry.card")));
    }
    if (refusal) {
      main.append(told("p", { id: "care", class: "care", role: "alert" }, refusalWords()));
    }
    const value = typed !== null ? typed : interview.answerNow();
    const field = fieldOf(slot, question, value === "unknown" && question.dontKnow ? "" : value);
    const take = (text) => {
      refusal = interview.answer(text);
      if (refusal) {
        typed = question.type === "pick" ? null : text;
        show(ask, true);
      } else {
        go();
      }
    };
    const form = make("form", { novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      take(field.read());
    } }, field.node, make("nav", { "aria-label": say("bar.next") },
      told("button", { type: "submit", id: "next", class: "main" }, say("bar.next"))));
    const nav = form.querySelector("nav");
    if (question.dontKnow) {
      nav.append(button("unknown", say("answer.unknown"), () => take("unknown")));
    }
    if (!question.required && question.type !== "several") {
      nav.append(button("skip", say("pre-entry.skip"), () => take("")));
    }
    nav.append(button("leave", say("pre-entry.leave"), () => {
      interview.leave();
      go();
    }), button("back", say("bar.back"), back));
    main.append(form);
  }

  /* ---- all answers, and the code ---- */
  function check() {
    const list = make("dl", { id: "answers" });
    const left = make("ul", { id: "left" });
    for (const slot of interview.rows()) {
      const question = procedure.questions[slot.question];
      const who = whoWords(slot);
      const name = `${who === "" ? "" : `${who}　`}${words(question.name) || words(question.label)}`;
      if (interview.isLeft(slot)) {
        left.append(told("li", {}, name));
        continue;
      }
      const change = told("button", { type: "button", "data-key": slot.key, "aria-label": plainText(`${say("check.change")} ${name}`),
        onclick: () => {
          interview.change(slot.key);
          show(ask);
        } }, say("check.change"));
      list.append(make("div", {}, told("dt", {}, name),
        make("dd", {}, told("span", {}, answerWords(slot, interview.value(slot.key) || "")), change)));
    }
    main.append(heading(say("pre-entry.check")), list);
    if (left.children.length > 0) {
      main.append(told("h2", {}, say("pre-entry.left")), left);
    }
    main.append(make("nav", { "aria-label": say("bar.next") }, button("make", say("pre-entry.make"), makeCode, true),
      button("back", say("bar.back"), back)));
  }

  function picture(digits, label) {
    const code = qrcode(0, "M");
    code.addData(digits, "Numeric");
    code.make();
    const size = code.getModuleCount(), quiet = 4;
    let path = "";
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        path += code.isDark(row, column) ? `M${column + quiet} ${row + quiet}h1v1h-1z` : "";
      }
    }
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const dark = document.createElementNS(space, "path");
    const all = size + 2 * quiet;
    svg.setAttribute("viewBox", `0 0 ${all} ${all}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    svg.setAttribute("shape-rendering", "crispEdges");
    svg.dataset.digits = digits;
    dark.setAttribute("d", path);
    svg.append(dark);
    return make("div", { class: "code" }, svg);
  }

  function makeCode() {
    code().catch(() => show(unable));
  }
  function unable() {
    main.append(heading(say("pre-entry.unable")), make("nav", { "aria-label": say("bar.back") },
      button("back", say("bar.back"), () => show(check))));
  }
  async function code() {
    const seconds = Math.floor(Date.now() / 1000);
    const sealed = await Code.seal(point, Code.plain(procedure.id, language.code, seconds, interview.answers()));
    const parts = await Code.digits(sealed);
    const until = Engine.dayText(Math.floor((seconds + 9 * 3600) / DAY_S) + VALID_DAYS);
    show(() => {
      if (parts === null) {
        main.append(heading(say("pre-entry.too-long")));
      } else {
        main.append(heading(say("pre-entry.code")), told("p", {}, say("pre-entry.code-text")));
        if (parts.length > 1) {
          main.append(told("p", {}, say("pre-entry.code-parts", { count: parts.length })));
        }
        parts.forEach((digits, i) => main.append(make("p", { class: "quiet" }, parts.length > 1 ? `${i + 1} / ${parts.length}` : ""),
          picture(digits, plainText(`${say("pre-entry.code")} ${i + 1} / ${parts.length}`))));
        main.append(told("p", { class: "quiet" }, say("pre-entry.code-until", { date: dateWords(until) })));
      }
      main.append(make("nav", { "aria-label": say("bar.back") }, button("back", say("bar.back"), () => show(check))));
    });
  }

  /* ---- begin ---- */
  const title = make("p", {});
  const picker = make("select", { id: "language", onchange: () => {
    language = data.languages[picker.selectedIndex];
    show(view);
  } }, ...data.languages.map((one) => make("option", { value: one.code, lang: one.code === "ja-easy" ? "ja" : one.code }, one.name)));
  document.body.append(make("header", {}, title, picker), main);
  const wish = (navigator.languages || []).map((tag) => tag.toLowerCase());
  const spelled = (tag) => ({ "zh-cn": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant", pt: "pt-br", tl: "fil" })[tag] || tag;
  const found = wish.map((tag) => data.languages.findIndex((one) => one.code.toLowerCase() === spelled(tag) ||
    one.code.toLowerCase() === spelled(tag.split("-")[0]))).find((at) => at >= 0);
  picker.selectedIndex = found === undefined ? 0 : found;
  language = data.languages[picker.selectedIndex];
  show(intro);
  return { get interview() { return interview; } };
})();
