// With JavaScript the pages change without a full load, and nothing is lost with the connection.
// Without it everything works the same, by plain forms.

const KEPT = "kedut-open-interview";
const main = () => document.getElementById("main");

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch(() => {});
  // The page that was open before the worker was there; the worker keeps it if anybody may.
  navigator.serviceWorker.ready.then((here) => here.active?.postMessage({ visited: location.href }), () => {});
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-live]") || event.defaultPrevented) return;
  const sent = new FormData(form, event.submitter);
  event.preventDefault();
  post(form.getAttribute("action"), new URLSearchParams(sent), true);
});

// Back and forward send again what led to the page; a step to a part of a page (#main) has no state.
window.addEventListener("popstate", (event) => {
  if (event.state?.action) post(event.state.action, new URLSearchParams(event.state.body), false);
  else if (event.state?.first) location.reload();
});

async function post(action, body, forward) {
  main().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(action, { method: "POST", body, redirect: "error" });
    if (answer.status === 408 || answer.status === 429 || answer.status >= 500) throw new Error("not now");
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
    const form = main().querySelector("form[data-live]");
    if (!note) {
      note = document.createElement("p");
      note.className = "notice"; note.dataset.lost = ""; note.setAttribute("role", "alert");
      form?.prepend(note);
    }
    note.textContent = form?.dataset.lostWords ?? "";
    note.scrollIntoView({ block: "center" });
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
// Loaded anew in the midst of an interview: the same question again, not the first page.
if (history.state?.action) post(history.state.action, new URLSearchParams(history.state.body), false);
else if (!history.state) history.replaceState({ first: true }, "");
