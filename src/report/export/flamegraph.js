(function () {
  "use strict";
  // Frames come caller first: a frame's caller is the nearest one before it that is less deep.
  var WIDTH = 1180, LEFT = 10, CHARACTER = 7.25;
  var REASONS = ["python", "native", "queue", "gil", "io", "lock", "sleep", "unknown"];
  var details = document.getElementById("details"), hint = details.textContent;
  var shown = REASONS.map(function () { return true; });
  var path = [], zoomed = null;
  var frames = Array.prototype.map.call(document.querySelectorAll("g.f"), function (g) {
    var title = g.querySelector("title").textContent;
    var frame = { g: g, title: title, name: title.split("\n")[0].replace(/ \(.*\)$/, ""), depth: +g.dataset.d,
                  times: g.dataset.t.split(" ").map(Number), text: g.querySelector("text"), caller: null };
    path.length = frame.depth;
    frame.caller = path[frame.depth - 1] || null;
    path.push(frame);
    return frame;
  });
  var root = frames[0];
  if (!root) return;

  function time(frame) {
    return frame.times.reduce(function (sum, t, r) { return sum + (shown[r] ? t : 0); }, 0);
  }
  function isAbove(frame, other) {
    for (var f = other; f; f = f.caller) if (f === frame) return true;
    return false;
  }
  function draw() {
    var top = zoomed || root, scale = WIDTH / Math.max(time(top), 1);
    frames.forEach(function (frame) {
      var above = frame !== top && isAbove(frame, top);
      var below = isAbove(top, frame);
      frame.width = above ? WIDTH : below ? time(frame) * scale : 0;
      frame.x = above || frame === top ? LEFT : frame.caller ? frame.caller.next : LEFT;
      frame.next = frame.x;
      if (frame.caller && below && frame !== top) frame.caller.next += frame.width;
      frame.g.style.display = frame.width < 0.4 ? "none" : "";
      frame.g.classList.toggle("above", above);
      place(frame);
    });
  }
  function place(frame) {
    var x = frame.x, sum = time(frame) || 1, whole = frame.width > 2 ? frame.width - 0.7 : frame.width;
    Array.prototype.forEach.call(frame.g.querySelectorAll("rect"), function (rect) {
      var reason = REASONS.indexOf(rect.getAttribute("class"));
      var width = shown[reason] ? whole * frame.times[reason] / sum : 0;
      rect.setAttribute("x", x);
      rect.setAttribute("width", width);
      x += width;
    });
    var room = Math.floor((frame.width - 6) / CHARACTER);
    frame.text.setAttribute("x", frame.x + 4);
    frame.text.textContent = room < 3 ? "" :
      frame.name.length <= room ? frame.name : frame.name.slice(0, room - 1) + "\u2026";
  }
  function find() {
    var word = window.prompt("Functions whose name has:", "");
    if (word === null) return;
    var found = frames.filter(function (frame) {
      var is = word !== "" && frame.name.toLowerCase().indexOf(word.toLowerCase()) >= 0;
      frame.g.classList.toggle("found", is);
      return is;
    });
    // Time is counted once however often a found function calls another.
    var outer = found.filter(function (frame) {
      for (var f = frame.caller; f; f = f.caller) if (found.indexOf(f) >= 0) return false;
      return true;
    });
    var sum = outer.reduce(function (sum, frame) { return sum + time(frame); }, 0);
    hint = word === "" ? "" : found.length + " frames with \u201c" + word + "\u201d: " +
      (100 * sum / Math.max(time(root), 1)).toFixed(1) + " %";
    details.textContent = hint;
  }
  function onPress(element, act) {
    element.addEventListener("click", act);
    element.addEventListener("keydown", function (event) { if (event.key === "Enter") act(); });
  }
  frames.forEach(function (frame) {
    frame.g.addEventListener("click", function () { zoomed = frame === root ? null : frame; draw(); });
    frame.g.addEventListener("mouseenter", function () { details.textContent = frame.title.split("\n").slice(0, 2).join("; "); });
    frame.g.addEventListener("mouseleave", function () { details.textContent = hint; });
  });
  Array.prototype.forEach.call(document.querySelectorAll("g.legend"), function (g) {
    onPress(g, function () {
      var reason = +g.dataset.r;
      shown[reason] = !shown[reason];
      g.classList.toggle("off", !shown[reason]);
      draw();
    });
  });
  onPress(document.getElementById("search"), find);
  onPress(document.getElementById("reset"), function () {
    zoomed = null;
    shown = REASONS.map(function () { return true; });
    Array.prototype.forEach.call(document.querySelectorAll("g.legend"), function (g) { g.classList.remove("off"); });
    frames.forEach(function (frame) { frame.g.classList.remove("found"); });
    hint = details.textContent = "";
    draw();
  });
}());
