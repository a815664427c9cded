/* Writing an answer. A sample answer that is chosen goes into the text. On a ticket's page ([data-answer-draft]) what is typed
   is kept on the server every few seconds for the department's other people; two texts that differ are shown side by side,
   never overwritten. Without a network it keeps trying; the browser's own copy is drafts.js's. Nothing here is needed to send. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var EVERY = 3000, LOOK = 15000;

  function make(name, words, into, look) {
    var one = document.createElement(name);
    if (look) one.className = look;
    one.textContent = words;
    into.appendChild(one);
    return one;
  }

  /* The text is added below what is there; another choice takes the place of the one before, if it was left as it was. */
  function offer(box, note) {
    var select = box.querySelector("select"), go = box.querySelector("[data-go]"), put = "";
    if (!select) return;
    go.hidden = true;
    select.addEventListener("change", function () {
      var text = select.options[select.selectedIndex].dataset.text || "", before = note.value;
      if (put && before.slice(-put.length) === put) before = before.slice(0, -put.length);
      put = text;
      before = before.replace(/\s+$/, "");
      note.value = before && text ? before + "\n" + text : before + text;
      note.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  var here = document.querySelector("[data-starts-here]");
  if (here) offer(here, document.getElementById("id_note"));

  var box = document.querySelector("[data-answer-draft]"), note = document.getElementById("reply_note");
  if (!box || !note) return;
  var url = box.dataset.answerDraft, form = note.form, busy = false, over = false, choice = null, timer = 0;
  var typed = box.querySelector("[data-typed]"), starts = box.querySelector("[data-starts]");
  var seen = { version: +box.dataset.version, text: typed ? typed.querySelector("[data-typed-text]").textContent : "" };
  var picker = document.createElement("div"), saved = document.createElement("p");
  while (starts.firstChild) picker.appendChild(starts.firstChild);
  [].forEach.call(picker.querySelectorAll("select"), function (select) { select.removeAttribute("name"); });
  note.closest(".field").parentNode.insertBefore(picker, note.closest(".field"));
  offer(picker, note);
  saved.className = "o-saved"; saved.setAttribute("role", "status");
  note.parentNode.appendChild(saved);

  function say(words, bad) { saved.textContent = words; saved.classList.toggle("bad", !!bad); }
  function differs() { return note.value !== seen.text; }
  function who(theirs) { return theirs.mine ? "您在别处" : theirs.by + " "; }
  function take(theirs) { seen = { version: theirs.version, text: theirs.text }; }
  function token() {
    var found = /(?:^|; )(?:__Host-)?csrftoken=([^;]*)/.exec(document.cookie);
    return found ? found[1] : form.elements.csrfmiddlewaretoken.value;
  }
  function write(text) { note.value = text; note.dispatchEvent(new Event("input", { bubbles: true })); }

  /* Both texts, and three ways on; until one is taken nothing is kept. */
  function choose(theirs) {
    if (choice) choice.remove();
    choice = document.createElement("div"); choice.className = "o-two"; choice.setAttribute("role", "alert");
    make("b", who(theirs) + theirs.at + "也写了,和您现在的不一样。" + (theirs.mine ? "那一份:" : "对方的:"), choice);
    make("p", theirs.text || "(空的)", choice);
    var acts = make("div", "", choice, "acts");
    [["用我现在的", note.value], ["用这一份", theirs.text], ["两份接起来", note.value + "\n" + theirs.text]].forEach(function (way, index) {
      var button = make("button", way[0], acts, "btn btn-s");
      button.type = "button";
      button.addEventListener("click", function () {
        take(theirs);
        choice.remove(); choice = null;
        if (index) write(index === 1 ? theirs.text : note.value + "\n" + theirs.text);
        save(); note.focus();
      });
    });
    note.parentNode.appendChild(choice);
    say("先选一份,再接着写", true);
  }

  function ask(options) {
    return fetch(url, Object.assign({ credentials: "same-origin", cache: "no-store" }, options)).then(function (answer) {
      if ((answer.headers.get("content-type") || "").indexOf("json") < 0) throw new Error("signed out, or a fault");
      return answer.json().then(function (told) { told.status = answer.status; return told; });
    });
  }

  function save() {
    if (busy || over || choice || !differs()) return;
    var text = note.value;
    busy = true;
    ask({
      method: "POST", keepalive: true, headers: { "X-CSRFToken": token() },
      body: new URLSearchParams({ text: text, version: seen.version })
    }).then(function (told) {
      if (told.status === 200) { seen = { version: told.version, text: text }; return say("草稿已保存 " + told.at); }
      if (told.status === 412) return choose(told);
      over = told.status === 409 || told.status === 403;
      say(told.sentence, true);
    }).catch(function () { say("草稿还没有保存,会自动再试", true); }).then(function () { busy = false; });
  }

  function look() {
    if (busy || over || choice || document.hidden) return;
    ask({}).then(function (told) {
      if (told.status !== 200 || told.version <= seen.version || busy || choice) return;
      if (told.text === note.value) return take(told);
      if (differs()) return choose(told);
      take(told); note.value = told.text;
      say(who(told) + told.at + "正在写,已更新到最新");
    }).catch(function () { /* the next look tells */ });
  }

  if (typed) {
    typed.hidden = true;
    var first = { version: seen.version, text: seen.text, by: box.dataset.by, at: box.dataset.at, mine: !!box.dataset.mine };
    if (!note.value.trim()) { note.value = seen.text; say((first.mine ? "您 " : first.by + " ") + first.at + "写到这里,已经填好"); }
    else if (differs()) choose(first);
  }
  note.addEventListener("input", function () { if (!timer) timer = setTimeout(function () { timer = 0; save(); }, EVERY); });
  setInterval(save, EVERY * 2);
  setInterval(look, LOOK);
  document.addEventListener("visibilitychange", save);
  form.addEventListener("submit", function () { over = true; });
});
