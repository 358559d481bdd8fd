// The measuring page: records the phone's motion or camera for a minute, then sends it like a file.
const SECONDS = 60;
const AHEAD = 5;
const RATE_BITS = 6_000_000;
const KINDS = ["video/mp4;codecs=avc1", "video/mp4", "video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];

let running = null;

function begin() {
  const root = document.querySelector("[data-measure]");
  if (!root || root.dataset.bound) return;
  root.dataset.bound = "yes";
  root.hidden = false;
  for (const button of root.querySelectorAll("[data-begin]")) {
    button.addEventListener("click", () => record(button.dataset.begin));
  }
  document.querySelector("[data-cancel]").addEventListener("click", () => stop(root.dataset.cancelled));
  document.querySelector("[data-send]").addEventListener("submit", (event) => {
    event.preventDefault();
    send(new FormData(event.target));
  });
}

const one = (name) => document.querySelector(`[data-${name}]`);
const words = () => one("measure").dataset;

function tell(text) {
  const note = one("note");
  note.textContent = text ?? "";
  note.hidden = !text;
  if (text) note.scrollIntoView({ block: "center" });
}

function staged(shown) {
  one("stage").hidden = !shown;
  one("measure").hidden = shown;
}

// Called by a tap: only then does an iPhone ask whether the page may feel motion.
async function record(kind) {
  tell("");
  const way = kind === "motion" ? motion() : camera();
  try {
    await way.open();
  } catch {
    way.close();
    tell(kind === "motion" ? words().noSensor : words().noCamera);
    return;
  }
  running = { way, timers: [], lock: null };
  const mine = running;
  staged(true);
  one("state").textContent = words().ready;
  one("state").focus({ preventScroll: true });
  one("stage").scrollIntoView({ block: "start" });
  try { mine.lock = await navigator.wakeLock?.request("screen"); } catch { /* the screen may go dark */ }
  await count(mine, AHEAD, (left) => { one("clock").value = left; });
  if (running !== mine) return;
  one("state").textContent = words().go;
  way.start();
  await count(mine, SECONDS, (left) => { one("clock").value = left; one("progress").value = SECONDS - left; });
  if (running !== mine) return;
  const file = await way.finish();
  close(mine);
  if (!file) {
    staged(false);
    tell(kind === "motion" ? words().noSensor : words().noCamera);
    return;
  }
  const form = new FormData(one("send"));
  form.set("recording", file.blob, file.name);
  form.set("modality", kind);
  send(form);
}

function count(mine, seconds, show) {
  return new Promise((done) => {
    const end = performance.now() + seconds * 1000;
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      show(left);
      if (running !== mine || left === 0) { clearInterval(timer); done(); }
    };
    const timer = setInterval(tick, 200);
    mine.timers.push(timer);
    tick();
  });
}

function close(mine) {
  mine.timers.forEach(clearInterval);
  mine.way.close();
  mine.lock?.release().catch(() => {});
  if (running === mine) running = null;
}

function stop(text) {
  if (!running) return;
  close(running);
  staged(false);
  tell(text);
}

// A page that is not seen gets no motion and no picture.
document.addEventListener("visibilitychange", () => { if (document.hidden && running && !running.sending) stop(words().leftPage); });

function motion() {
  const rows = [];
  const drawn = trace();
  let keep = false;
  let heard = null;
  const listen = (event) => {
    const a = event.accelerationIncludingGravity ?? event.acceleration;
    if (!a || a.x === null) return;
    heard?.();
    drawn.add(a.x, a.y, a.z);
    if (keep) rows.push([event.timeStamp / 1000, a.x, a.y, a.z]);
  };
  return {
    async open() {
      if (typeof DeviceMotionEvent === "undefined") throw new Error("no sensor");
      if (DeviceMotionEvent.requestPermission && (await DeviceMotionEvent.requestPermission()) !== "granted") throw new Error("no leave");
      addEventListener("devicemotion", listen);
      await Promise.race([
        new Promise((done) => { heard = done; }),
        new Promise((_, no) => { setTimeout(() => no(new Error("no sensor")), 1500); }),
      ]);
    },
    start() { rows.length = 0; keep = true; },
    finish() {
      if (rows.length < 2) return null;
      const first = rows[0][0];
      const lines = rows.map(([t, x, y, z]) => [(t - first).toFixed(5), x.toFixed(5), y.toFixed(5), z.toFixed(5)].join(","));
      const head = "Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2),Acceleration z (m/s^2)";
      return { blob: new Blob([[head, ...lines, ""].join("\n")], { type: "text/csv" }), name: "motion.csv" };
    },
    close() { removeEventListener("devicemotion", listen); drawn.close(); },
  };
}

