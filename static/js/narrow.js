/* Narrowing one select by another: <form data-narrow="id_taker id_return_shift">. Of the grouped options those are offered
   whose data-of is the value of the first; all of them while nothing is chosen there. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  [].forEach.call(document.querySelectorAll("[data-narrow]"), function (form) {
    var ids = form.dataset.narrow.split(" "), by = document.getElementById(ids[0]), list = document.getElementById(ids[1]);
    if (!by || !list || by.tagName !== "SELECT") return;
    var all = [].map.call(list.options, function (option) {
      var group = option.parentNode;
      return { option: option, group: group.tagName === "OPTGROUP" ? group : null };
    });
    var groups = [].slice.call(list.querySelectorAll("optgroup"));
    function narrow() {
      var kept = list.value;
      groups.forEach(function (group) { if (group.parentNode) list.removeChild(group); });
      all.forEach(function (one) {
        if (!one.group) return;
        var fits = !by.value || one.option.dataset.of === by.value;
        if (fits) { one.group.appendChild(one.option); list.appendChild(one.group); }
        else if (one.option.parentNode) one.option.parentNode.removeChild(one.option);
      });
      list.value = kept;
      if (list.selectedIndex < 0) list.value = "";
    }
    by.addEventListener("change", narrow);
    narrow();
  });
});
