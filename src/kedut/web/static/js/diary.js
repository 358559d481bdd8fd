// The diary's form: the phone's own day and time zone, and nothing typed is lost with the connection.

const form = document.querySelector("form[data-diary]");

function here() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const list = form.querySelector("select[name=zone][data-fresh]");
  if (zone && list) {
    if (![...list.options].some((one) => one.value === zone)) list.prepend(new Option(zone.replaceAll("_", " "), zone));
    list.value = zone;
    name();
  }
  const day = form.querySelector("input[name=day][data-fresh]");
  if (day) {
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    day.value = day.max = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  }
}

function name() {
  form.querySelector("[data-zone-name]").textContent = form.elements.zone.selectedOptions[0]?.textContent ?? "";
}

function tell(text) {
  let note = form.querySelector("[data-lost]");
  if (!note) {
    note = Object.assign(document.createElement("p"), { className: "notice" });
    note.dataset.lost = "";
    note.setAttribute("role", "alert");
    form.querySelector(".diary-save").before(note);
  }
  note.textContent = text;
  note.scrollIntoView({ block: "center" });
}

// Sent in the background, so that a page of the browser's own about a lost connection takes nothing away.
async function send(event) {
  if (event.submitter?.formAction && event.submitter.hasAttribute("formaction")) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.ok && answer.redirected) {
      location.assign(answer.url);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const faults = page.getElementById("notice");
    if (!faults) throw new Error("not a page of the diary");
    document.getElementById("notice")?.remove();
    form.before(faults);
    for (const name of ["csrf", "seen"]) {
      const given = page.querySelector(`form[data-diary] input[name=${name}]`);
      if (given) form.elements[name].value = given.value;
    }
    faults.scrollIntoView({ block: "center" });
    faults.focus({ preventScroll: true });
  } catch {
    tell(form.dataset.lostWords);
  }
  delete form.dataset.sending;
}

if (form) {
  here();
  form.elements.zone.addEventListener("change", name);
  form.addEventListener("submit", send);
}
