/* 接待日登记, the grid: keys, cells, phone cards. ES2017, no dependency; the page works without it.
   sunday.js, which runs before this, keeps what is typed: it listens to `change` and `input`, and tells of what it
   put into a row by the event `filled` on that row. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var form = document.getElementById("sun"), next = document.getElementById("next"), summary = document.getElementById("errsum");
  function all(root, selector) { return [].slice.call(root.querySelectorAll(selector)); }
  function byId(id) { return document.getElementById(id); }
  var rows = form ? all(form, ".br:not(.closed)") : [];
  function phone() { return matchMedia("(max-width:999px)").matches; }
  if (form) form.addEventListener("jump", function (e) { open(e.target); if (e.detail.folded) more(e.target, true); });
  all(document, ".br.closed th").forEach(function (th) {
    th.addEventListener("click", function () { var r = th.closest(".br"); if (phone()) open(r.classList.contains("on") ? null : r); });
  });
  function open(r) {
    all(form, ".br").forEach(function (x) { x.classList.toggle("on", x === r); });
    if (r) all(r, "textarea").forEach(grow);  // hidden in a folded card it had no height
  }
  function grow(t) { t.style.height = "auto"; t.style.height = (t.scrollHeight + 2) + "px"; }
  if (!rows.length) return;

  function composing(e) { return e.isComposing || e.keyCode === 229; }
  function first(r) { return r.querySelector(".allin") || r.querySelector(".cm"); }
  function stops(r) { return [first(r), r.querySelector(".cnt input"), r.querySelector(".tp summary"), r.querySelector(".op textarea"), r.querySelector(".morebtn")]; }
  function changed(r) { r.dispatchEvent(new Event("change", { bubbles: true })); }
  function more(r, on) {
    r.classList.toggle("more-on", on);
    r.querySelector(".morebtn").setAttribute("aria-expanded", on ? "true" : "false");
    if (on) all(r, ".panel textarea").forEach(grow);
  }
  function isMoreFilled(r) {
    return all(r, ".panel .fld").some(function (f) { return f.value !== (f.dataset.blank || ""); })
      || all(r, ".panel input:checked").length > 0;
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
  /* An approved leave, left as it was set, is nobody's typing. */
  function chosen(one) {
    var on = one.querySelector(".seg input:checked");
    return Boolean(on) && !(on.value === "leave" && one.querySelector(".lvsel").value === one.dataset.preset);
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
    var some = all(r, ".one").some(chosen) || all(r, ".late input").some(function (x) { return x.checked; }) || all(r, ".cm").some(function (s) { return s.value; });
    var started = some || count || topics.length || n || !held || other;
    var done = held ? set && /^\d+$/.test(count.trim()) : Boolean(value(r, ".off .fld"));
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
    changed(r);
  }
  function fillUnset(r) {
    var set = {};
    all(r, "input[type=radio]:checked").forEach(function (x) { set[x.name] = true; });
    all(r, ".one .p input").forEach(function (x) { if (!set[x.name]) x.checked = true; });
    changed(r);
  }

  rows.forEach(function (r) {
    var s = stops(r), pop = r.querySelector(".tp");
    /* The keys of the sheet reach these, so that Tab goes from cell to cell. */
    all(r, ".one .seg input, .pop input").forEach(function (x) { x.tabIndex = -1; });
    r.addEventListener("change", function () { refresh(r); });
    r.addEventListener("filled", function () { all(r, "textarea").forEach(grow); more(r, isMoreFilled(r)); refresh(r); });
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
    pop.addEventListener("toggle", function () { place(pop); });
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
  /* The topics open above their cell where there is no room below it. */
  function place(pop) {
    pop.classList.remove("up");
    if (!pop.open || phone()) return;
    var box = pop.querySelector(".pop").getBoundingClientRect(), bar = form.querySelector(".bar").getBoundingClientRect();
    pop.classList.toggle("up", box.bottom > bar.top && pop.getBoundingClientRect().top > box.height);
  }
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
      if (box) { e.preventDefault(); box.checked = !box.checked; changed(r); }
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
    if (i === 0) { e.preventDefault(); go(r, 1); return; } /* 全部到岗 is for the space bar: one 回车 too many would be points for three */
    if (i === 1) { e.preventDefault(); if (s[1].value.trim() === "0") leaveRow(r); else go(r, 2); return; }
    if (i === 2) { e.preventDefault(); go(r, 3); return; }
    var before = el.value.slice(0, el.selectionStart);
    if (!before.slice(before.lastIndexOf("\n") + 1).trim()) {
      e.preventDefault();
      el.value = el.value.replace(/\n+$/, "");
      grow(el); changed(r); leaveRow(r);
    }
  }

  var bad = form.querySelector(".br.has-bad"), wanted = location.hash && byId(location.hash.slice(1));
  var begin = bad || (wanted && rows.indexOf(wanted) >= 0 && wanted) || rows.filter(function (r) { return !r.dataset.done; })[0];
  if (begin) { open(begin); if (!summary && !phone()) first(begin).focus(); }
});
