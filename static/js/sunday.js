/* 接待日登记: keys, drafts, phone cards. ES2017, no dependency; the pages work without it. */
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var LIFE = 30 * 86400000, PREFIX = "sunday:v1:", DETAIL = /-m\d+-/, PRIVATE = /-m\d+-(name|phone|village)$/;
  var IDENTITY = "identity:";
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
  function clock(t) { return new Date(t).toTimeString().slice(0, 5); }
  function day(t) { var d = new Date(t); return d.toDateString() === new Date().toDateString() ? "今天" : (d.getMonth() + 1) + "月" + d.getDate() + "日"; }

  var filed = byId("filed");
  dropOld();
  if (filed) drop(filed.dataset.draft);
  var summary = byId("errsum");
  var form = byId("sun");
  if (!form) return;
  var KEY = form.dataset.draft, next = byId("next"), save = document.querySelector(".save"), offline = byId("offline");
  var pristine = "", timer = 0, leaving = false;

  function snapshot() {
    var values = {}, secret = {};
    [].forEach.call(form.elements, function (e) {
      if (!e.name || e.name === "csrfmiddlewaretoken" || e.type === "submit") return;
      if ((e.type === "radio" || e.type === "checkbox") && !e.checked) return;
      var into = PRIVATE.test(e.name) ? secret : values;
      (into[e.name] = into[e.name] || []).push(e.value);
    });
    return { values: values, secret: secret };
  }
  function store() {
    clearTimeout(timer);
    var now = snapshot();
    if (JSON.stringify(now) === pristine) return;
    try {
      localStorage.setItem(KEY, JSON.stringify({ t: Date.now(), v: now.values }));
      sessionStorage.setItem(IDENTITY + KEY, JSON.stringify(now.secret));
      say(navigator.onLine ? "ok" : "off", (navigator.onLine ? "已存在这台电脑上 " : "网络断开,已存在这台电脑上 ") + clock(Date.now()));
    } catch (e) { say("off", "这台电脑存不了草稿,请随时点“下一步”"); }
  }
  function say(state, words) {
    if (!save) return;
    save.hidden = false; save.dataset.s = state; save.querySelector("span").textContent = words;
  }
  function dirty() { clearTimeout(timer); timer = setTimeout(store, 400); }
  function network() { if (offline) offline.hidden = navigator.onLine; }
  addEventListener("online", network); addEventListener("offline", network); network();
  addEventListener("pagehide", function () { if (!leaving && timer) store(); });

  function restore(kept) {
    var secret = read(sessionStorage, IDENTITY + KEY) || {}, values = Object.assign({}, kept.v, secret);
    [].forEach.call(form.elements, function (e) {
      if (!e.name || !(e.name in values) || e.name === "key") return;
      if (e.type === "radio" || e.type === "checkbox") { e.checked = values[e.name].indexOf(e.value) >= 0; return; }
      if (e.type === "hidden") return;
      var same = [].filter.call(form.elements, function (x) { return x.name === e.name; });
      e.value = values[e.name][same.indexOf(e)] || "";
    });
    /* Details of the check page wait as hidden fields until it opens again. */
    Object.keys(values).forEach(function (name) {
      if (!DETAIL.test(name) || form.elements[name]) return;
      if (!byId(name.split(DETAIL)[0] + "-o")) return;
      var e = document.createElement("input");
      e.type = "hidden"; e.name = name; e.value = values[name][0]; form.appendChild(e);
    });
    if (values.key) form.elements.key.value = values.key[0];
  }

  var rows = all(form, ".br:not(.closed)");
  if (rows.length && form.dataset.typed !== "1") {
    pristine = JSON.stringify(snapshot());
    var kept = read(localStorage, KEY), note = byId("restored");
    if (kept && kept.v) {
      restore(kept);
      note.hidden = false;
      note.querySelector(".t").textContent = "接着上次没登记的填(" + day(kept.t) + clock(kept.t) + "存在这台电脑上)。";
      byId("drop").addEventListener("click", function () { leaving = true; clearTimeout(timer); drop(KEY); location.reload(); });
    }
  }
  form.addEventListener("input", dirty);
  form.addEventListener("change", dirty);
  form.addEventListener("submit", function (e) {
    store();
    if (!navigator.onLine) { e.preventDefault(); network(); offline.scrollIntoView(); return; }
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1"; leaving = true;
  });
  addEventListener("pageshow", function () { form.dataset.sent = ""; });
  document.addEventListener("keydown", function (e) {
    if (!e.ctrlKey && !e.metaKey) return;
    if (e.key === "Enter" && next) { e.preventDefault(); next.click(); }
    if (e.key === "s") { e.preventDefault(); store(); }
  });
  all(document, ".errsum a").forEach(function (a) {
    a.addEventListener("click", function (e) {
      var to = byId(a.getAttribute("href").slice(1)), row = to && to.closest(".br");
      if (!to) return;
      e.preventDefault();
      if (row) { open(row); if (to.closest(".extra")) more(row, true); }
      to.scrollIntoView({ block: "center" }); to.focus();
    });
  });
  if (summary) summary.focus();
  if (!rows.length) return;

  /* ---- The grid ---- */
  function phone() { return matchMedia("(max-width:999px)").matches; }
  function composing(e) { return e.isComposing || e.keyCode === 229; }
  function first(r) { return r.querySelector(".allin") || r.querySelector(".cm"); }
  function stops(r) { return [first(r), r.querySelector(".cnt input"), r.querySelector(".tp summary"), r.querySelector(".op textarea"), r.querySelector(".morebtn")]; }
  function open(r) { all(form, ".br").forEach(function (x) { x.classList.toggle("on", x === r); }); }
  function grow(t) { t.style.height = "auto"; t.style.height = (t.scrollHeight + 2) + "px"; }
  function more(r, on) {
    r.classList.toggle("more-on", on);
    r.querySelector(".morebtn").setAttribute("aria-expanded", on ? "true" : "false");
    if (on) all(r, ".panel textarea").forEach(grow);
  }
  function goTo(el) { el.focus(); if (el.select) el.select(); }
  /* Go to stop `i` of row `r`; past the last row the button, before the first nothing. Says whether it went. */
  function go(r, i) {
    var j = rows.indexOf(r);
    if (i > 4) { j += 1; i = 0; }
    if (i < 0) { j -= 1; i = 4; }
    if (j < 0) return false;
    if (j >= rows.length) { next.focus(); return true; }
    open(rows[j]); goTo(stops(rows[j])[i]);
    return true;
  }
  function leaveRow(r) { go(r, 5); }
  function value(r, selector) { return r.querySelector(selector).value.trim(); }
  function lines(r) { return value(r, ".op textarea").split("\n").filter(function (s) { return s.trim(); }).length; }
  function names(r) {
    var found = {};
    all(r, ".one .seg input, .late input").forEach(function (x) { found[x.name] = found[x.name] || x.checked; });
    return Object.keys(found).map(function (n) { return found[n]; });
  }
  function isSet(r) {
    var set = names(r);
    if (set.length) return set.every(Boolean);
    return all(r, ".cm").some(function (s) { return s.value; });
  }
  function refresh(r) {
    var count = value(r, ".cnt input"), topics = all(r, ".pop input:checked"), n = lines(r), set = isSet(r);
    var off = r.querySelector(".off .choice input"), held = !(off && off.checked);
    var other = all(r, ".panel .fld").some(function (f) { return f.value && f.tagName !== "SELECT"; });
    var some = names(r).some(Boolean) || all(r, ".cm").some(function (s) { return s.value; });
    var started = some || count || topics.length || n || !held || other;
    var done = held ? set && count !== "" : Boolean(value(r, ".off .fld"));
    r.classList.toggle("set", set && names(r).length > 0);
    r.classList.toggle("zero", count === "0" && !n && !topics.length);
    var v = r.querySelector(".tp .v");
    v.textContent = "";
    if (topics.length) v.textContent = topics.map(function (x) { return x.parentNode.querySelector(".lg").textContent; }).join("、");
    else { var em = document.createElement("em"); em.textContent = count === "0" ? "无人来访" : "可多选"; v.appendChild(em); }
    r.querySelector(".op small").textContent =
      done && held && !n && +count >= 5 && !r.contains(document.activeElement) ? "接待" + count + "人,确认没有意见吗?" : "";
    all(r, ".one").forEach(function (one) {
      var name = one.querySelector(".seg input").name, on = all(r, "input[type=radio]").filter(function (x) { return x.name === name && x.checked; })[0];
      one.classList.toggle("leave", Boolean(on) && on.value === "leave");
      one.querySelector(".lv").textContent = on && on.value === "late" ? "迟到" : on && on.value === "left_early" ? "早退" : "";
    });
    var tag = r.querySelector(".stt"), sum = r.querySelector(".sum");
    tag.className = "tag stt" + (done ? " tag-ok" : started ? " tag-warn" : "");
    tag.textContent = done ? "✓ 已填" : started ? "未填完" : "未填";
    sum.textContent = !held ? "本次未开展" : done ? "来访" + count + "人" + (n ? " 意见" + n + "条" : "") : sum.dataset.place;
    r.dataset.done = done ? "1" : "";
    tally();
  }
  function tally() {
    var done = rows.filter(function (r) { return r.dataset.done; }).length, closed = all(form, ".br.closed").length;
    byId("done").textContent = done + closed;
    byId("left").textContent = rows.length - done;
  }
  function cycle(r, n) {
    var one = all(r, ".one")[n - 1];
    if (!one) return;
    var radios = all(one, ".seg input"), at = -1;
    radios.forEach(function (x, i) { if (x.checked) at = i; });
    radios[(at + 1) % radios.length].checked = true;
    refresh(r); dirty();
  }
  function fillUnset(r) {
    var set = {};
    all(r, "input[type=radio]:checked").forEach(function (x) { set[x.name] = true; });
    all(r, ".one .p input").forEach(function (x) { if (!set[x.name]) x.checked = true; });
    refresh(r); dirty();
  }

  rows.forEach(function (r) {
    var s = stops(r), pop = r.querySelector(".tp");
    /* The keys of the sheet reach these, so that Tab goes from cell to cell. */
    all(r, ".one .seg input, .pop input").forEach(function (x) { x.tabIndex = -1; });
    r.addEventListener("change", function () { refresh(r); });
    if (r.querySelector(".allin")) s[0].addEventListener("click", function () { fillUnset(r); go(r, 1); });
    s[1].addEventListener("input", function () {
      var plain = this.value.replace(/[\uFF10-\uFF19]/g, function (d) { return String.fromCharCode(d.charCodeAt(0) - 65248); });
      if (plain !== this.value) this.value = plain;
      refresh(r);
    });
    s[3].addEventListener("input", function () { grow(this); refresh(r); });
    r.addEventListener("focusout", function () { setTimeout(function () { refresh(r); }); });
    all(r, ".panel textarea").forEach(function (t) { t.addEventListener("input", function () { grow(t); refresh(r); }); });
    all(r, ".panel input.fld").forEach(function (t) { t.addEventListener("input", function () { refresh(r); }); });
    s[4].addEventListener("click", function () {
      more(r, !r.classList.contains("more-on"));
      if (r.classList.contains("more-on")) r.querySelector(".panel").scrollIntoView({ block: "nearest" });
    });
    s[2].addEventListener("focus", function () { if (!phone()) pop.open = true; });
    s[2].addEventListener("mousedown", function (e) { if (!phone() && document.activeElement !== this) { e.preventDefault(); this.focus(); } });
    pop.addEventListener("focusout", function (e) { if (!pop.contains(e.relatedTarget) && !phone()) pop.open = false; });
    r.querySelector("th").addEventListener("click", function () { if (phone()) open(r.classList.contains("on") ? null : r); });
    r.addEventListener("focusin", function () { if (!r.classList.contains("on")) open(r); });
    r.querySelector(".nextrow").addEventListener("click", function () {
      var j = rows.indexOf(r) + 1;
      while (rows[j] && rows[j].dataset.done) j += 1;
      open(rows[j] || null);
      if (rows[j]) { rows[j].scrollIntoView({ block: "start" }); first(rows[j]).focus({ preventScroll: true }); } else next.focus();
    });
    r.addEventListener("keydown", function (e) { keys(e, r, s); });
    if (phone()) pop.open = true;
    grow(s[3]); refresh(r);
  });
  all(form, ".br.closed th").forEach(function (th) {
    th.addEventListener("click", function () { var r = th.closest(".br"); if (phone()) open(r.classList.contains("on") ? null : r); });
  });

  function keys(e, r, s) {
    var el = document.activeElement, i = s.indexOf(el);
    if (composing(e) || e.ctrlKey || e.metaKey || e.altKey) return;
    if (i < 0) { if (el.classList.contains("cm") && e.key === "Enter") { e.preventDefault(); go(r, 1); } return; }
    if (e.key === "Tab") {
      /* At the ends, and into an open 更多, the browser's own order goes on. */
      if (e.shiftKey ? i === 0 && rows.indexOf(r) === 0 : i === 4 && r.classList.contains("more-on")) return;
      if (i === 0 && el.classList.contains("cm") && !e.shiftKey && el.value) return;
      if (go(r, i + (e.shiftKey ? -1 : 1))) e.preventDefault();
      return;
    }
    if (i === 0 && r.querySelector(".allin") && /^[1-9]$/.test(e.key)) { e.preventDefault(); cycle(r, +e.key); return; }
    if (i === 2 && e.key.length === 1 && e.key !== " ") {
      var box = all(r, ".pop input").filter(function (x) { return x.dataset.key === e.key; })[0];
      if (box) { e.preventDefault(); box.checked = !box.checked; refresh(r); dirty(); }
      return;
    }
    if (e.key === "Enter") { enter(e, r, s, i, el); return; }
    if ((e.key === "ArrowDown" || e.key === "ArrowUp") && i !== 3 && el.tagName !== "SELECT") {
      e.preventDefault();
      var to = rows[rows.indexOf(r) + (e.key === "ArrowDown" ? 1 : -1)];
      if (to) { open(to); goTo(stops(to)[i]); }
    }
    if (e.key === "Escape" && i === 2) r.querySelector(".tp").open = false;
  }
  function enter(e, r, s, i, el) {
    if (i === 4) return; /* the button's own click */
    if (i === 0) {
      if (!r.querySelector(".allin")) { e.preventDefault(); go(r, 1); return; }
      if (isSet(r)) { e.preventDefault(); go(r, 1); }
      return; /* otherwise the button's own click: 全部到岗 */
    }
    if (i === 1) { e.preventDefault(); if (s[1].value.trim() === "0") leaveRow(r); else go(r, 2); return; }
    if (i === 2) { e.preventDefault(); go(r, 3); return; }
    var before = el.value.slice(0, el.selectionStart);
    if (!before.slice(before.lastIndexOf("\n") + 1).trim()) {
      e.preventDefault();
      el.value = el.value.replace(/\n+$/, "");
      grow(el); refresh(r); dirty(); leaveRow(r);
    }
  }

  var bad = form.querySelector(".br.has-bad"), wanted = location.hash && byId(location.hash.slice(1));
  var begin = bad || (wanted && rows.indexOf(wanted) >= 0 && wanted) || rows.filter(function (r) { return !r.dataset.done; })[0];
  if (begin) { open(begin); if (!summary && !phone()) first(begin).focus(); }
});
