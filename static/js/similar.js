/* What is already registered about the thing being typed: <div data-similar="address" data-text="id …" data-branch="id">.
   Asked for half a second after the last key, not while an input method is still composing, silent when offline.
   Long numbers (a villager's phone) never leave the page this way. Nothing here is needed to submit. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var LEAST = 4, MOST = 300, PAUSE = 500;
  var box = document.querySelector("[data-similar]");
  if (!box || !window.fetch || !window.AbortController) return;
  var fields = box.dataset.text.split(" ").map(function (id) { return document.getElementById(id); }).filter(Boolean);
  var branch = box.dataset.branch && document.getElementById(box.dataset.branch);
  var timer = 0, composing = false, asked = null, running = null;

  function words() {
    var text = fields.map(function (field) { return field.value.trim(); }).join(" ").trim();
    return text.replace(/[0-9\uFF10-\uFF19][0-9\uFF10-\uFF19 -]{5,}[0-9\uFF10-\uFF19]/g, " ").trim().slice(0, MOST);
  }
  function show(html) {
    box.innerHTML = html;
    box.hidden = !html.trim();
  }
  function ask() {
    var text = words(), at = box.dataset.similar + "?text=" + encodeURIComponent(text);
    if (branch && branch.value) at += "&branch=" + encodeURIComponent(branch.value);
    if (composing || at === asked) return;
    if (running) running.abort();
    asked = at;
    if (text.length < LEAST) return show("");
    var mine = running = new AbortController();
    fetch(at, { credentials: "same-origin", redirect: "error", signal: mine.signal }).then(function (answer) {
      if (!answer.ok) throw answer;
      return answer.text();
    }).then(function (html) {
      if (running === mine) show(html);
    }).catch(function () {
      if (running === mine) asked = null;  // offline, signed out or too fast: the next key asks again
    });
  }
  function later() {
    clearTimeout(timer);
    if (!composing) timer = setTimeout(ask, PAUSE);
  }
  fields.forEach(function (field) {
    field.addEventListener("input", later);
    field.addEventListener("compositionstart", function () { composing = true; clearTimeout(timer); });
    field.addEventListener("compositionend", function () { composing = false; later(); });
  });
  if (branch) branch.addEventListener("change", later);
  later();
});
