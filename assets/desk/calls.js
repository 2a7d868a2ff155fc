/* Calls from terminals ring: the page's title and, once staff switched it on, a sound. Without this file a call is seen when a
   page is opened. */
"use strict";

(function () {
  const POLL_MS = 1500;
  const RING_MS = 4000;
  const KEPT = "call-sound";
  const box = document.getElementById("calls-box");
  const list = document.getElementById("list-box");
  const button = document.getElementById("call-sound");
  let sound = null;
  let known = "";

  function ringing() {
    const calls = document.getElementById("calls");
    return calls ? Number(calls.dataset.ringing) : 0;
  }

  /* What is to be seen of the calls; the words around them may change without a reason to tell them anew. */
  function facts(root) {
    return Array.from(root.querySelectorAll(".call")).map(function (call) {
      return call.className + " " + call.dataset.call + (call.querySelector(".call-silent") ? " silent" : "");
    }).join("|");
  }

  function title() {
    const count = ringing();
    const plain = document.title.replace(/^【[^】]*】/, "");
    document.title = count > 0 ? "【よびだし" + (count > 1 ? " " + count : "") + "】" + plain : plain;
  }

  function swap(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const now = parsed.getElementById("calls");
    if (!now || facts(now) === known) {
      return;
    }
    known = facts(now);
    const focused = document.activeElement && box.contains(document.activeElement) ? document.activeElement.id : "";
    box.replaceChildren(document.adoptNode(now));
    const again = focused && document.getElementById(focused);
    if (again) {
      again.focus({ preventScroll: true });
    }
    ring();
  }

  async function look() {
    const query = new URLSearchParams({ show: list.dataset.show, before: list.dataset.before, open: list.dataset.open });
    const answer = await fetch("/calls?" + query);
    if (answer.status === 200) {
      swap(await answer.text());
      title();
    }
  }

  function watch() {
    /* a broken line is told beside the list */
    look().catch(function () {}).finally(function () { window.setTimeout(watch, POLL_MS); });
  }

  function tone(at, frequency) {
    const wave = sound.createOscillator();
    const volume = sound.createGain();
    wave.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.4, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.6);
    wave.connect(volume).connect(sound.destination);
    wave.start(at);
    wave.stop(at + 0.65);
  }

  function chime() {
    if (sound && sound.state === "running") {
      tone(sound.currentTime, 880);
      tone(sound.currentTime + 0.5, 660);
      button.dataset.rang = Number(button.dataset.rang || 0) + 1;
    }
  }

  function ring() {
    if (ringing() > 0) {
      chime();
    }
  }

  /* Browsers let a page sound only after somebody touched it. */
  function open() {
    sound = sound || new AudioContext();
    return sound.state === "suspended" ? sound.resume() : Promise.resolve();
  }

  function show(on) {
    button.setAttribute("aria-pressed", on ? "true" : "false");
    button.textContent = on ? button.dataset.on : button.dataset.off;
  }

  function press() {
    const on = button.getAttribute("aria-pressed") !== "true";
    window.sessionStorage.setItem(KEPT, on ? "on" : "off");
    show(on);
    if (on) {
      open().then(chime);
    } else if (sound) {
      sound.close();
      sound = null;
    }
  }

  /* "I'm coming" leaves the page as it is: somebody may be writing a note. */
  function answer(event) {
    const form = event.target.closest(".call-form");
    if (!form) {
      return;
    }
    event.preventDefault();
    fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" })
      .then(look).catch(function () { form.submit(); });
  }

  if (!box || !list) {
    return;
  }
  known = facts(box);
  title();
  box.addEventListener("submit", answer);
  if (button && window.AudioContext) {
    const on = window.sessionStorage.getItem(KEPT) === "on";
    button.hidden = false;
    show(on);
    button.addEventListener("click", press);
    if (on) {
      const wake = function () {
        if (button.getAttribute("aria-pressed") === "true") {
          open();
        }
      };
      open().then(ring, function () {});
      document.addEventListener("pointerdown", wake);
      document.addEventListener("keydown", wake);
    }
  }
  window.setInterval(ring, RING_MS);
  window.setTimeout(watch, POLL_MS);
})();
