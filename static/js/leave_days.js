/* 替代表登记请假: a button with one of the coming days fills who and when in; without JavaScript the server does. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  [].forEach.call(document.querySelectorAll("button[name=fill]"), function (button) {
    button.addEventListener("click", function (e) {
      var form = button.form, chosen = button.value.split("/");
      e.preventDefault();
      [].forEach.call(form.querySelectorAll("input[name=deputy]"), function (radio) { radio.checked = radio.value === chosen[0]; });
      form.elements.started_on.value = form.elements.ended_on.value = chosen[1];
      form.elements.started_on.dispatchEvent(new Event("input", { bubbles: true }));
      var kinds = form.elements.kind, kind = kinds.length ? kinds[0] : kinds;
      (kind || form.elements.reason).focus();
    });
  });
});
