/* The page works without this file. It adds: new records without reload, keys, printing. */
"use strict";

(function () {
  const POLL_MS = 2000;
  const box = document.getElementById("list-box");
  const news = document.getElementById("news");
  const title = document.title;
  let arrived = 0;
  let leaving = false;

  function list() {
    return document.getElementById("list");
  }

  function rows() {
    return Array.from(document.querySelectorAll("#rows a.row"));
  }

  /* "new 3 work 2 ..." into the tabs */
  function count(text) {
    const words = text.split(" ");
    for (let i = 0; i + 1 < words.length; i += 2) {
      const place = document.getElementById("count-" + words[i]);
      if (place) {
        place.textContent = words[i + 1];
      }
    }
  }

  /* What a colleague does with the open record is told above its buttons; what is being typed stays, and the buttons change
     only when the clerk has read it. */
  async function refresh() {
    const seen = document.getElementById("seen");
    if (!seen || !box.dataset.open) {
      return;
    }
    const answer = await fetch("/record/" + box.dataset.open + "/standing?since=" + seen.value);
    if (answer.status !== 200) {
      throw new Error("standing");
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (fresh.getElementById("seen").value === seen.value) {
      return;
    }
    for (const id of ["now", "acts", "told"]) {
      document.getElementById(id).replaceChildren(...fresh.getElementById(id).childNodes);
    }
    document.getElementById("told-ok").addEventListener("click", function () {
      for (const id of ["states", "hold"]) {
        document.getElementById(id).replaceChildren(...fresh.getElementById(id).childNodes);
      }
      seen.value = fresh.getElementById("seen").value;
      document.getElementById("told").replaceChildren();
      document.getElementById("note").focus();
    });
  }

  function query() {
    return new URLSearchParams({
      show: box.dataset.show, before: box.dataset.before, open: box.dataset.open,
    });
  }

  /* Puts the new list in place of the old one; focus and scrolling stay where they were. */
  function swap(html, newestBefore) {
    const focused = document.activeElement && document.activeElement.id;
    const within = box.contains(document.activeElement);
    const top = box.scrollTop;
    const parsed = new DOMParser().parseFromString(html, "text/html").getElementById("list");
    if (!parsed) {
      return;
    }
    box.replaceChildren(document.adoptNode(parsed));
    box.scrollTop = top;
    if (within && focused) {
      const again = document.getElementById(focused);
      if (again) {
        again.focus({ preventScroll: true });
      }
    }
    for (const row of rows()) {
      if (Number(row.dataset.position) > newestBefore) {
        row.classList.add("fresh");
      }
    }
  }

  function tell(count) {
    arrived += count;
    news.className = "arrived";
    news.textContent = "";
    /* An empty line first, so that a second arrival is spoken too */
    window.setTimeout(function () { news.textContent = news.dataset.new; }, 50);
    if (document.hidden || !document.hasFocus()) {
      document.title = "(" + arrived + ") " + title;
    }
  }

  function lost() {
    if (news.className !== "lost") {
      news.className = "lost";
      news.textContent = news.dataset.lost;
    }
  }

  function found() {
    if (news.className === "lost") {
      news.className = "";
      news.textContent = "";
    }
  }

  async function poll() {
    const old = list();
    const answer = await fetch("/events?since=" + old.dataset.changes);
    if (answer.status === 401) {
      leaving = true; /* nothing of a visitor stays on the screen; a note stays sealed (stay.js) */
      window.location.replace("/login?why=ended");
      return;
    }
    if (answer.status !== 200 && answer.status !== 204) {
      throw new Error("events");
    }
    found();
    if (answer.status === 204) {
      return;
    }
    const now = await answer.json();
    const before = Number(old.dataset.newest);
    const page = await fetch("/list?" + query());
    if (page.status !== 200) {
      throw new Error("list");
    }
    const text = await page.text();
    await refresh();
    swap(text, before);
    count(list().dataset.counts);
    if (now.newest > before) {
      tell(now.newest - before);
    }
  }

  function watch() {
    poll().catch(lost).finally(function () { window.setTimeout(watch, POLL_MS); });
  }

  /* One row down or up from the focused one, else from the open one. */
  function step(by) {
    const all = rows();
    let at = all.indexOf(document.activeElement);
    if (at < 0) {
      at = all.findIndex(function (row) { return row.hasAttribute("aria-current"); });
      at = at < 0 && by < 0 ? 0 : at;
    }
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }
  }

  /* The one below the open record; the first one when that is not in the list any more. */
  function openNext() {
    const all = rows();
    const at = all.findIndex(function (row) { return row.hasAttribute("aria-current"); });
    if (at + 1 < all.length) {
      all[at + 1].click();
    }
  }

  /* A key for each state, and for taking a record. */
  const turns = { n: "undo", w: "work", p: "papers", d: "done", b: "back", t: "take" };

  function focus(id) {
    const place = document.getElementById(id);
    if (place) {
      place.focus();
    }
  }

  function press(id) {
    const button = document.getElementById(id);
    if (button) {
      button.click();
    }
  }

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat && turns[event.key]) {
      return;
    }
    const typing = event.target.matches("input, textarea, select");
    if (event.key === "Escape" && typing) {
      if (event.target.id === "search-number") {
        event.target.value = "";
      }
      event.target.blur(); /* a note stays */
      return;
    }
    if (typing || document.getElementById("keys").open) {
      return;
    }
    const inList = event.target.matches("a.row, body");
    if (event.key === "/") {
      focus("search-number");
    } else if (event.key === "j" || (inList && event.key === "ArrowDown")) {
      step(1);
    } else if (event.key === "k" || (inList && event.key === "ArrowUp")) {
      step(-1);
    } else if (event.key === "o") {
      openNext();
    } else if (event.key === "m") {
      focus("note");
    } else if (event.key === "?") {
      document.getElementById("keys").showModal();
    } else if (turns[event.key]) {
      press(turns[event.key]);
    } else {
      return;
    }
    event.preventDefault();
  }

  /* Ctrl+Enter keeps a note; leaving the page with one that was not kept asks first. */
  function keepNote(note) {
    if (!note) {
      return;
    }
    let sent = false;
    note.form.addEventListener("submit", function () { sent = true; });
    note.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
        document.getElementById(note.dataset.then || "note-ok").click();
      }
    });
    window.addEventListener("beforeunload", function (event) {
      if (!sent && !leaving && note.value.trim() !== "") {
        event.preventDefault();
      }
    });
  }

  /* The ways to other pages lie over the list only while they are wanted. */
  function closePages(pages) {
    document.addEventListener("click", function (event) {
      pages.open = pages.open && pages.contains(event.target);
    });
    pages.addEventListener("keydown", function (event) {
      if (event.key === "Escape") {
        pages.open = false;
        document.getElementById("pages-open").focus();
      }
    });
  }

  const print = document.getElementById("print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", function () { window.print(); });
  }
  if (box) {
    const open = document.querySelector("#rows a[aria-current]");
    if (open) {
      open.scrollIntoView({ block: "nearest" });
    }
    document.addEventListener("keydown", onKey);
    document.getElementById("keys-open").addEventListener("click", function (event) {
      event.preventDefault();
      document.getElementById("keys").showModal();
    });
    closePages(document.getElementById("pages"));
    keepNote(document.getElementById("note"));
    window.addEventListener("focus", function () {
      arrived = 0;
      document.title = title;
    });
    window.setTimeout(watch, POLL_MS);
  }
})();
