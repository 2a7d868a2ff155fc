/* The end of a session: told of before, put off by one key, and what is being typed (a note, why a character is corrected) is not lost by it. It stays in this tab
   alone, sealed (AES-GCM) with a key that the desk gives to nobody but the same clerk, logged in: whoever sits down next finds
   nothing, and what can't be opened is thrown away. The page works without this file. */
"use strict";

(function () {
  const WARN_S = 300;
  const LOOK_MS = 15000;
  const USE_MS = 60000; /* typing is use: told this often */
  const PLACE = "draft:";
  const seat = document.querySelector("[data-seal]");
  if (!seat) {
    return;
  }
  const warning = document.getElementById("stay");
  const told = document.getElementById("draft");
  const note = document.getElementById("note") || document.getElementById("glyph-reason");
  const place = seat.dataset.draft || seat.dataset.open; /* a record, or RECORD/glyph/KEY */
  const token = document.querySelector("input[name=token]").value;
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
      if (seat.dataset.draft) { /* elsewhere the list's poll leaves for the login */
        window.location.assign("/login?why=ended");
      }
      return;
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
  const key = window.crypto.subtle.importKey("raw", fromHex(seat.dataset.seal), "AES-GCM", false, ["encrypt", "decrypt"]);
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
      sessionStorage.removeItem(PLACE + place);
      return;
    }
    const nonce = window.crypto.getRandomValues(new Uint8Array(12));
    const how = { name: "AES-GCM", iv: nonce, additionalData: coder.encode(place) };
    const sealed = await window.crypto.subtle.encrypt(how, await key, coder.encode(note.value));
    if (mine === turn) {
      sessionStorage.setItem(PLACE + place, toHex(nonce) + "." + toHex(sealed));
    }
  }

  /* What was typed there; null, and forgotten, when it is not this clerk's. */
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
    return Array.from(document.querySelectorAll("#acts .note, .fixes li bdi:last-child")).some(function (one) {
      return one.textContent.trim() === text.trim();
    });
  }

  function tell(words, id) {
    told.textContent = words;
    if (id) {
      const why = id.includes("/");
      const link = document.createElement("a");
      link.className = "button";
      link.id = "draft-open";
      link.href = "/record/" + id + (why ? "" : "?show=all");
      link.textContent = why ? told.dataset.whyLink : told.dataset.link;
      told.append(" ", link);
    }
    told.hidden = false;
  }

  async function restore() {
    for (const name of Object.keys(sessionStorage).filter(function (one) { return one.startsWith(PLACE); })) {
      const id = name.slice(PLACE.length);
      const why = id.includes("/");
      const text = await open(id);
      if (text === null) {
        continue;
      }
      if (id.split("/")[0] === place.split("/")[0] && isKept(text)) {
        sessionStorage.removeItem(name);
      } else if (id !== place) {
        tell(why ? told.dataset.why : told.dataset.other, id);
      } else if (note && note.value === "") {
        note.value = text;
        tell(why ? told.dataset.whyBack : told.dataset.back, "");
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
