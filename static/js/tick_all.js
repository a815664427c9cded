/* One box that ticks all boxes of a name; without script it stays hidden and each is ticked by hand. */
(function () {
  var all = document.querySelector("[data-all]");
  if (!all) return;
  var boxes = [].slice.call(document.querySelectorAll("input[name=" + all.getAttribute("data-all") + "]"));
  function show() { all.checked = boxes.every(function (box) { return box.checked; }); }
  all.parentNode.hidden = false;
  all.addEventListener("change", function () { boxes.forEach(function (box) { box.checked = all.checked; }); });
  boxes.forEach(function (box) { box.addEventListener("change", show); });
  addEventListener("pageshow", show);
})();
