/* The crop frame follows the pointer, the buttons and the numbers; saving is the form's own POST.
   Without this script the same buttons go to the server and come back with the frame moved. */
(function () {
  var form = document.querySelector("[data-crop]");
  if (!form) return;
  var size = form.getAttribute("data-crop").split(",").map(Number);
  var least = 240;
  var most = Math.floor(Math.min(size[0] / 3, size[1] / 4)) * 3;
  var picture = form.querySelector(".crop");
  var frame = picture.querySelector(".frame");
  var shade = picture.querySelector(".shade");
  var cut = document.querySelector("svg.cut");
  var note = form.querySelector(".d-unsaved");
  var fields = ["left", "top", "width"].map(function (name) { return form.elements[name]; });
  var start = { left: Math.floor((size[0] - most) / 2), top: Math.floor((size[1] - most * 4 / 3) * 2 / 5), width: most };
  var saved = note.hidden ? fields.map(function (field) { return field.value; }).join() : "";
  var crop = read();
  var inset = Math.max(size[0], size[1]) / 50;
  var grip = circle("grip", inset);
  var reach = circle("reach", Math.max(size[0], size[1]) / 14);

  function circle(name, radius) {
    var made = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    made.setAttribute("class", name);
    made.setAttribute("r", radius);
    return picture.appendChild(made);
  }

  function read() {
    return { left: Number(fields[0].value), top: Number(fields[1].value), width: Number(fields[2].value) };
  }

  function between(low, value, high) { return Math.max(low, Math.min(value, high)); }

  /* As `fitted_crop` does on the server. */
  function fit(wanted) {
    var width = between(least, Math.floor((wanted.width || least) / 3) * 3, most);
    return {
      left: between(0, Math.round(wanted.left || 0), size[0] - width),
      top: between(0, Math.round(wanted.top || 0), size[1] - width * 4 / 3),
      width: width
    };
  }

  function show(wanted, keepFields) {
    crop = fit(wanted);
    var height = crop.width * 4 / 3;
    [["x", crop.left], ["y", crop.top], ["width", crop.width], ["height", height]].forEach(function (pair) {
      frame.setAttribute(pair[0], pair[1]);
    });
    shade.setAttribute("d", "M0 0H" + size[0] + "V" + size[1] + "H0ZM" + crop.left + " " + crop.top + "h" + crop.width +
      "v" + height + "h-" + crop.width + "Z");
    [grip, reach].forEach(function (mark) {  /* inside the corner, where the picture's edge does not cut it off */
      mark.setAttribute("cx", crop.left + crop.width - inset);
      mark.setAttribute("cy", crop.top + height - inset);
    });
    cut.setAttribute("viewBox", [crop.left, crop.top, crop.width, height].join(" "));
    if (!keepFields) {
      fields[0].value = crop.left;
      fields[1].value = crop.top;
      fields[2].value = crop.width;
    }
    note.hidden = [crop.left, crop.top, crop.width].join() === saved;
  }

  /* As `moved_crop` does on the server. */
  function moved(move) {
    if (move === "reset") return start;
    var step = Math.floor(Math.max(size[0], size[1]) / 50);
    var grow = ({ larger: -1, smaller: 1 }[move] || 0) * Math.max(Math.floor(crop.width / 12), 3);
    return {
      left: crop.left + ({ left: -step, right: step }[move] || 0) - Math.floor(grow / 2),
      top: crop.top + ({ up: -step, down: step }[move] || 0) - Math.floor(grow * 2 / 3),
      width: crop.width + grow
    };
  }

  form.addEventListener("click", function (event) {
    var button = event.target.closest("button[name=do]");
    if (!button || button.value === "save") return;
    event.preventDefault();
    show(moved(button.value));
  });

  fields.forEach(function (field) {
    field.addEventListener("input", function () {
      if (fields.every(function (one) { return /^\d+$/.test(one.value); })) show(read(), true);
    });
    field.addEventListener("change", function () { show(crop); });
  });

  function place(event) {
    var point = picture.createSVGPoint();
    point.x = event.clientX;
    point.y = event.clientY;
    return point.matrixTransform(picture.getScreenCTM().inverse());
  }

  function drag(mark, following) {
    mark.addEventListener("pointerdown", function (event) {
      var from = place(event), before = crop;
      event.preventDefault();
      mark.setPointerCapture(event.pointerId);
      function move(next) {
        var now = place(next);
        show(following(before, now.x - from.x, now.y - from.y));
      }
      mark.addEventListener("pointermove", move);
      ["pointerup", "pointercancel"].forEach(function (end) {
        mark.addEventListener(end, function () { mark.removeEventListener("pointermove", move); }, { once: true });
      });
    });
  }

  frame.classList.add("live");
  drag(frame, function (before, x, y) { return { left: before.left + x, top: before.top + y, width: before.width }; });
  drag(reach, function (before, x, y) {
    /* The corner follows the pointer along the diagonal 3:4; the frame grows no further than the picture's edge. */
    var room = Math.min(size[0] - before.left, (size[1] - before.top) * 3 / 4);
    return { left: before.left, top: before.top, width: Math.min(before.width + (9 * x + 12 * y) / 25, room) };
  });
  form.querySelector(".d-drag").hidden = false;
  show(crop);
})();
