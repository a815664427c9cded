/* What is typed into a form[data-draft] survives a lost session, network or tab: it waits in this browser until the
   server has taken the form, which it says in the cookie `made` (DraftMiddleware). Who a villager is (data-private)
   stays in the tab, never on the disk. data-draft is the person's key; with a name where one address has several forms,
   with the version where something that others can change is edited. Nothing here is needed to submit. */
(function () {
  "use strict";
  var LIFE = 7 * 86400000, PREFIX = "draft:v2:", IDENTITY = "identity:";
  function all(root, selector) { return [].slice.call(root.querySelectorAll(selector)); }
  function read(store, key) { try { return JSON.parse(window[store].getItem(key)); } catch (e) { return null; } }
  function drop(key) { try { localStorage.removeItem(key); sessionStorage.removeItem(IDENTITY + key); } catch (e) { /* storage is off: nothing was kept */ } }
  function cookie(name) {
    var found = new RegExp("(?:^|; )" + name + "=([^;]*)").exec(document.cookie);
    return found ? found[1] : "";
  }
  function ticks(f) { return f.type === "radio" || f.type === "checkbox"; }
  function plain(text) { return text.replace(/\r/g, "").trim(); }

  if (cookie("made")) {
    cookie("made").split("|").forEach(function (name) { drop(PREFIX + decodeURIComponent(name)); });
    document.cookie = "made=; Max-Age=0; Path=/; SameSite=Lax";
  }
  try {
    Object.keys(localStorage).forEach(function (key) {
      if (key.indexOf("draft:") !== 0) return;
      var kept = read("localStorage", key);
      if (!kept || !(kept.at > Date.now() - LIFE)) drop(key);
    });
  } catch (e) { /* storage is off */ }

  function keep(form) {
    var to = new URL(form.getAttribute("action") || location.href, location.href);
    var name = form.dataset.draft + to.pathname + to.search, key = PREFIX + name, timer = 0;
    function fields() {
      return [].filter.call(form.elements, function (f) {
        return f.name && ["hidden", "submit", "button", "file", "password", "fieldset"].indexOf(f.type) < 0;
      });
    }
    function snapshot() {
      var open = {}, secret = {};
      fields().forEach(function (f) {
        var into = "private" in f.dataset ? secret : open;
        into[f.name] = into[f.name] || [];
        if (!ticks(f) || f.checked) into[f.name].push(f.value);
      });
      return { open: open, secret: secret };
    }
    function store() {
      clearTimeout(timer); timer = 0;
      var now = snapshot();
      if (JSON.stringify(now) === pristine) return drop(key);
      try {
        localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: now.open }));
        sessionStorage.setItem(IDENTITY + key, JSON.stringify(now.secret));
      } catch (e) { /* full or off */ }
    }
    /* The fields that now say something else than before. */
    function fill(values) {
      var seen = {};
      return fields().filter(function (f) {
        var given = values[f.name], before = ticks(f) ? f.checked : f.value, index;
        if (!given) return false;
        if (ticks(f)) { f.checked = given.indexOf(f.value) >= 0; return f.checked !== before; }
        index = seen[f.name] = f.name in seen ? seen[f.name] + 1 : 0;
        if (index >= given.length) return false;
        f.value = given[index];
        if (f.selectedIndex === -1) f.value = before;  // no longer one of the choices
        return plain(f.value) !== plain(before);
      });
    }
    function tell() {
      var note = document.createElement("div"), words = document.createElement("div"), again = document.createElement("button");
      note.className = "note"; note.setAttribute("role", "status");
      words.textContent = "上次填了没交上的,已经填回来了。";
      again.type = "button"; again.className = "linkbtn"; again.textContent = "不要这些,从头填";
      again.addEventListener("click", function () { clearTimeout(timer); drop(key); form.reset(); note.remove(); });
      words.appendChild(again); note.appendChild(words);
      form.parentNode.insertBefore(note, form);
    }

    var draft = read("localStorage", key), pristine = draft ? "" : JSON.stringify(snapshot());
    if (draft) {
      var changed = fill(Object.assign({}, draft.values, read("sessionStorage", IDENTITY + key)));
      changed.forEach(function (f) {
        for (var box = f.closest("details"); box; box = box.parentNode.closest("details")) box.open = true;
      });
      if (changed.length) tell();
    }
    function later() { clearTimeout(timer); timer = setTimeout(store, 400); }
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    addEventListener("pagehide", function () { if (timer) store(); });
    form.addEventListener("submit", function () {
      store();
      /* Another tab may have signed in anew: the form's own token is out of date then. */
      var token = cookie("__Host-csrftoken") || cookie("csrftoken");  // the first where the site is reached by https
      if (token) form.elements.csrfmiddlewaretoken.value = token;
      var sent = form.querySelector("input[name=draft]") || document.createElement("input");
      sent.type = "hidden"; sent.name = "draft"; sent.value = name;
      form.appendChild(sent);
    });
  }
  all(document, "form[data-draft]").forEach(keep);
  var summary = document.querySelector(".errsum[tabindex]");
  if (summary) summary.focus();
})();
