// Zooms into a recording: draws the part in view from the packed envelope, ticks and shades with it.
"use strict";
for (const figure of document.querySelectorAll("figure.trace")) {
  const told = JSON.parse(figure.querySelector("script").textContent);
  const NS = "http://www.w3.org/2000/svg";
  const plots = [...figure.querySelectorAll("svg.plot")];
  const marks = figure.querySelector("svg.marks");
  const ticks = [...figure.querySelectorAll(".ticks span")];
  const letters = figure.querySelector(".letters");
  const bar = figure.querySelector(".controls");
  const channels = told.channels.map((one) => {
    const bytes = Uint8Array.from(atob(one.values), (c) => c.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const values = new Float32Array(bytes.length / 2);
    for (let i = 0; i < values.length; i += 1) values[i] = (view.getInt16(2 * i, true) / 32767) * one.times;
    return values;
  });
  const pieces = channels[0].length / 2;
  const shortest = Math.min(told.duration, Math.max(0.2, (told.duration / pieces) * 40));
  let from = 0;
  let to = told.duration;
  let gain = 1;
  let waiting = false;

  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const number = (value, places) => {
    const text = value.toFixed(places);
    return told.comma ? text.replace(".", ",") : text;
  };
  const clock = (seconds) => {
    const places = to - from < 0.4 ? 3 : to - from < 4 ? 2 : to - from < 40 ? 1 : 0;
    const minutes = Math.floor(seconds / 60 + 1e-9);
    const rest = number(Math.max(0, seconds - 60 * minutes), places);
    return `${minutes}:${rest.padStart(places ? places + 3 : 2, "0")}`;
  };

  function path(values) {
    const first = Math.floor((from / told.duration) * pieces);
    const last = Math.ceil((to / told.duration) * pieces);
    const columns = Math.min(1000, last - first);
    const x = (piece) => (((piece / pieces) * told.duration - from) / (to - from)) * 1000;
    const y = (value) => clamp(50 * (1 - value * gain), 0, 100);
    const top = [];
    const bottom = [];
    for (let column = 0; column < columns; column += 1) {
      const a = first + Math.floor((column * (last - first)) / columns);
      const b = Math.max(a + 1, first + Math.floor(((column + 1) * (last - first)) / columns));
      let low = Infinity;
      let high = -Infinity;
      for (let piece = a; piece < b && piece < pieces; piece += 1) {
        low = Math.min(low, values[2 * piece]);
        high = Math.max(high, values[2 * piece + 1]);
      }
      if (high < low) continue;
      const across = x(a + (b - a) / 2).toFixed(1);
      top.push(`${across} ${y(high).toFixed(1)}`);
      bottom.push(`${across} ${Math.max(y(low), y(high) + 0.6).toFixed(1)}`);
    }
    return `M${[...top, ...bottom.reverse()].join("L")}Z`;
  }

  function shade(svg, name, height) {
    for (const old of svg.querySelectorAll("rect")) old.remove();
    for (const [onset, seconds, place, channel] of told.shades) {
      if ((channel && channel !== name) || onset + seconds < from || onset > to) continue;
      const left = clamp(((onset - from) / (to - from)) * 1000, 0, 1000);
      const right = clamp(((onset + seconds - from) / (to - from)) * 1000, 0, 1000);
      const box = document.createElementNS(NS, "rect");
      for (const [key, value] of Object.entries({ class: `s${place % 5}`, x: left, y: 0, width: Math.max(1, right - left), height })) {
        box.setAttribute(key, value);
      }
      svg.append(box);
    }
  }

  function draw() {
    waiting = false;
    channels.forEach((values, place) => {
      plots[place].querySelector("path").setAttribute("d", path(values));
      shade(plots[place], told.channels[place].name, 100);
    });
    const rows = new Map();
    const seen = told.marks.filter(([time]) => time >= from && time <= to);
    for (const [time, name] of seen) {
      const at = (((time - from) / (to - from)) * 1000).toFixed(2);
      rows.set(name, `${rows.get(name) || ""}M${at} 0V20`);
    }
    for (const row of marks.querySelectorAll("path")) row.setAttribute("d", rows.get(row.getAttribute("class")) || "M0 0");
    shade(marks, "", 20);
    ticks.forEach((tick, place) => { tick.textContent = clock(from + ((to - from) * place) / (ticks.length - 1)); });
    letters.textContent = "";
    if (seen.length <= 30 && to - from < told.duration) {
      for (const [time, name, letter] of seen) {
        const text = document.createElementNS(NS, "text");
        text.setAttribute("x", `${((time - from) / (to - from)) * 100}%`);
        text.setAttribute("y", "12");
        text.setAttribute("class", name);
        text.textContent = letter;
        letters.append(text);
      }
    }
    for (const [name, off] of [["in", to - from <= shortest], ["out", to - from >= told.duration], ["whole", to - from >= told.duration], ["left", from <= 0], ["right", to >= told.duration]]) {
      bar.querySelector(`[data-do=${name}]`).setAttribute("aria-disabled", off);
    }
  }

  function show(start, length) {
    const width = clamp(length, shortest, told.duration);
    from = clamp(start, 0, told.duration - width);
    to = from + width;
    if (!waiting) { waiting = true; requestAnimationFrame(draw); }
  }

  const zoom = (factor, at = (from + to) / 2) => {
    const width = clamp((to - from) * factor, shortest, told.duration);
    show(at - ((at - from) / (to - from)) * width, width);
  };
  function step(forward) {
    const all = to - from >= told.duration;
    const middle = all ? (forward ? -1 : told.duration + 1) : (from + to) / 2;
    const times = told.marks.map(([time]) => time).sort((a, b) => a - b);
    const next = forward ? times.find((time) => time > middle + 0.002) : times.findLast((time) => time < middle - 0.002);
    if (next === undefined) return;
    const width = Math.min(to - from, Math.max(shortest, 2));
    show(next - width / 2, width);
  }
  const louder = (factor) => { gain = clamp(gain * factor, 1 / 64, 64); show(from, to - from); };
  const actions = {
    in: () => zoom(0.5), out: () => zoom(2), whole: () => { gain = 1; show(0, told.duration); },
    left: () => show(from - (to - from) / 2, to - from), right: () => show(from + (to - from) / 2, to - from),
    next: () => step(true), previous: () => step(false), taller: () => louder(2), flatter: () => louder(0.5),
  };
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) actions[button.dataset.do]();
  });
  const keys = { ArrowLeft: "left", ArrowRight: "right", "+": "in", "=": "in", "-": "out", 0: "whole", n: "next", p: "previous", ArrowUp: "taller", ArrowDown: "flatter" };
  const stage = figure.querySelector(".stage");
  stage.tabIndex = 0;
  stage.addEventListener("keydown", (event) => {
    const name = keys[event.key] || keys[event.key.toLowerCase()];
    if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    actions[name]();
  });
  const time = (event) => {
    const box = plots[0].getBoundingClientRect();
    return from + ((event.clientX - box.left) / box.width) * (to - from);
  };
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, time(event));
  }, { passive: false });
  const held = new Map();
  stage.addEventListener("pointerdown", (event) => { held.set(event.pointerId, event.clientX); });
  stage.addEventListener("pointermove", (event) => {
    if (!held.has(event.pointerId)) return;
    const before = held.get(event.pointerId);
    const width = plots[0].getBoundingClientRect().width;
    if (held.size === 1) {
      if (Math.abs(event.clientX - before) > 1) stage.setPointerCapture(event.pointerId);
      show(from - ((event.clientX - before) / width) * (to - from), to - from);
    } else {
      const [other] = [...held].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const ratio = Math.abs(before - other) / Math.max(8, Math.abs(event.clientX - other));
      zoom(clamp(ratio, 0.5, 2), time({ clientX: (event.clientX + other) / 2 }));
    }
    held.set(event.pointerId, event.clientX);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) stage.addEventListener(end, (event) => held.delete(event.pointerId));
  figure.classList.add("alive");
  draw();
}
