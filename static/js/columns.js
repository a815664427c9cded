/* A table that is typed down its columns, as in a workbook: Enter and the arrows go to the cell below or above of the
   same data-column; below the last one the next column begins. Enter never sends the form by accident. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var cells = [].slice.call(document.querySelectorAll("[data-column]")), names = [];
  cells.forEach(function (cell) { if (names.indexOf(cell.dataset.column) < 0) names.push(cell.dataset.column); });
  var order = [].concat.apply([], names.map(function (name) {
    return cells.filter(function (cell) { return cell.dataset.column === name; });
  }));
  order.forEach(function (cell, index) {
    cell.addEventListener("focus", function () { cell.select(); });
    cell.addEventListener("keydown", function (e) {
      if (e.isComposing || e.keyCode === 229 || e.ctrlKey || e.altKey || e.metaKey) return;
      var down = e.key === "ArrowDown" || (e.key === "Enter" && !e.shiftKey), up = e.key === "ArrowUp" || e.key === "Enter";
      if (!down && !up) return;
      e.preventDefault();
      var to = order[index + (down ? 1 : -1)];
      if (to) to.focus(); else if (down) document.getElementById("after-columns").focus();
    });
  });
});