function camera() {
  const view = one("view");
  const drawn = trace();
  const parts = [];
  let stream = null;
  let recorder = null;
  let timer = 0;
  const small = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
  const ink = small.getContext("2d", { willReadFrequently: true });
  let before = null;
  // How much the picture changes: enough to see that something is recorded.
  const look = () => {
    if (view.readyState < 2) return;
    ink.drawImage(view, 0, 0, 64, 48);
    const now = ink.getImageData(0, 0, 64, 48).data;
    if (before) {
      let sum = 0;
      for (let i = 1; i < now.length; i += 4) sum += Math.abs(now[i] - before[i]);
      drawn.add(sum / 3072, 0, 0);
    }
    before = now;
  };
  return {
    async open() {
      if (!navigator.mediaDevices?.getUserMedia || typeof MediaRecorder === "undefined") throw new Error("no camera");
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
      });
      view.srcObject = stream;
      view.hidden = false;
      await view.play();
      timer = setInterval(look, 100);
    },
    start() {
      const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
      recorder = new MediaRecorder(stream, { ...(mimeType && { mimeType }), videoBitsPerSecond: RATE_BITS });
      recorder.ondataavailable = (event) => { if (event.data.size) parts.push(event.data); };
      recorder.start(1000);
    },
    finish() {
      return new Promise((done) => {
        recorder.onstop = () => {
          const type = recorder.mimeType || parts[0]?.type || "video/webm";
          done(parts.length ? { blob: new Blob(parts, { type }), name: type.includes("mp4") ? "film.mp4" : "film.webm" } : null);
        };
        recorder.stop();
      });
    },
    close() {
      clearInterval(timer);
      if (recorder?.state === "recording") recorder.stop();
      stream?.getTracks().forEach((track) => track.stop());
      view.srcObject = null;
      view.hidden = true;
      drawn.close();
    },
  };
}

// The last six seconds, each axis about its own slow mean.
function trace() {
  const canvas = one("trace");
  const ink = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const colours = ["--nila", "--soga", "--daun"].map((name) => style.getPropertyValue(name).trim());
  const points = [];
  let slow = null;
  let frame = 0;
  const draw = () => {
    frame = requestAnimationFrame(draw);
    const now = performance.now();
    while (points.length && points[0][0] < now - 6000) points.shift();
    ink.clearRect(0, 0, canvas.width, canvas.height);
    const most = Math.max(0.15, ...points.flatMap((p) => p.slice(1).map(Math.abs)));
    colours.forEach((colour, axis) => {
      ink.strokeStyle = colour;
      ink.lineWidth = 3;
      ink.beginPath();
      points.forEach((p, i) => {
        const x = canvas.width * (1 - (now - p[0]) / 6000);
        const y = canvas.height * (0.5 - 0.45 * (p[axis + 1] / most));
        if (i) ink.lineTo(x, y); else ink.moveTo(x, y);
      });
      ink.stroke();
    });
  };
  draw();
  return {
    add(...values) {
      slow = slow ? slow.map((mean, i) => mean + 0.03 * (values[i] - mean)) : values;
      points.push([performance.now(), ...values.map((value, i) => value - slow[i])]);
    },
    close() { cancelAnimationFrame(frame); ink.clearRect(0, 0, canvas.width, canvas.height); },
  };
}

// Sends a recording and shows how far it is; leaving the page ends the work.
function send(form) {
  tell("");
  const request = new XMLHttpRequest();
  const stage = one("stage");
  staged(true);
  one("trace").hidden = true;
  one("clock").parentElement.hidden = true;
  one("state").textContent = words().sending;
  one("progress").max = 100;
  one("progress").value = 0;
  stage.scrollIntoView({ block: "start" });
  const over = (text) => {
    staged(false);
    one("trace").hidden = false;
    one("clock").parentElement.hidden = false;
    one("progress").max = SECONDS;
    running = null;
    tell(text);
  };
  running = { way: { close() { request.abort(); } }, timers: [], lock: null, sending: true };
  request.upload.onprogress = (event) => { if (event.lengthComputable) one("progress").value = (30 * event.loaded) / event.total; };
  request.onprogress = () => {
    const steps = [...request.responseText.matchAll(/<p class="measure-step"[^>]*>(?:<span>)?([^<]*)/g)];
    const shares = [...request.responseText.matchAll(/data-share="(\d+)"/g)];
    if (steps.length) one("state").textContent = new DOMParser().parseFromString(steps.at(-1)[1], "text/html").body.textContent;
    if (shares.length) one("progress").value = 30 + 0.7 * Number(shares.at(-1)[1]);
  };
  request.onerror = () => over(words().lost);
  request.onabort = () => over(words().cancelled);
  request.onload = () => {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = page.getElementById("main");
    if (!main) { over(words().lost); return; }
    running = null;
    document.title = page.title;
    document.getElementById("main").replaceWith(main);
    scrollTo(0, 0);
    (main.querySelector("[role=alert]") ?? main.querySelector("h1") ?? main).focus({ preventScroll: true });
    begin();
  };
  request.open("POST", one("send").getAttribute("action"));
  request.send(form);
}

document.addEventListener("kedut:page", begin);
begin();
