/* Choosing why a matter is refused writes where to go instead, to be changed; words of one's own are left alone. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  [].forEach.call(document.querySelectorAll("[data-way-box]"), function (box) {
    var way = box.querySelector("[data-way]"), said = box.querySelector("[data-said]");
    if (!way || !said) return;
    var usual = [].map.call(way.options, function (option) { return option.dataset.referral || ""; });
    way.addEventListener("change", function () {
      if (usual.indexOf(said.value.trim()) < 0 && said.value.trim()) return;
      said.value = way.options[way.selectedIndex].dataset.referral || "";
      said.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
});
