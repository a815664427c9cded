/* 接待日登记: keeping what is typed, in this browser and on the server, and sending it. ES2017, no dependency; the pages
   work without it. sunday_grid.js does the keys and cells; it hears of filled rows by the events `filled` and `jump`.
   A row is dirty while the server has not got it. Its field `<code>-v` is the version of the server's draft seen last. */
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var LIFE = 30 * 86400000, PREFIX = "sunday:v1:", IDENTITY = "identity:", SOON = 400, LATER = 1500, AGAIN = 10000, PATIENCE = 2000, MOMENT = 30000;
  var DETAIL = /-m\d+-/, PRIVATE = /-m\d+-(name|phone|village|sex)$/;
  function all(root, selector) { return [].slice.call(root.querySelectorAll(selector)); }
  function byId(id) { return document.getElementById(id); }

  /* ---- What the browser keeps. Who the villager is stays in the tab (sessionStorage), never on the disk. ---- */
  function read(store, key) { try { return JSON.parse(store.getItem(key)); } catch (e) { return null; } }
  function drop(key) { try { localStorage.removeItem(key); sessionStorage.removeItem(IDENTITY + key); } catch (e) { /* nothing was kept */ } }
  function dropOld() {
    try {
      Object.keys(localStorage).forEach(function (key) {
        if (key.indexOf(PREFIX) !== 0) return;
        var kept = read(localStorage, key);
        if (!kept || !(kept.t > Date.now() - LIFE)) drop(key);
      });
    } catch (e) { /* storage is off */ }
  }
  /* Times as the county's clock shows them, whatever this computer is set to. */
  function here(t) { return new Date(+new Date(t) + 8 * 3600000).toISOString(); }
  function clock(t) { return here(t).slice(11, 16); }
  function day(t) { var d = here(t); return d.slice(0, 10) === here(Date.now()).slice(0, 10) ? "今天" : +d.slice(5, 7) + "月" + +d.slice(8, 10) + "日"; }

  var filed = byId("filed");
  dropOld();
  if (filed) drop(filed.dataset.draft);
  var form = byId("sun");
  if (!form) return;
  var KEY = form.dataset.draft, next = byId("next"), save = document.querySelector(".save"), offline = byId("offline"), expired = byId("expired");
  var rows = form.dataset.save ? all(form, ".br[data-code]") : [];
  var pristine = "", storing = 0, sending = 0, busy = null, leaving = false, cut = false;
  var synced = {}, offers = {}, settled = {}, edited = {};

  /* ---- Fields and rows ---- */
  function named() { return [].filter.call(form.elements, function (e) { return e.name && e.name !== "csrfmiddlewaretoken" && e.type !== "submit"; }); }
  function ticks(e) { return e.type === "radio" || e.type === "checkbox"; }
  function snapshot() {
    var values = {}, secret = {};
    named().forEach(function (e) {
      if (ticks(e) && !e.checked) return;
      var into = PRIVATE.test(e.name) ? secret : values;
      (into[e.name] = into[e.name] || []).push(e.value);
    });
    return { values: values, secret: secret };
  }
  function part(values, code) {
    var found = {};
    Object.keys(values).sort().forEach(function (name) {
      if (name.indexOf(code + "-") === 0 && name !== code + "-v" && values[name].some(Boolean)) found[name] = values[name];
    });
    return found;
  }
  function version(code, set) {
    var field = form.elements[code + "-v"];
    if (set !== undefined) field.value = set;
    return +field.value || 0;
  }
  function isDirty(code, values) { return !settled[code] && JSON.stringify(part(values, code)) !== synced[code]; }
  /* Make the row say what `values` says, the fields that they don't name empty. */
  function fill(row, values) {
    var code = row.dataset.code, seen = {};
    all(row, "input[type=hidden]").forEach(function (e) { if (DETAIL.test(e.name)) e.remove(); });
    all(row, "[name]").forEach(function (e) {
      var given = values[e.name] || [], index = seen[e.name] = (e.name in seen ? seen[e.name] + 1 : 0);
      if (ticks(e)) e.checked = given.indexOf(e.value) >= 0;
      else if (e.type !== "hidden") e.value = given[index] || e.dataset.blank || "";
    });
    addDetails(code, values);
    row.dispatchEvent(new CustomEvent("filled"));
  }
  /* Details of the check page wait as hidden fields until it opens again. */
  function addDetails(code, values) {
    Object.keys(values).forEach(function (name) {
      if (name.indexOf(code + "-") !== 0 || !DETAIL.test(name) || form.elements[name]) return;
      var e = document.createElement("input");
      e.type = "hidden"; e.name = name; e.value = values[name][0];
      (byId(code + "-extra") || form).querySelector("td").appendChild(e);
    });
  }

  /* ---- In this browser, at once ---- */
  function store() {
    clearTimeout(storing); storing = 0;
    var now = snapshot(), dirty = {};
    if (JSON.stringify(now) === pristine) return;
    rows.forEach(function (row) { if (isDirty(row.dataset.code, now.values)) dirty[row.dataset.code] = 1; });
    try {
      if (!rows.length) dirty = Object.assign((read(localStorage, KEY) || {}).d || {}, edited);
      localStorage.setItem(KEY, JSON.stringify({ t: Date.now(), v: now.values, d: dirty }));
      sessionStorage.setItem(IDENTITY + KEY, JSON.stringify(now.secret));
      if (Object.keys(dirty).length) say(isOff() ? "off" : "ok", (isOff() ? "网络断开,已存在这台电脑上 " : "已存在这台电脑上 ") + clock(Date.now()));
    } catch (e) { say("off", "这台电脑存不了草稿,请随时点“下一步”"); }
  }
  function say(state, words) {
    if (!save) return;
    save.hidden = false; save.dataset.s = state; save.querySelector("span").textContent = words;
  }
  function isOff() { return cut || !navigator.onLine; }
  function network() { if (offline) offline.hidden = !isOff(); }
  function changed(e) {
    var code = e && e.target && e.target.name ? e.target.name.split("-")[0] : "";
    if (code) edited[code] = 1;
    clearTimeout(storing); storing = setTimeout(store, SOON);
    later(LATER);
  }

  /* ---- On the server, a little later, row by row ---- */
  function later(wait) { if (rows.length && !sending && !leaving) sending = setTimeout(flush, wait); }
  function token() {
    var found = /(?:^|; )(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie);  // another tab may have signed in anew
    return found ? found[1] : form.elements.csrfmiddlewaretoken.value;
  }
  function flush() {
    clearTimeout(sending); sending = 0;
    busy = busy || sendAll().then(function (isThrough) {
      busy = null;
      if (isThrough && rows.some(isWaiting)) later(LATER);  // typed while the row was on its way
    });
    return busy;
  }
  async function sendAll() {
    for (var i = 0; i < rows.length && !leaving; i += 1) {
      var code = rows[i].dataset.code;
      if (isWaiting(rows[i]) && !(await send(rows[i], code, part(snapshot().values, code)))) return false;
    }
    return true;
  }
  function isWaiting(row) { return !offers[row.dataset.code] && isDirty(row.dataset.code, snapshot().values); }
  /* Says whether it makes sense to go on with the next row. */
  async function send(row, code, typed) {
    var answer, said = null;
    try {
      answer = await fetch(form.dataset.save, {
        method: "POST", redirect: "manual", headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        body: JSON.stringify({ branch: code, version: version(code), typed: typed }),
      });
      if (/json/.test(answer.headers.get("Content-Type") || "")) said = await answer.json();
    } catch (e) { return fail(true); }
    if (answer.status >= 500) return fail(false);
    cut = false; network();
    if (answer.status === 401 || !said) { if (expired) expired.hidden = false; return false; }
    if (expired) expired.hidden = true;
    if (answer.ok) {
      version(code, said.version); synced[code] = JSON.stringify(typed); store();
      if (!rows.some(function (r) { return isDirty(r.dataset.code, snapshot().values); })) say("ok", "已自动保存 " + clock(said.saved_at));
    } else if (said.typed) offer(row, code, said);
    else if (said.is_settled) { settled[code] = true; bar(row, [said.message + "您填的还在这里,点“下一步”会再提示。"]); }
    else say("off", said.message);
    return true;
  }
  function fail(isCut) {
    cut = isCut; network();
    say("off", (isCut ? "网络断开" : "暂时连不上") + ",已存在这台电脑上 " + clock(Date.now()));
    later(AGAIN);
    return false;
  }
  addEventListener("online", function () { network(); flush(); });
  addEventListener("offline", network);
  addEventListener("focus", function () { if (expired && !expired.hidden) flush(); });
  addEventListener("pagehide", function () { if (!leaving && storing) store(); });

  /* ---- Two versions of one row: both stay until somebody chooses ---- */
  function offer(row, code, theirs) {
    offers[code] = { theirs: theirs, mine: part(snapshot().values, code) };
    bar(row, ["这张表刚在另一台设备上改过(" + theirs.who + "," + when(theirs.at) + "),请选用哪一份。",
      "您填的:" + words(code, offers[code].mine), theirs.who + "填的:" + words(code, theirs.typed)],
      [["用我填的", function () { choose(row, code, true); }], ["用" + theirs.who + "填的", function () { choose(row, code, false); }]]);
  }
  function choose(row, code, isMine) {
    var both = offers[code] || row.both, who = both.theirs.who;
    row.both = both; delete offers[code];
    if (!isMine) both.mine = part(snapshot().values, code);
    synced[code] = JSON.stringify(part(both.theirs.typed, code));
    if (version(code) < both.theirs.version) version(code, both.theirs.version);
    fill(row, isMine ? both.mine : both.theirs.typed);
    synced[code] = isMine ? synced[code] : JSON.stringify(part(snapshot().values, code));
    bar(row, [isMine ? "用了您填的这一份。" : "用了" + who + "填的那一份。"],
      [[isMine ? "换成" + who + "填的" : "换回我填的", function () { choose(row, code, !isMine); }]]);
    store(); later(LATER);
  }
  function when(t) { return day(t) === "今天" ? clock(t) : day(t) + clock(t); }
  function words(code, values) {
    var came = 0, given = function (name) { return (values[code + "-" + name] || [""])[0].trim(); };
    Object.keys(values).forEach(function (name) { if (name.indexOf(code + "-a-") === 0 && values[name][0] === "present") came += 1; });
    var lines = given("o").split("\n").filter(function (s) { return s.trim(); });
    return "到岗" + came + "人,接待" + (given("n") || "没填") + (given("n") ? "人" : "") + (lines.length ? ",意见:" + lines.join(" / ") : "")
      + (given("s") ? "," + given("s") : "") + ((code + "-x") in values ? ",未开展:" + given("r") : "") + "。";
  }
  function bar(row, sentences, buttons) {
    var old = row.querySelector(".choose"), tr = document.createElement("tr"), box;
    if (old) old.remove();
    tr.className = "choose"; tr.setAttribute("role", "row");
    tr.innerHTML = '<td role="cell" colspan="6"><div class="note note-warn" role="alert"><div></div></div></td>';
    box = tr.querySelector(".note > div");
    sentences.forEach(function (sentence) { var p = document.createElement("p"); p.textContent = sentence; box.appendChild(p); });
    (buttons || []).forEach(function (pair) {
      var b = document.createElement("button");
      b.type = "button"; b.className = "btn"; b.textContent = pair[0]; b.addEventListener("click", pair[1]); box.appendChild(b);
    });
    row.appendChild(tr);
  }

  /* ---- Opening the page ---- */
  var kept = read(localStorage, KEY), secret = read(sessionStorage, IDENTITY + KEY) || {}, note = byId("restored");
  var isFresh = rows.length && form.dataset.typed !== "1";
  rows.forEach(function (row) {
    var code = row.dataset.code, isSent = isFresh || (kept && kept.d && !kept.d[code]);
    synced[code] = isSent ? JSON.stringify(part(snapshot().values, code)) : "";
  });
  if (isFresh) pristine = JSON.stringify(snapshot());
  if (isFresh && kept && kept.v) {
    var restored = rows.filter(function (row) { return restore(row, row.dataset.code); });
    if (kept.v.key) form.elements.key.value = kept.v.key[0];
    if (restored.length) note.querySelector(".t").textContent = "接着上次没登记的填(" + day(kept.t) + clock(kept.t) + "存在这台电脑上)。";
    note.hidden = note.hidden && !restored.length;
  }
  if (isFresh) rows.forEach(function (row) { addDetails(row.dataset.code, matching(row.dataset.code)); });
  /* Who the villager is comes back only beside the words it was typed for. */
  function matching(code) {
    var found = {};
    Object.keys(secret).forEach(function (name) {
      var text = form.elements[name.replace(/[a-z]+$/, "text")];
      if (name.indexOf(code + "-") === 0 && text && secret[name][0]) found[name] = secret[name];
    });
    return found;
  }
  function restore(row, code) {
    var mine = part(kept.v, code), there = part(snapshot().values, code), seen = +(kept.v[code + "-v"] || [0])[0] || 0;
    // The server took the row while this page was already on its way: the page is older than what is kept.
    var isOlder = version(code) < seen && Date.now() - kept.t < MOMENT;
    if ((kept.d && !kept.d[code] && !isOlder) || JSON.stringify(mine) === JSON.stringify(there)) return false;
    fill(row, mine);
    if (isOlder) version(code, seen);
    if (version(code) > seen && row.dataset.who) {
      offer(row, code, { who: row.dataset.who, at: row.dataset.at, version: version(code), typed: there });
      version(code, seen);
    }
    return true;
  }
  function isMine(row) { return row.dataset.mine || isDirty(row.dataset.code, snapshot().values); }
  if (isFresh && rows.some(isMine)) {
    byId("drop").hidden = false;
    byId("drop").addEventListener("click", async function () {
      var dropped = rows.filter(isMine);
      clearTimeout(storing); clearTimeout(sending); sending = 1;
      if (busy) await busy;
      for (var i = 0; i < dropped.length; i += 1) {
        if (version(dropped[i].dataset.code) && !(await send(dropped[i], dropped[i].dataset.code, {}))) return;
      }
      leaving = true; drop(KEY); location.reload();
    });
  }
  network();
  if (rows.some(isWaiting)) later(LATER);

  /* ---- Sending the whole form ---- */
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", function (e) {
    var open = Object.keys(offers)[0];
    store();
    if (open) { e.preventDefault(); show(byId(open + "-row").querySelector(".choose .btn")); return; }
    if (!navigator.onLine) { e.preventDefault(); network(); offline.scrollIntoView(); return; }
    if (cut) {
      e.preventDefault();
      flush().then(function () { if (!cut) next.click(); else offline.scrollIntoView(); });
      return;
    }
    if (form.dataset.sent) { e.preventDefault(); return; }
    leaving = true; clearTimeout(sending);
    if (busy) {  // a row on its way would come in after the newer one that the form brings along
      e.preventDefault();
      Promise.race([busy, new Promise(function (go) { setTimeout(go, PATIENCE); })]).then(function () {
        busy = null; leaving = false; next.click();
      });
      return;
    }
    form.elements.csrfmiddlewaretoken.value = token();
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", function () { form.dataset.sent = ""; leaving = false; sending = 0; });
  document.addEventListener("keydown", function (e) {
    if (!e.ctrlKey && !e.metaKey) return;
    if (e.key === "Enter" && next) { e.preventDefault(); next.click(); }
    if (e.key === "s") { e.preventDefault(); store(); flush(); }
  });
  function show(to) {
    var row = to.closest(".br");
    if (row) row.dispatchEvent(new CustomEvent("jump", { bubbles: true, detail: { folded: Boolean(to.closest(".extra")) } }));
    to.scrollIntoView({ block: "center" }); to.focus();
  }
  all(document, ".errsum a").forEach(function (a) {
    a.addEventListener("click", function (e) {
      var to = byId(a.getAttribute("href").slice(1));
      if (to) { e.preventDefault(); show(to); }
    });
  });
  var summary = byId("errsum");
  if (summary) summary.focus();
});
