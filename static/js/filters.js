/* A chosen filter applies at once, but for those inside [data-together], which have a button; so it is without script. */
(function () {
  var form = document.querySelector("[data-filters]");
  if (!form) return;
  form.addEventListener("change", function (event) {
    if (event.target.closest("[data-together]")) return;
    if (event.target.type !== "search" && event.target.type !== "text") form.submit();
  });
  form.addEventListener("submit", tidy);
  /* Empty fields are left out of the address. */
  function tidy() {
    [].forEach.call(form.elements, function (field) { if (field.name && !field.value) field.disabled = true; });
  }
  var send = form.submit;
  form.submit = function () { tidy(); send.call(form); };
  addEventListener("pageshow", function () {
    [].forEach.call(form.elements, function (field) { field.disabled = false; });
  });
})();
