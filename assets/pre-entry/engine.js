/* assets/pre-entry/engine.js - the terminal's interview once more, for the page on which people answer at home: the same
 * order, the same conditions, the same judgement of answers, over the JSON of procedure/outline.c. Function by function it is
 * kiosk/procedure (expr_eval.c, flow.c, choices.c, answer.c, values.c, date.c, kana.c, interview.c); tests/procedure/test_twin.sh
 * plays both against each other. What it takes is judged again by the terminal, so a slip here costs a question, not a record. */
"use strict";

const Engine = (() => {
  const NO = 0, YES = 1, OPEN = 2;
  const NUMBER_MAX = 1e15, NUMBER_LIMIT = 9999999999, ANSWER_BYTES = 3000;
  const ENTRIES_MAX = 20, CALENDAR_DAYS = 2900000, MY_NUMBER_DIGITS = 12;
  const DAY_MS = 86400000;
  /* What a page at home has no way to ask: free times, maps, signatures. The terminal asks them. */
  const LATER = new Set(["slot", "place", "signature"]);

  /* Values of expressions: known ones have a number (n) or a text (t). */
  const none = { know: "none" }, open = { know: "open" };
  const ofBool = (yes) => ({ know: "known", n: yes ? 1 : 0 });
  const ofNumber = (n) => (n > NUMBER_MAX || n < -NUMBER_MAX ? none : { know: "known", n: n + 0 });
  const ofText = (t) => ({ know: "known", t });
  const openOrNone = (a, b) => (a.know === "open" || b.know === "open" ? open : none);
  const isKnown = (value) => value.know === "known";
  const holds = (value) => isKnown(value) && value.n !== undefined && value.n !== 0;

  /* ---- days ---- */
  const dayOf = (year, month, day) => {
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
    return same && year >= 1800 && year <= 2200 ? Math.round(date.getTime() / DAY_MS) : null;
  };
  const civil = (days) => {
    const date = new Date(days * DAY_MS);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  };
  const two = (n) => String(n).padStart(2, "0");
  const dayText = (days) => {
    const { year, month, day } = civil(days);
    return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
  };
  const parseIso = (text) => {
    const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
    return m === null ? null : dayOf(Number(m[1]), Number(m[2]), Number(m[3]));
  };
  const narrow = (code) => (code >= 0xff10 && code <= 0xff19 ? code - 0xff10 + 0x30 : code);
  const isDigit = (code) => code >= 0x30 && code <= 0x39;
  const ERAS = [["M", "明治", 1868, "1868-10-23", "1912-07-29"], ["T", "大正", 1912, "1912-07-30", "1926-12-24"],
    ["S", "昭和", 1926, "1926-12-25", "1989-01-07"], ["H", "平成", 1989, "1989-01-08", "2019-04-30"],
    ["R", "令和", 2019, "2019-05-01", null]];
  const SEPARATORS = "-/. \u3000年月日－／．−ー‐・";

  /* A day as people write it: 2026/4/1, 2026年4月1日, 昭和16年3月5日, S16.3.5, 20260401. */
  function parseDate(text) {
    let letters = Array.from(text);
    if (letters.length > 32) {
      return null;
    }
    let era = ERAS.find(([latin]) => letters.length > 0 && letters[0].replace(/[a-z]/, (c) => c.toUpperCase()) === latin);
    let from = era ? 1 : 0;
    if (!era) {
      era = ERAS.find(([, kanji]) => letters.slice(0, 2).join("") === kanji);
      from = era ? 2 : 0;
    }
    const parts = [];
    let inNumber = false;
    for (const letter of letters.slice(from)) {
      const code = narrow(letter.codePointAt(0));
      const first = letter === "元" && era && parts.length === 0;
      if (isDigit(code) || first) {
        if (!inNumber && parts.length === 3) {
          return null;
        }
        if (!inNumber) {
          parts.push({ n: 0, digits: 0 });
        }
        const part = parts[parts.length - 1];
        inNumber = true;
        part.n = first ? 1 : part.n * 10 + code - 0x30;
        if (++part.digits > 8) {
          return null;
        }
      } else if (SEPARATORS.includes(letter)) {
        inNumber = false;
      } else {
        return null;
      }
    }
    if (parts.length === 1 && parts[0].digits === 8 && !era) {
      const n = parts[0].n;
      return dayOf(Math.floor(n / 10000), Math.floor(n / 100) % 100, n % 100);
    }
    if (parts.length !== 3 || (!era && parts[0].digits !== 4)) {
      return null;
    }
    let year = parts[0].n;
    if (era) {
      year = year < 1 || year > 99 ? 0 : era[2] + year - 1;
    }
    const days = dayOf(year, parts[1].n, parts[2].n);
    if (days !== null && era && (days < parseIso(era[3]) || (era[4] !== null && days > parseIso(era[4])))) {
      return null;
    }
    return days;
  }

  const timeText = (minutes) => {
    const of = minutes % 1440;
    return `${two(Math.floor(of / 60))}:${two(of % 60)}`;
  };
  const parseTime = (text) => {
    const m = /^(\d{2}):(\d{2})$/.exec(text);
    return m !== null && Number(m[1]) < 24 && Number(m[2]) < 60 ? Number(m[1]) * 60 + Number(m[2]) : null;
  };
  /* 9:30, 9時30分, 9時, 0930, in digits of any width; null when it is none. */
  function normaliseTime(text) {
    const parts = [0, 0], digits = [0, 0];
    let part = 0, ended = false;
    for (const letter of text) {
      const code = narrow(letter.codePointAt(0));
      const digit = isDigit(code);
      if (digit && !ended && part === 0 && digits[0] === 2) {
        part = 1;
      }
      if (digit && !ended && digits[part] < 2) {
        parts[part] = parts[part] * 10 + code - 0x30;
        digits[part]++;
      } else if (":：時".includes(letter) && part === 0 && digits[0] > 0) {
        part = 1;
      } else if (letter === "分" && part === 1 && digits[1] > 0 && !ended) {
        ended = true;
      } else {
        return null;
      }
    }
    const wholeHour = digits[1] === 0 && bytesOf(text) > 2;
    if (digits[0] === 0 || (digits[1] === 0 && !wholeHour) || digits[1] === 1 || parts[0] >= 24 || parts[1] >= 60) {
      return null;
    }
    return timeText(parts[0] * 60 + parts[1]);
  }

  /* ---- letters ---- */
  const encoder = new TextEncoder();
  const bytesOf = (text) => encoder.encode(text).length;
  const isSpace = (c) => c === " " || c === "\u3000" || c === "\u00a0" || c === "\t";
  const isHyphen = (letter) => {
    const code = letter.codePointAt(0);
    return letter === "-" || (code >= 0x2010 && code <= 0x2015) || code === 0x2212 || code === 0xff0d ||
      code === 0x30fc || code === 0xff70;
  };
  function trim(text) {
    const letters = Array.from(text);
    let first = 0, last = letters.length;
    while (first < last && isSpace(letters[first])) {
      first++;
    }
    while (last > first && isSpace(letters[last - 1])) {
      last--;
    }
    return letters.slice(first, last).join("");
  }
  function holdsMyNumber(text) {
    let run = 0;
    for (const letter of text) {
      if (isDigit(narrow(letter.codePointAt(0)))) {
        if (++run >= MY_NUMBER_DIGITS) {
          return true;
        }
      } else if (!isSpace(letter) && !isHyphen(letter)) {
        run = 0;
      }
    }
    return false;
  }
  /* U+FF66 to U+FF9D as full-width letters. */
  const HALF = Array.from("ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン");
  function voiced(code, semi) {
    const ha = code >= 0x30cf && code <= 0x30db && (code - 0x30cf) % 3 === 0;
    if (semi) {
      return ha ? code + 2 : 0;
    }
    if (code === 0x30a6) {
      return 0x30f4;
    }
    const ka = (code >= 0x30ab && code <= 0x30c1 && (code - 0x30ab) % 2 === 0) || code === 0x30c4 || code === 0x30c6 ||
      code === 0x30c8;
    return ka || ha ? code + 1 : 0;
  }
  function katakana(code) {
    if (code >= 0x3041 && code <= 0x3096) {
      return code + 0x60;
    }
    if (code >= 0xff66 && code <= 0xff9d) {
      return HALF[code - 0xff66].codePointAt(0);
    }
    const fine = (code >= 0x30a1 && code <= 0x30fa) || code === 0x30fc || code === 0x30fb || code === 0x3000 || code === 0x20;
    return fine ? code : 0;
  }
  function normaliseKana(text) {
    const codes = [];
    for (const letter of text) {
      const code = letter.codePointAt(0);
      if (code === 0xff9e || code === 0xff9f) {
        const mark = codes.length > 0 ? voiced(codes[codes.length - 1], code === 0xff9f) : 0;
        if (mark === 0) {
          return null;
        }
        codes[codes.length - 1] = mark;
      } else if (katakana(code) === 0) {
        return null;
      } else {
        codes.push(katakana(code));
      }
    }
    return codes.map((code) => String.fromCodePoint(code)).join("");
  }
  /* * any run, ? one letter, # one digit, everything else itself. */
  function matches(text, pattern) {
    const t = Array.from(text), p = Array.from(pattern);
    let i = 0, j = 0, star = -1, back = 0;
    while (i < t.length) {
      if (p[j] === "*") {
        star = ++j;
        back = i;
      } else if (p[j] === "?" || (p[j] === "#" && t[i] >= "0" && t[i] <= "9") || (p[j] !== "#" && p[j] === t[i])) {
        i++;
        j++;
      } else if (star >= 0) {
        j = star;
        i = ++back;
      } else {
        return false;
      }
    }
    while (p[j] === "*") {
      j++;
    }
    return j === p.length;
  }
  const items = (set) => set.split(" ").filter((item) => item !== "");

  /* ---- expressions (expr_eval.c) ---- */
  function ageOn(birth, today) {
    const b = civil(birth), t = civil(today);
    return t.year - b.year - (t.month < b.month || (t.month === b.month && t.day < b.day) ? 1 : 0);
  }
  const compares = {
    eq: (a, b) => a === b, ne: (a, b) => a !== b, lt: (a, b) => a < b, le: (a, b) => a <= b,
    gt: (a, b) => a > b, ge: (a, b) => a >= b,
  };
  function compare(op, a, b) {
    return a.t !== undefined ? (a.t === b.t) === (op === "eq") : compares[op](a.n, b.n);
  }
  function arithmetic(op, a, b) {
    if (!isKnown(a) || !isKnown(b)) {
      return openOrNone(a, b);
    }
    if (op === "mul") {
      const size = Math.abs(b.n);
      const most = size !== 0 ? Math.floor(NUMBER_MAX / size) : 0;
      return size !== 0 && Math.abs(a.n) > most ? none : ofNumber(a.n * b.n);
    }
    return ofNumber(op === "add" ? a.n + b.n : a.n - b.n);
  }
  function evalBool(node, env) {
    const value = evaluate(node, env);
    return value.know === "none" ? ofBool(false) : value;
  }
  function logic(op, left, right, env) {
    const decides = op === "or" ? 1 : 0;
    const a = evalBool(left, env);
    if (op === "not") {
      return a.know === "open" ? a : ofBool(a.n === 0);
    }
    if (isKnown(a) && (a.n !== 0 ? 1 : 0) === decides) {
      return a;
    }
    const b = evalBool(right, env);
    if (isKnown(b) && (b.n !== 0 ? 1 : 0) === decides) {
      return b;
    }
    return a.know === "open" ? a : b;
  }
  function among(a, list, env) {
    let result = ofBool(false);
    if (!isKnown(a)) {
      return a.know === "open" ? a : result;
    }
    for (const item of list) {
      const value = evaluate(item, env);
      if (isKnown(value) && compare("eq", a, value)) {
        return ofBool(true);
      }
      result = value.know === "open" ? value : result;
    }
    return result;
  }
  function entries(op, group, condition, env) {
    const count = env.groupCount(group);
    if (!isKnown(count)) {
      return count;
    }
    let found = 0, opens = false;
    for (let i = 0; i < count.n && i < ENTRIES_MAX; i++) {
      const value = evalBool(condition, env.forEntry(i));
      opens = opens || value.know === "open";
      found += holds(value) ? 1 : 0;
    }
    if (op === "any" && found > 0) {
      return ofBool(true);
    }
    if (opens) {
      return open;
    }
    return op === "any" ? ofBool(false) : ofNumber(found);
  }
  const YES_NO_CALLS = new Set(["selected", "matches", "known"]);
  function call(node, env) {
    const op = node[0];
    if (op === "count-group") {
      return env.groupCount(node[1]);
    }
    if (op === "sum") {
      return env.groupSum(node[1]);
    }
    if (op === "count-where" || op === "any") {
      return entries(op, node[1], node[2], env);
    }
    const a = evaluate(node[1], env);
    const b = node.length > 2 ? evaluate(node[2], env) : a;
    if (op === "known" && isKnown(a)) {
      return ofBool(a.t !== "unknown" || a.set);
    }
    if (op === "count" && a.know === "none") {
      return ofNumber(0);
    }
    if (!isKnown(a) || !isKnown(b)) {
      const state = openOrNone(a, b);
      return state.know === "open" || !YES_NO_CALLS.has(op) ? state : ofBool(false);
    }
    switch (op) {
      case "selected": return ofBool(items(b.t).includes(a.t));
      case "count": return ofNumber(items(a.t).length);
      case "age": return ofNumber(ageOn(a.n, env.today));
      case "days": return ofNumber(b.n - a.n);
      case "min": return a.n <= b.n ? a : b;
      case "max": return a.n >= b.n ? a : b;
      case "div": return b.n === 0 ? none : ofNumber(Math.trunc(a.n / b.n));
      case "month":
      case "year":
        return Math.abs(a.n) > CALENDAR_DAYS ? none : ofNumber(civil(a.n)[op]);
      default: return ofBool(matches(a.t, b.t));
    }
  }
  function evaluate(node, env) {
    const op = node[0];
    switch (op) {
      case "n": return ofNumber(node[1]);
      case "t": return ofText(node[1]);
      case "today": return ofNumber(env.today);
      case "ref": return env.ref(node[1]);
      case "entry": return env.entry(node[1]);
      case "not": case "and": case "or": return logic(op, node[1], node[2], env);
      case "eq": case "ne": case "lt": case "le": case "gt": case "ge": {
        const a = evaluate(node[1], env), b = evaluate(node[2], env);
        if (isKnown(a) && isKnown(b)) {
          return ofBool(compare(op, a, b));
        }
        return openOrNone(a, b) === open ? open : ofBool(op === "ne");
      }
      case "add": case "sub": case "mul": return arithmetic(op, evaluate(node[1], env), evaluate(node[2], env));
      case "neg": {
        const a = evaluate(node[1], env);
        return isKnown(a) ? ofNumber(-a.n) : a;
      }
      case "in": return among(evaluate(node[1], env), node[2], env);
      case "if": {
        const a = evalBool(node[1], env);
        if (a.know === "open") {
          return a;
        }
        return a.n !== 0 ? evaluate(node[2], env) : node.length > 3 ? evaluate(node[3], env) : none;
      }
      default: return call(node, env);
    }
  }

  /* ---- answers (answer.c, values.c) ---- */
  function answerValue(question, text) {
    const unknown = question.dontKnow && text === "unknown";
    const told = ["choice", "pick", "place", "slot"].includes(question.type);
    if (text === "" || (unknown && !told)) {
      return none;
    }
    const orNone = (n) => (n === null ? none : ofNumber(n));
    switch (question.type) {
      case "number": case "money": return ofNumber(Number(text));
      case "time": return orNone(parseTime(text));
      case "date": return orNone(parseIso(text));
      case "yes-no": return ofBool(text === "yes");
      case "several": return { know: "known", t: text, set: true };
      default: return ofText(text);
    }
  }
  function answerFrom(question, value) {
    switch (question.type) {
      case "number": case "money": return String(value.n);
      case "time": return timeText(value.n);
      case "date": return dayText(value.n);
      case "yes-no": return value.n !== 0 ? "yes" : "no";
      default: return value.t;
    }
  }
  const refuse = (message) => ({ message });
  function keepDigits(text) {
    let out = "";
    for (const letter of text) {
      const code = narrow(letter.codePointAt(0));
      if (isDigit(code)) {
        out += String.fromCharCode(code);
      } else if (!isSpace(letter) && !isHyphen(letter) && letter !== "(" && letter !== ")") {
        return null;
      }
    }
    return out === "" ? null : out;
  }
  function normaliseNumber(text) {
    let number = 0, any = false, negative = false, first = true;
    for (const letter of text) {
      const code = narrow(letter.codePointAt(0));
      if (isDigit(code) && number <= NUMBER_LIMIT) {
        number = number * 10 + code - 0x30;
        any = true;
      } else if (first && isHyphen(letter)) {
        negative = true;
      } else if ((letter !== "," && letter !== "，") || !any) {
        return null;
      }
      first = false;
    }
    return !any || number > NUMBER_LIMIT ? null : String(negative && number !== 0 ? -number : number);
  }
  function checkText(question, text) {
    for (const letter of text) {
      const code = letter.codePointAt(0);
      if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
        return refuse("answer.text");
      }
    }
    if (holdsMyNumber(text)) {
      return refuse("answer.my-number");
    }
    return Array.from(text).length > question.maxLength ? refuse("answer.too-long") : { value: text };
  }
  const unless = (value, message) => (value === null || value === false ? refuse(message) : { value });
  function normaliseSeveral(question, text) {
    const values = (question.choices || []).map((choice) => choice.value);
    const chosen = new Set(items(text));
    for (const item of chosen) {
      if (!values.includes(item)) {
        return null;
      }
    }
    return values.filter((value) => chosen.has(value)).join(" ");
  }
  function normalise(procedure, question, text) {
    switch (question.type) {
      case "text": {
        const kept = question.digits ? keepDigits(text) : text;
        return kept === null ? refuse("answer.digits") : checkText(question, kept);
      }
      case "kana": {
        const kana = normaliseKana(text);
        return kana === null ? refuse("answer.kana") : checkText(question, kana);
      }
      case "number": case "money": return unless(normaliseNumber(text), "answer.number");
      case "date": {
        const days = parseDate(text);
        return days === null ? refuse("answer.date") : { value: dayText(days) };
      }
      case "time": return unless(normaliseTime(text), "answer.time");
      case "several": return unless(normaliseSeveral(question, text), "answer.choice");
      case "yes-no": return unless(text === "yes" || text === "no" ? text : null, "answer.choice");
      case "pick": return unless(listEntry(procedure, question, text) ? text : null, "answer.choice");
      case "note": return unless(text === "seen" ? text : null, "answer.choice");
      case "choice": return unless((question.choices || []).some((c) => c.value === text) ? text : null, "answer.choice");
      default: return { value: text }; /* not asked at home: the terminal judges it */
    }
  }
  function listEntry(procedure, question, id) {
    return procedure.lists[question.list].entries.find((entry) => entry.id === id);
  }

  /* ---- an interview (flow.c, choices.c, interview.c) ---- */
  class Interview {
    /* today: days since 1970 in Japan. */
    constructor(procedure, today) {
      this.procedure = procedure;
      this.today = today;
      this.facts = new Map(); /* key: { value, origin } */
      this.asked = new Set();
      this.tasksSeen = new Set();
      this.left = new Set(); /* keys that the terminal shall ask */
      this.returning = false;
      this.look();
      this.stand(0);
    }

    value(key) {
      return this.facts.has(key) ? this.facts.get(key).value : null;
    }

    /* What an expression sees at a slot; candidate replaces the slot's own answer. */
    env(flow, at, more) {
      const slot = at >= 0 && at < flow.slots.length ? flow.slots[at] : null;
      const self = this;
      const make = (index, nth, candidate) => ({
        today: self.today,
        ref(ref) {
          return self.refValue(flow, ref, index, candidate, at);
        },
        groupCount(group) {
          const count = flow.groupCounts[group];
          return count < 0 ? open : ofNumber(count);
        },
        groupSum(ref) {
          return self.groupSum(flow, ref);
        },
        entry(ref) {
          const group = self.procedure.questions[ref].group;
          return self.refValue(flow, ref, flow.groupEntries[group][nth] || 0, null, at);
        },
        forEntry(n) {
          return make(index, n, candidate);
        },
      });
      const { index = slot ? slot.index : 0, candidate = null } = more || {};
      return make(index, 0, candidate);
    }

    refValue(flow, ref, index, candidate, at) {
      const question = this.procedure.questions[ref];
      const wanted = question.group >= 0 ? index : 0;
      const found = flow.slots.findIndex((slot) => slot.question === ref && slot.index === wanted);
      if (found < 0) {
        return none;
      }
      if (candidate !== null && found === at) {
        return answerValue(question, candidate);
      }
      return this.slotValue(flow.slots[found]);
    }

    slotValue(slot) {
      const question = this.procedure.questions[slot.question];
      if (slot.relevant === NO) {
        return none;
      }
      if (slot.valued) {
        const text = this.value(slot.key);
        return text !== null ? answerValue(question, text) : open;
      }
      return slot.relevant === OPEN || slot.page || slot.open || slot.elsewhere || slot.waits ? open : none;
    }

    groupSum(flow, ref) {
      if (flow.groupCounts[this.procedure.questions[ref].group] < 0) {
        return open;
      }
      let sum = 0;
      for (const slot of flow.slots) {
        if (slot.question === ref) {
          const value = this.slotValue(slot);
          if (value.know === "open") {
            return value;
          }
          sum += isKnown(value) ? value.n : 0;
        }
      }
      return ofNumber(sum);
    }

    condition(expr, env, without) {
      if (!expr) {
        return without;
      }
      const value = evaluate(expr, env);
      return value.know === "open" ? OPEN : holds(value) ? YES : NO;
    }

    /* All that is offered is ticked, but what was left out before stays out. */
    tasksDefault(flow) {
      const kept = this.value(this.procedure.questions[this.procedure.together].key);
      return this.procedure.includes.map((include) => include.id).filter((id) => flow.offered.has(id) &&
        (!this.tasksSeen.has(id) || kept === null || items(kept).includes(id))).join(" ");
    }

    slotDefault(flow, at) {
      const question = this.procedure.questions[flow.slots[at].question];
      if (question.tasks) {
        return this.tasksDefault(flow);
      }
      if (!question.default) {
        return null;
      }
      const value = evaluate(question.default, this.env(flow, at));
      return isKnown(value) ? answerFrom(question, value) : null;
    }

    /* choices.c */
    withinValue(question, env) {
      return question.within ? evaluate(question.within, env) : ofText("");
    }

    withinHolds(question, value, within) {
      if (!question.within) {
        return YES;
      }
      if (value.know === "open") {
        return OPEN;
      }
      return isKnown(value) && within !== undefined && value.t === within ? YES : NO;
    }

    choiceHolds(flow, question, env, index) {
      if (!question.ruled) {
        return YES;
      }
      const choice = question.choices[index];
      if (question.tasks) {
        return flow.offered.has(choice.value) ? YES : NO;
      }
      if (question.people) {
        if (flow.groupCounts[question.over] < 0) {
          return OPEN;
        }
        if (!flow.groupEntries[question.over].includes(index + 1)) {
          return NO;
        }
        return this.condition(question.where, this.env(flow, -1, { index: index + 1 }), YES);
      }
      const within = this.withinHolds(question, this.withinValue(question, env), choice.within);
      if (!choice.when || within === NO) {
        return within;
      }
      const when = this.condition(choice.when, env, YES);
      return when === YES ? within : when;
    }

    choicesLeft(flow, question, env) {
      const pick = question.type === "pick" || (question.type === "slot" && question.within !== undefined);
      if (pick ? !question.within : !question.ruled) {
        return YES;
      }
      let left = NO;
      const above = pick ? this.withinValue(question, env) : null;
      const all = pick ? this.procedure.lists[question.list].entries : question.choices;
      for (let i = 0; i < all.length && left !== YES; i++) {
        const one = pick ? this.withinHolds(question, above, all[i].within) : this.choiceHolds(flow, question, env, i);
        left = one !== NO ? one : left;
      }
      return left;
    }

    offers(flow, question, env, text) {
      if (question.type === "pick" || (question.type === "slot" && question.within && question.list !== undefined)) {
        const entry = listEntry(this.procedure, question, text.split("/")[0]);
        return entry !== undefined && this.withinHolds(question, this.withinValue(question, env), entry.within) !== NO;
      }
      return !question.ruled || items(text).every((item) => {
        const which = question.choices.findIndex((choice) => choice.value === item);
        return which < 0 || this.choiceHolds(flow, question, env, which) !== NO;
      });
    }

    /* Judges an answer: { value } or { message } or { otherwise }. */
    check(flow, at, answer) {
      const question = this.procedure.questions[flow.slots[at].question];
      const chosen = ["choice", "several", "yes-no", "pick", "slot", "note"].includes(question.type);
      if (bytesOf(answer) > ANSWER_BYTES) {
        return refuse("answer.too-long");
      }
      const text = trim(answer);
      if (text === "") {
        return question.required ? refuse(chosen ? "answer.choice" : "answer.required") : { value: "" };
      }
      if (question.dontKnow && text === "unknown") {
        return { value: text };
      }
      const made = normalise(this.procedure, question, text);
      return made.value === undefined ? made : this.checkRules(flow, at, question, made.value);
    }

    checkRules(flow, at, question, text) {
      const env = this.env(flow, at, { candidate: text });
      const value = answerValue(question, text);
      if (!this.offers(flow, question, env, text)) {
        return refuse("answer.choice");
      }
      const { min, max } = this.bounds(question, env);
      const outside = (question.type === "time" && value.n % question.step !== 0) || (min !== null && value.n < min) ||
        (max !== null && value.n > max);
      const held = question.constraint && !outside ? evaluate(question.constraint, env) : ofBool(true);
      if (!outside && (held.know === "open" || holds(held))) {
        return { value: text };
      }
      if (question.otherwise !== undefined) {
        return { otherwise: question.otherwise };
      }
      return refuse(question.type === "date" ? "answer.date-range" : question.type === "time" ? "answer.time-range"
        : "answer.number-range");
    }

    bounds(question, env) {
      const bound = (expr) => {
        const value = expr ? evaluate(expr, env) : none;
        return isKnown(value) ? value.n : null;
      };
      const counts = question.type === "number" || question.type === "money";
      return { min: question.min ? bound(question.min) : counts ? 0 : null, max: bound(question.max) };
    }

    /* flow.c */
    part(flow, part) {
      if (part === 0) {
        return YES;
      }
      const tasks = flow.slots.find((slot) => slot.question === this.procedure.together);
      if (!tasks || tasks.relevant === NO) {
        return NO;
      }
      if (tasks.relevant === OPEN || !tasks.valued) {
        return OPEN;
      }
      const id = this.procedure.includes[part - 1].id;
      const chosen = this.value(tasks.key);
      return flow.offered.has(id) && chosen !== null && items(chosen).includes(id) ? YES : NO;
    }

    computeOffer(flow) {
      const env = this.env(flow, -1);
      flow.offered = new Set();
      flow.offer = NO;
      for (const include of this.procedure.includes) {
        const force = this.today >= include.from && (include.until === undefined || this.today <= include.until);
        let know = force ? this.condition(include.when, env, YES) : NO;
        if (know === OPEN) {
          flow.offer = OPEN;
        }
        for (const rule of know === YES ? include.notHere : []) {
          know = this.condition(rule.when, env, NO) === YES ? NO : know;
        }
        if (know === YES) {
          flow.offered.add(include.id);
        }
      }
      if (flow.offer !== OPEN && flow.offered.size > 0) {
        flow.offer = YES;
      }
    }

    stillGood(flow, at, fact) {
      return this.check(flow, at, fact.value).value !== undefined;
    }

    settle(pass, at) {
      const { flow, write } = pass;
      const slot = flow.slots[at];
      const question = this.procedure.questions[slot.question];
      const fact = this.facts.get(slot.key);
      slot.settled = true;
      if (fact && fact.origin !== "derived" && this.stillGood(flow, at, fact)) {
        slot.valued = true;
        return;
      }
      const text = this.slotDefault(flow, at);
      const made = text !== null ? this.check(flow, at, text) : {};
      if (made.value !== undefined) {
        if (write) {
          this.facts.set(slot.key, { value: made.value, origin: "derived" });
        }
        slot.valued = this.facts.has(slot.key);
      } else if (question.default) {
        slot.waits = evaluate(question.default, this.env(flow, at)).know === "open";
        flow.certain = flow.certain && (!slot.waits || Boolean(question.calculated));
      }
      if (!slot.valued && question.required) {
        slot.settled = false;
        slot.page = true;
        slot.open = true;
      }
    }

    ask(pass, at) {
      const { flow, write, openFrom } = pass;
      const slot = flow.slots[at];
      const question = this.procedure.questions[slot.question];
      let fact = this.facts.get(slot.key);
      if (fact && fact.origin === "derived" && question.settled) {
        fact = undefined;
        if (write) {
          this.facts.delete(slot.key);
        }
      }
      let good = fact !== undefined && this.stillGood(flow, at, fact);
      if (question.tasks) {
        good = good && [...flow.offered].every((id) => this.tasksSeen.has(id));
      }
      slot.page = !good || this.asked.has(slot.key);
      slot.open = !good;
      slot.valued = good && !(slot.page && at >= openFrom);
    }

    sameFact(flow, at) {
      const slot = flow.slots[at];
      const question = this.procedure.questions[slot.question];
      if (question.part === 0 || !question.shared) {
        return null;
      }
      return flow.slots.slice(0, at).find((other) => other.relevant === YES && other.key === slot.key &&
        (other.page || other.valued)) || null;
    }

    askedElsewhere(flow, at) {
      const same = this.sameFact(flow, at);
      if (same === null) {
        return false;
      }
      const slot = flow.slots[at];
      const questions = this.procedure.questions;
      if (questions[slot.question].required && !questions[same.question].required) {
        flow.certain = flow.certain && same.valued;
        if (same.valued && (this.value(slot.key) || "") === "") {
          return false;
        }
      }
      slot.elsewhere = true;
      slot.open = same.open;
      slot.valued = same.valued;
      return true;
    }

    relevance(flow, at) {
      const question = this.procedure.questions[flow.slots[at].question];
      if (question.tasks) {
        this.computeOffer(flow);
        return flow.offer;
      }
      const part = this.part(flow, question.part);
      const env = this.env(flow, at);
      const own = part === NO ? NO : this.condition(question.relevant, env, YES);
      if (own === YES && part === YES) {
        return this.choicesLeft(flow, question, env);
      }
      return own === YES ? part : own;
    }

    computeSlot(pass, at) {
      const { flow, write } = pass;
      const slot = flow.slots[at];
      const question = this.procedure.questions[slot.question];
      slot.relevant = this.relevance(flow, at);
      if (slot.relevant !== YES) {
        const fact = this.facts.get(slot.key);
        flow.certain = flow.certain && slot.relevant === NO;
        if (write && fact && fact.origin === "derived" && question.settled && this.sameFact(flow, at) === null) {
          this.facts.delete(slot.key);
        }
        return;
      }
      if (this.askedElsewhere(flow, at)) {
        return;
      }
      const settled = this.condition(question.settled, this.env(flow, at), NO);
      flow.certain = flow.certain && settled !== OPEN;
      slot.unsure = settled === OPEN;
      if (settled === YES) {
        this.settle(pass, at);
      } else {
        this.ask(pass, at);
      }
    }

    computeGroup(pass, first) {
      const { flow } = pass;
      const which = this.procedure.questions[first].group;
      const group = this.procedure.groups[which];
      const part = this.part(flow, group.part);
      let opens = part === OPEN;
      let chosen = [];
      if (part === YES && group.over >= 0) {
        opens = flow.groupCounts[group.over] < 0;
        for (const index of flow.groupEntries[group.over].filter((entry) => entry <= group.max)) {
          const know = this.condition(group.where, this.env(flow, -1, { index }), YES);
          opens = opens || know === OPEN;
          chosen = know === YES ? [...chosen, index] : chosen;
        }
      } else if (part === YES) {
        const count = evaluate(group.countOf, this.env(flow, -1));
        opens = count.know === "open";
        const most = isKnown(count) && count.n > 0 ? Math.min(count.n, group.max) : 0;
        chosen = Array.from({ length: most }, (_, i) => i + 1);
      }
      flow.certain = flow.certain && !opens;
      flow.groupEntries[which] = chosen;
      flow.groupCounts[which] = opens ? -1 : chosen.length;
      for (const entry of chosen) {
        for (let i = group.first; i < group.first + group.count; i++) {
          this.addSlot(pass, i, entry);
        }
      }
      return group.first + group.count;
    }

    addSlot(pass, index, entry) {
      const question = this.procedure.questions[index];
      const key = question.group >= 0 ? question.key.replace("[", `[${entry}`) : question.key;
      pass.flow.slots.push({ question: index, index: entry, key, relevant: NO, settled: false, page: false, open: false,
        waits: false, elsewhere: false, valued: false });
      this.computeSlot(pass, pass.flow.slots.length - 1);
    }

    compute(openFrom, write) {
      const groups = this.procedure.groups;
      const flow = { slots: [], offered: new Set(), offer: NO, certain: true, groupCounts: groups.map(() => -1),
        groupEntries: groups.map(() => []) };
      const pass = { flow, openFrom, write };
      for (let i = 0; i < this.procedure.questions.length;) {
        if (this.procedure.questions[i].group >= 0) {
          i = this.computeGroup(pass, i);
        } else {
          this.addSlot(pass, i, 0);
          i++;
        }
      }
      return flow;
    }

    look() {
      this.flow = this.compute(Infinity, true);
    }

    /* interview.c. A slot that is left to the terminal is passed over, and so is one that follows from such a slot. */
    isLeft(slot) {
      const later = (question) => LATER.has(question.type);
      const waits = (slot.waits || slot.unsure) && (this.left.size > 0 || this.procedure.questions.some(later));
      return waits || this.left.has(slot.key) || later(this.procedure.questions[slot.question]);
    }

    nextPage(from) {
      let at = from;
      while (at < this.flow.slots.length && (!this.flow.slots[at].page || this.isLeft(this.flow.slots[at]))) {
        at++;
      }
      return at;
    }

    firstOpen() {
      const found = this.flow.slots.findIndex((slot) => slot.open && !this.isLeft(slot));
      return found < 0 ? this.flow.slots.length : found;
    }

    stand(from) {
      const at = this.nextPage(from);
      this.cursor = at < this.flow.slots.length ? at : this.firstOpen();
    }

    atCheck() {
      return this.cursor >= this.flow.slots.length;
    }

    slotNow() {
      return this.flow.slots[this.cursor];
    }

    placeOf(at) {
      const slot = this.flow.slots[at];
      const group = this.procedure.questions[slot.question].group;
      return [group >= 0 ? this.procedure.groups[group].first : slot.question, slot.index, slot.question];
    }

    findPlace(place) {
      const before = (a, b) => {
        const i = a.findIndex((part, which) => part !== b[which]);
        return i >= 0 && a[i] < b[i];
      };
      let at = 0;
      while (at < this.flow.slots.length && before(this.placeOf(at), place)) {
        at++;
      }
      return at;
    }

    /* The answer as it is kept, or its default, or "". */
    answerNow() {
      const slot = this.slotNow();
      const value = this.value(slot.key);
      if (value !== null && slot.question !== this.procedure.together) {
        return value;
      }
      return this.slotDefault(this.flow, this.cursor) || "";
    }

    moveOn(place) {
      this.look();
      if (this.returning) {
        this.cursor = this.firstOpen();
        this.returning = this.cursor < this.flow.slots.length;
      } else {
        this.stand(this.findPlace([place[0], place[1], place[2] + 1]));
      }
    }

    /* Null when it was taken; else { message } or { otherwise }. */
    answer(text) {
      const slot = this.slotNow();
      const place = this.placeOf(this.cursor);
      const made = this.check(this.flow, this.cursor, text);
      if (made.value === undefined) {
        return made;
      }
      this.facts.set(slot.key, { value: made.value, origin: "person" });
      this.left.delete(slot.key);
      if (slot.page) {
        this.asked.add(slot.key);
      }
      if (slot.question === this.procedure.together) {
        this.tasksSeen = this.flow.offered;
      }
      this.moveOn(place);
      return null;
    }

    /* The terminal shall ask it. */
    leave() {
      const slot = this.slotNow();
      const place = this.placeOf(this.cursor);
      this.facts.delete(slot.key);
      this.left.add(slot.key);
      this.moveOn(place);
    }

    back() {
      if (this.returning && this.firstOpen() === this.flow.slots.length) {
        this.returning = false;
        this.cursor = this.flow.slots.length;
        return true;
      }
      for (let at = this.cursor; at > 0; at--) {
        const slot = this.flow.slots[at - 1];
        if (slot.page && !LATER.has(this.procedure.questions[slot.question].type)) {
          this.cursor = at - 1;
          return true;
        }
      }
      return false;
    }

    isRow(slot) {
      const question = this.procedure.questions[slot.question];
      if (slot.relevant !== YES || slot.elsewhere || question.calculated) {
        return false;
      }
      if (!slot.settled) {
        return true;
      }
      const value = this.value(slot.key);
      const takenOver = question.default && question.default[0] === "ref" && question.settled[0] !== "n" &&
        this.facts.has(slot.key) && this.facts.get(slot.key).origin === "derived";
      return value !== null && value !== "" && !takenOver;
    }

    rows() {
      return this.flow.slots.filter((slot) => this.isRow(slot));
    }

    change(key) {
      const relevant = (slot) => slot.relevant === YES && slot.key === key;
      let found = this.flow.slots.findIndex((slot) => relevant(slot) && this.isRow(slot));
      found = found >= 0 ? found : this.flow.slots.findLastIndex(relevant);
      if (found < 0) {
        return false;
      }
      this.cursor = found;
      this.returning = true;
      return true;
    }

    /* Position and number of pages, null while the total isn't certain. */
    progress() {
      if (this.atCheck() || !this.slotNow().page) {
        return null;
      }
      const flow = this.compute(this.cursor, false);
      const count = (to) => flow.slots.slice(0, to).filter((slot) => slot.page && !this.isLeft(slot)).length;
      return flow.certain ? { number: count(this.cursor + 1), total: count(flow.slots.length) } : null;
    }

    /* Why it can't be done here: a rule, or null. */
    stopped() {
      const env = this.env(this.flow, -1);
      return this.procedure.notHere.find((rule) => this.condition(rule.when, env, YES) === YES) || null;
    }

    /* What can be chosen now; places in the question's choices. */
    offered() {
      const question = this.procedure.questions[this.slotNow().question];
      const env = this.env(this.flow, this.cursor);
      return (question.choices || []).map((_, i) => i)
        .filter((i) => this.choiceHolds(this.flow, question, env, i) !== NO);
    }

    /* Entries of a list that can be picked now. */
    pickable() {
      const question = this.procedure.questions[this.slotNow().question];
      const above = this.withinValue(question, this.env(this.flow, this.cursor));
      return this.procedure.lists[question.list].entries
        .filter((entry) => this.withinHolds(question, above, entry.within) !== NO);
    }

    /* What the visitor called the person of an entry: the first name that its group asks for; null without. */
    person(group, index, but) {
      const people = this.procedure.groups[group];
      const names = this.flow.slots.find((slot) => slot.index === index && slot.question >= people.first &&
        slot.question < people.first + people.count && this.procedure.questions[slot.question].input === "name");
      return names && names !== but ? this.value(names.key) || null : null;
    }

    /* Whom the question of this slot is about, 1, 2, 3 of how many; null where it is asked once. */
    who(slot) {
      const group = this.procedure.questions[slot.question].group;
      if (group < 0) {
        return null;
      }
      const def = this.procedure.groups[group];
      const all = this.flow.groupEntries[group];
      return { label: def.name, number: all.indexOf(slot.index) + 1, of: this.flow.groupCounts[group],
        name: this.person(def.over >= 0 ? def.over : group, slot.index, slot) };
    }

    /* What was answered here, in the order of the file: [{ key, index, value }]. */
    answers() {
      return this.flow.slots.filter((slot) => slot.relevant === YES && !slot.elsewhere && this.facts.has(slot.key) &&
        this.facts.get(slot.key).origin === "person" && this.value(slot.key) !== "")
        .map((slot) => ({ key: this.procedure.questions[slot.question].key, index: slot.index, value: this.value(slot.key) }));
    }
  }

  return { Interview, LATER, YES, NO, OPEN, dayText, parseIso };
})();
