/* A scanner types what it reads, a key each few milliseconds, and Enter. A number in it opens its record, wherever the focus is but in a
 * field: there what is typed belongs to the field. A person's keys are slower and mean what they always mean; a letter that a
 * code begins with does nothing of its own, so a code from elsewhere can't mark a record. */
"use strict";

(function () {
  const FAST_MS = 50; /* between two keys of one code; slow scanners take 30 */
  const form = document.getElementById("search");
  if (!form) {
    return;
  }
  let text = "";
  let last = 0;
  let waiting = 0;

  /* Eight digits, with or without a space, that are no part of a longer number or of a date. */
  function numberIn(line) {
    const found = line.match(/(?:^|[^0-9-])([0-9]{4})[ ]?([0-9]{4})(?![0-9-])/);
    return found ? found[1] + found[2] : null;
  }

  function isField(target) {
    return target.matches("input, textarea, select") || target.isContentEditable;
  }

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /* Keys that only move, along the list or into a field, harm nobody, and are pressed quickly. */
  function moves(keys) {
    return /^[jkm/]*$/.test(keys);
  }

  /* The key again, as if nothing had held it up. */
  function give(target, key) {
    waiting = 0;
    text = "";
    target.dispatchEvent(new KeyboardEvent("keydown", { key: key, bubbles: true, cancelable: true }));
  }

  function onEnter(event, fast) {
    const number = fast ? numberIn(text) : null;
    if (fast && !moves(text)) {
      stop(event); /* a code's own Enter opens nothing that happens to have the focus */
    }
    text = "";
    if (number) {
      document.getElementById("search-number").value = number;
      form.requestSubmit();
    }
  }

  document.addEventListener("keydown", function (event) {
    if (!event.isTrusted || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isField(event.target)) {
      return;
    }
    const now = event.timeStamp;
    const fast = text !== "" && now - last < FAST_MS && !event.repeat;
    if (event.key === "Enter") {
      window.clearTimeout(waiting);
      onEnter(event, fast);
      return;
    }
    if (event.key.length !== 1) {
      return;
    }
    last = now;
    text = fast ? text + event.key : event.key;
    if (fast && !moves(text)) {
      window.clearTimeout(waiting);
      stop(event);
    } else if (/^[a-z]$/i.test(event.key) && !moves(event.key) && !event.repeat) {
      stop(event);
      waiting = window.setTimeout(give, FAST_MS, event.target, event.key);
    }
  }, true);
})();
