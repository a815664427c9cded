/* Says on the button [data-ticked] of a form how many of its boxes are ticked. */
(function () {
  var words = document.querySelector("[data-ticked]");
  if (!words) return;
  var form = words.closest("form"), name = words.getAttribute("data-ticked"), unit = words.getAttribute("data-unit") || "件";
  function show() {
    var count = form.querySelectorAll("input[name=" + name + "]:checked").length;
    words.textContent = count ? ",选了" + count + unit : "";
  }
  form.addEventListener("change", show);
  addEventListener("pageshow", show);
})();
