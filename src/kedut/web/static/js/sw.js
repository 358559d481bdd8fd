// Information pages and the pages' own files stay readable without a connection; answers are never kept here.
const STORE = "kedut-2";
const PRIVATE = /\/(interview|result|diary|doctor|kept|keep|export|erase)(\/|$|\.)/;
const MACHINES = /^\/(api|fhir|cds-services|health|ready)/;
const FIRST = ["/id/offline", "/en/offline", "/id/", "/en/", "/id/interview", "/en/interview"];
const FONT = "/static/fonts/plus-jakarta-sans-latin-wght-normal.woff2";

self.addEventListener("install", (event) => {
  event.waitUntil(Promise.all([...FIRST.map(keep), caches.open(STORE).then((store) => store.add(FONT))]).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((n) => n !== STORE).map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  const address = new URL(event.data?.visited ?? "/", location.origin);
  if (open(address)) event.waitUntil(keep(address.pathname).catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (MACHINES.test(address.pathname)) return;
  if (address.pathname.startsWith("/static/")) event.respondWith(kept(event.request));
  else if (event.request.mode === "navigate") event.respondWith(fresh(event.request, address));
});

// What anybody may see; a query may hold what somebody typed.
function open(address) {
  return address.origin === location.origin && !address.search && !PRIVATE.test(address.pathname) && !MACHINES.test(address.pathname);
}

// A page together with the files it names.
async function keep(path) {
  const store = await caches.open(STORE);
  const answer = await fetch(path);
  if (!answer.ok) return;
  const text = await answer.clone().text();
  await store.put(path, answer);
  const files = [...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]);
  await Promise.all(files.map((file) => kept(new Request(file))));
}

async function kept(request) {
  const store = await caches.open(STORE);
  const found = await store.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) store.put(request, answer.clone());
  return answer;
}

async function fresh(request, address) {
  const store = await caches.open(STORE);
  try {
    const answer = await fetch(request);
    if (answer.ok && open(address)) store.put(request, answer.clone());
    return answer;
  } catch {
    const language = address.pathname.startsWith("/en") ? "en" : "id";
    return (await store.match(request)) ?? (await store.match(`/${language}/offline`));
  }
}
