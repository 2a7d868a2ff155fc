// The screen to copy from: a field that gets the focus is selected as a whole, a button copies its field. Both are a help;
// the page works without them.
"use strict";
const told = document.getElementById("copied");
for (const field of document.querySelectorAll("#items textarea")) {
    field.addEventListener("focus", () => field.select());
}
for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
        told.textContent = told.dataset.text;
        told.hidden = false;
    });
}
