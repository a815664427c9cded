/* What is typed into a form[data-draft] survives a lost session, network or tab: it waits in this browser until the
   step has been made (?made=<step> in the address of the page that follows). Nothing here is needed to submit. */
(function () {
  var LIFE = 7 * 86400000, PREFIX = "draft:v1:";
  var made = new URLSearchParams(location.search).get("made");
  function read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch (e) { return null; } }
  function drop(key) { try { localStorage.removeItem(key); } catch (e) { /* storage is off: nothing was kept */ } }
  function stored() { try { return localStorage; } catch (e) { return {}; } }
  function fields(form) {
    return [].filter.call(form.elements, function (f) { return f.name && f.type !== "hidden" && f.type !== "submit"; });
  }
  if (made) {
    /* The step's own form has usually left the page, so its draft is found by name. */
    var place = location.pathname.split("/")[2];
    Object.keys(stored()).forEach(function (key) {
      if (key.indexOf(PREFIX) === 0 && key.slice(-(place.length + made.length + 1)) === place + ":" + made) drop(key);
    });
    history.replaceState(null, "", location.pathname);
  }
  [].forEach.call(document.querySelectorAll("form[data-draft]"), function (form) {
    var key = PREFIX + form.dataset.draft, timer = 0;
    function store() {
      var kept = {}, any = false;
      fields(form).forEach(function (f) {
        if (f.type === "radio" ? f.checked : f.value) { kept[f.name] = f.value; any = any || f.type === "textarea"; }
      });
      try { if (any) localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: kept })); else drop(key); } catch (e) { /* full or off */ }
    }
    var draft = read(key);
    if (draft && draft.at > Date.now() - LIFE) {
      fields(form).forEach(function (f) {
        if (!(f.name in draft.values)) return;
        if (f.type === "radio") f.checked = f.checked || f.value === draft.values[f.name];
        else if (!f.value) f.value = draft.values[f.name];
      });
      form.parentNode.open = true;
    }
    form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(store, 400); });
    form.addEventListener("submit", function () { clearTimeout(timer); store(); });
  });
  var summary = document.querySelector(".errsum[tabindex]");
  if (summary) summary.focus();
})();
