// With JavaScript the pages change without a full load, and nothing is lost with the connection.
// Without it everything works the same, by plain forms.

const KEPT = "kedut-open-interview";
const main = () => document.getElementById("main");
const words = { id: "Sambungan terputus. Jawaban Anda masih ada di sini; tekan lagi bila sudah tersambung.",
  en: "The connection is lost. Your answers are still here; press again when you are connected." };

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-live]") || event.defaultPrevented) return;
  const sent = new FormData(form, event.submitter);
  event.preventDefault();
  post(form.getAttribute("action"), new URLSearchParams(sent), true);
});

window.addEventListener("popstate", (event) => {
  if (event.state?.action) post(event.state.action, new URLSearchParams(event.state.body), false);
  else location.reload();
});

async function post(action, body, forward) {
  main().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(action, { method: "POST", body, redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("main")) throw new Error("not a page");
    await load(page);
    document.title = page.title;
    document.querySelector("header.top").replaceWith(page.querySelector("header.top"));
    main().replaceWith(page.getElementById("main"));
    if (forward) history.pushState({ action, body: body.toString() }, "");
    remember();
    window.scrollTo(0, 0);
    (main().querySelector("[role=alert]") ?? main().querySelector("h1") ?? main()).focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("kedut:page"));
  } catch {
    main().removeAttribute("aria-busy");
    let note = main().querySelector("[data-lost]");
    if (!note) {
      note = document.createElement("p");
      note.className = "notice"; note.dataset.lost = ""; note.setAttribute("role", "alert");
      main().querySelector("form")?.prepend(note);
    }
    note.textContent = words[document.documentElement.lang] ?? words.en;
  }
}

// Styles and modules that the next page needs and this one does not have yet.
async function load(page) {
  const waits = [];
  for (const link of page.querySelectorAll("link[rel=stylesheet]")) {
    const href = link.getAttribute("href");
    if (document.querySelector(`link[href="${CSS.escape(href)}"], link[href="${href}"]`)) continue;
    const copy = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    waits.push(new Promise((done) => { copy.onload = copy.onerror = done; }));
    document.head.append(copy);
  }
  for (const script of page.querySelectorAll("script[type=module][src]")) {
    const src = script.getAttribute("src");
    if (!document.querySelector(`script[src="${src}"]`)) {
      document.head.append(Object.assign(document.createElement("script"), { type: "module", src }));
    }
  }
  await Promise.all(waits);
}

// An interview that was begun stays in this tab until it is closed.
function remember() {
  const field = main().querySelector("form[data-live] input[name=t]");
  try {
    if (field?.value) sessionStorage.setItem(KEPT, field.value);
    else if (main().querySelector("[data-level]")) sessionStorage.removeItem(KEPT);
  } catch { /* a browser that keeps nothing */ }
}

function resume() {
  const form = document.querySelector("form[data-resume]");
  let kept = null;
  try { kept = sessionStorage.getItem(KEPT); } catch { /* nothing kept */ }
  if (form && kept) {
    form.querySelector("input[name=t]").value = kept;
    form.hidden = false;
  }
}

resume();
remember();
