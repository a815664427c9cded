/* 登记出席: live counts, keys, a draft in this browser. ES2017; the page works without it. */
document.documentElement.classList.add("js");
(function () {
  "use strict";
  var form = document.getElementById("roll"), summary = document.querySelector(".errsum");
  if (!form) return;
  var PREFIX = form.dataset.draft, KEY = PREFIX + form.dataset.version, timer = 0;
  var rows = [].slice.call(form.querySelectorAll(".e-row")), open = rows.filter(function (r) { return radios(r).length; });
  function radios(r) { return [].slice.call(r.querySelectorAll("input[type=radio]")); }
  function chosen(r) { var on = radios(r).filter(function (x) { return x.checked; })[0]; return on ? on.value : ""; }

  /* ---- Counts: those of the server for rows of other stations, what is chosen for one's own ---- */
  var base = {};
  [].forEach.call(form.querySelectorAll("[data-n]"), function (b) { base[b.dataset.n] = +b.textContent; });
  function column(r) {
    var value = chosen(r);
    if ("substituted" in r.dataset && (!value || value === "absent")) return "substituted";
    return value === "substitute" ? "present" : value || "unset";
  }
  function counts() {
    var found = {};
    open.forEach(function (r) { if ("expected" in r.dataset) found[column(r)] = (found[column(r)] || 0) + 1; });
    return found;
  }
  var first = counts();
  function refresh() {
    var now = counts();
    open.forEach(function (r) {
      r.classList.toggle("on-leave", chosen(r) === "leave");
      r.classList.toggle("unset", !chosen(r) && "expected" in r.dataset);
    });
    [].forEach.call(form.querySelectorAll("[data-n]"), function (b) {
      var n = b.dataset.n;
      if (n !== "expected") b.textContent = base[n] - (first[n] || 0) + (now[n] || 0);
      if (n === "unset") b.parentNode.classList.toggle("left", b.textContent !== "0");
    });
  }

  /* ---- Draft: of this version only; a newer page means that it was saved ---- */
  function keep() {
    var values = {};
    [].forEach.call(form.elements, function (f) {
      if (!f.name || f.type === "hidden" || f.type === "submit" || (f.type === "radio" && !f.checked)) return;
      values[f.name] = f.value;
    });
    try { localStorage.setItem(KEY, JSON.stringify(values)); } catch (e) { /* storage is off */ }
  }
  function later() { clearTimeout(timer); timer = setTimeout(keep, 400); }
  function forget(all) {
    try {
      Object.keys(localStorage).forEach(function (k) { if (k.indexOf(PREFIX) === 0 && (all || k !== KEY)) localStorage.removeItem(k); });
    } catch (e) { /* nothing was kept */ }
  }
  function restore() {
    var kept = null;
    try { kept = JSON.parse(localStorage.getItem(KEY)); } catch (e) { /* none */ }
    if (!kept) return;
    [].forEach.call(form.elements, function (f) {
      if (!(f.name in kept) || f.type === "hidden" || f.type === "submit") return;
      if (f.type === "radio") f.checked = f.value === kept[f.name]; else f.value = kept[f.name];
    });
    var note = document.getElementById("restored");
    note.hidden = false;
    note.querySelector(".t").textContent = "接着上次没保存的填,内容存在这台电脑上。";
    document.getElementById("drop").addEventListener("click", function () { clearTimeout(timer); forget(true); location.reload(); });
  }
  forget(false);
  if (!form.dataset.typed) restore();
  form.addEventListener("input", later);
  form.addEventListener("change", function () { refresh(); later(); });
  form.addEventListener("submit", function (e) {
    clearTimeout(timer); keep();
    if (form.dataset.sent) e.preventDefault();
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", function () { form.dataset.sent = ""; });

  /* ---- Keys ---- */
  function fill() {
    open.forEach(function (r) {
      if ("expected" in r.dataset && !("substituted" in r.dataset) && !chosen(r)) radios(r)[0].checked = true;
    });
    refresh(); later();
  }
  function go(r, step) {
    var to = open[open.indexOf(r) + step];
    if (!to) return;
    enter(to);
  }
  var button = document.getElementById("fill");
  if (button) button.addEventListener("click", function (e) { e.preventDefault(); fill(); });
  function unset() { return open.filter(function (r) { return r.classList.contains("unset") && !("substituted" in r.dataset); })[0]; }
  function enter(r) { var all = radios(r), on = all.filter(function (x) { return x.checked; })[0]; (on || all[0]).focus(); }
  form.addEventListener("keydown", function (e) {
    if (e.key !== "Enter" || e.isComposing || !e.target.classList.contains("lvsel")) return;
    e.preventDefault();  // the kind of leave is chosen
    go(e.target.closest(".e-row"), 1);
  });
  document.addEventListener("keydown", function (e) {
    var r = e.target.type === "radio" && e.target.closest(".e-row");
    if (!r && e.target === document.body) r = unset();  // nothing has the focus: the keys go to who is not filled in yet
    if (!r || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    var n = "12345".indexOf(e.key);
    if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); go(r, e.key === "ArrowDown" ? 1 : -1); }
    else if (e.key === " " && button) { e.preventDefault(); fill(); }
    else if (e.key.length === 1 && n >= 0 && radios(r)[n]) {
      e.preventDefault();
      radios(r)[n].checked = true; refresh(); later();
      var kind = r.querySelector(".lvsel");
      if (chosen(r) === "leave" && kind) kind.focus(); else go(r, 1);
    }
  });
  refresh();
  var start = unset();
  if (summary) summary.focus();
  else if (start && matchMedia("(pointer: fine)").matches) enter(start);
})();
