// Plays what tool_twin wrote against assets/pre-entry/engine.js: after each act both stand at the same place, with the same
// questions, answers, choices, and the same word on each answer. Exit 1 at the first difference.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [file, today] = process.argv.slice(2);
const Engine = new Function(`${readFileSync(file, "utf8")};return Engine;`)();
Engine.LATER.clear(); // the terminal asks all
let procedure = null, interview = null, verdict = "", acts = 0, taken = 0, refused = 0;

function state() {
  const bit = (flag) => (flag ? 1 : 0);
  // of enum know: yes, no, open
  const know = { [Engine.YES]: 0, [Engine.NO]: 1, [Engine.OPEN]: 2 };
  let out = "";
  for (const slot of interview.flow.slots) {
    const value = interview.value(slot.key);
    out += `${slot.key}=${know[slot.relevant]}${bit(slot.settled)}${bit(slot.page)}${bit(slot.open)}${bit(slot.waits)}` +
      `${bit(slot.elsewhere)}${bit(slot.valued)}:${value === null ? "-" : value};`;
  }
  const progress = interview.progress() || { number: 0, total: 0 };
  out += ` rows ${interview.rows().length} progress ${progress.number}/${progress.total} stopped ${bit(interview.stopped())}`;
  if (!interview.atCheck()) {
    const slot = interview.slotNow();
    const question = procedure.questions[slot.question];
    const who = interview.who(slot) || { number: 0, of: 0, name: null };
    out += ` at ${slot.key} now ${interview.answerNow()} who ${who.number}/${who.of} ${who.name || "-"}`;
    for (const i of interview.offered()) {
      out += ` ${question.choices[i].value}`;
    }
  }
  return out;
}

function play(word, rest) {
  switch (word) {
    case "outline":
      procedure = JSON.parse(rest);
      return;
    case "begin":
      interview = new Engine.Interview(procedure, Number(today));
      return;
    case "answer": {
      const refusal = interview.answer(JSON.parse(rest));
      verdict = refusal === null ? "taken" : refusal.message || "otherwise";
      taken += refusal === null;
      refused += refusal !== null;
      return;
    }
    case "back":
      verdict = interview.back() ? "taken" : "first";
      return;
    case "change":
      verdict = interview.change(rest) ? "taken" : "none";
      return;
    case "is":
    case "at": {
      const here = word === "is" ? verdict : state();
      const there = word === "is" ? rest : JSON.parse(rest);
      acts += word === "at";
      if (here !== there) {
        const at = [...there].findIndex((letter, i) => letter !== here[i]);
        console.log(`twin: ${procedure.id}: line ${number}: the terminal has …${there.slice(Math.max(0, at - 120), at + 160)}`);
        console.log(`twin: the page has …${here.slice(Math.max(0, at - 120), at + 160)}`);
        process.exit(1);
      }
      return;
    }
    default:
      console.log(`twin: what is ${word}?`);
      process.exit(2);
  }
}

let number = 0;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  number++;
  const space = line.indexOf(" ");
  play(space < 0 ? line : line.slice(0, space), space < 0 ? "" : line.slice(space + 1));
}
console.log(`twin: ${acts} acts, ${taken} answers taken, ${refused} not`);
