/* The end of a session: told of before, put off by one key, and a note that is being typed is not lost by it. The note stays in this tab
   alone, sealed (AES-GCM) with a key that the desk gives to nobody but the same clerk, logged in: whoever sits down next finds
   nothing, and what can't be opened is thrown away. The page works without this file. */
"use strict";

(function () {
  const WARN_S = 300;
  const LOOK_MS = 15000;
  const USE_MS = 60000; /* typing is use: told this often */
  const PLACE = "draft:";
  const box = document.getElementById("list-box");
  if (!box) {
    return;
  }
  const warning = document.getElementById("stay");
  const told = document.getElementById("draft");
  const note = document.getElementById("note");
  const record = box.dataset.open;
  const token = document.querySelector("#search input[name=token]").value;
  let timer = 0;
  let used = Date.now();

  /* ---- the warning ---- */

  function warn(answer) {
    const minutes = String(Math.max(1, Math.ceil(answer.left / 60)));
    const words = answer.stays ? warning.dataset.idle : warning.dataset.limit;
    const text = document.getElementById("stay-text");
    if (text.textContent !== words.replace("%", minutes)) {
      text.textContent = words.replace("%", minutes);
    }
    document.getElementById("stay-ok").hidden = !answer.stays;
    warning.hidden = false;
  }

  async function look() {
    window.clearTimeout(timer);
    const answer = await fetch("/session");
    if (answer.status !== 200) {
      return; /* the list's poll leaves for the login */
    }
    const session = await answer.json();
    if (session.left > WARN_S) {
      warning.hidden = true;
      timer = window.setTimeout(look, (session.left - WARN_S) * 1000);
    } else {
      warn(session);
      timer = window.setTimeout(look, LOOK_MS);
    }
  }

  async function stay() {
    used = Date.now();
    await fetch("/stay", { method: "POST", body: new URLSearchParams({ token: token }) });
    await look();
  }

  function ignore() {
    /* without the line there is nothing to be put off; the list says that it is away */
  }

  document.getElementById("stay-ok").addEventListener("click", function () { stay().catch(ignore); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "s" && !warning.hidden && !event.ctrlKey && !event.altKey && !event.metaKey &&
      !event.target.matches("input, textarea, select")) {
      document.getElementById("stay-ok").click();
    }
  });
  look().catch(ignore);

  /* ---- the note ---- */

  if (!window.crypto || !window.crypto.subtle) {
    return; /* no secure page: then only the warning stands before the end */
  }
  const coder = new TextEncoder();
  const key = window.crypto.subtle.importKey("raw", fromHex(box.dataset.seal), "AES-GCM", false, ["encrypt", "decrypt"]);
  let turn = 0;

  function fromHex(text) {
    return Uint8Array.from(text.match(/../g) || [], function (two) { return parseInt(two, 16); });
  }

  function toHex(bytes) {
    return Array.from(new Uint8Array(bytes), function (one) { return one.toString(16).padStart(2, "0"); }).join("");
  }

  async function keep() {
    const mine = ++turn;
    if (note.value.trim() === "") {
      sessionStorage.removeItem(PLACE + record);
      return;
    }
    const nonce = window.crypto.getRandomValues(new Uint8Array(12));
    const how = { name: "AES-GCM", iv: nonce, additionalData: coder.encode(record) };
    const sealed = await window.crypto.subtle.encrypt(how, await key, coder.encode(note.value));
    if (mine === turn) {
      sessionStorage.setItem(PLACE + record, toHex(nonce) + "." + toHex(sealed));
    }
  }

  /* What was typed at a record; null, and forgotten, when it is not this clerk's. */
  async function open(id) {
    const parts = sessionStorage.getItem(PLACE + id).split(".");
    try {
      const how = { name: "AES-GCM", iv: fromHex(parts[0]), additionalData: coder.encode(id) };
      return new TextDecoder().decode(await window.crypto.subtle.decrypt(how, await key, fromHex(parts[1] || "")));
    } catch {
      sessionStorage.removeItem(PLACE + id);
      return null;
    }
  }

  /* The desk has it already: it stands among what was done. */
  function isKept(text) {
    return Array.from(document.querySelectorAll("#acts .note")).some(function (one) {
      return one.textContent.trim() === text.trim();
    });
  }

  function tell(words, id) {
    told.textContent = words;
    if (id) {
      const link = document.createElement("a");
      link.className = "button";
      link.id = "draft-open";
      link.href = "/record/" + id + "?show=all";
      link.textContent = told.dataset.link;
      told.append(" ", link);
    }
    told.hidden = false;
  }

  async function restore() {
    for (const place of Object.keys(sessionStorage).filter(function (name) { return name.startsWith(PLACE); })) {
      const id = place.slice(PLACE.length);
      const text = await open(id);
      if (text !== null && id !== record) {
        tell(told.dataset.other, id);
      } else if (text !== null && isKept(text)) {
        sessionStorage.removeItem(place);
      } else if (text !== null && note && note.value === "") {
        note.value = text;
        tell(told.dataset.back, "");
      }
    }
  }

  restore().catch(ignore);
  if (note) {
    note.addEventListener("input", function () {
      keep().catch(ignore);
      if (Date.now() - used > USE_MS) {
        stay().catch(ignore);
      }
    });
  }
})();
