// Information pages and the pages' own files stay readable without a connection; answers are never kept here.
const STORE = "kedut-1";
const PRIVATE = /\/(interview|result|doctor|kept|keep|export|erase)(\/|$|\.)/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(["/id/offline", "/en/offline", "/id/", "/en/", "/id/interview", "/en/interview"])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((n) => n !== STORE).map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (/^\/(api|fhir|cds-services|health|ready)/.test(address.pathname)) return;
  if (address.pathname.startsWith("/static/")) event.respondWith(kept(event.request));
  else if (event.request.mode === "navigate") event.respondWith(fresh(event.request, address));
});

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
    if (answer.ok && !PRIVATE.test(address.pathname)) store.put(request, answer.clone());
    return answer;
  } catch {
    const language = address.pathname.startsWith("/en") ? "en" : "id";
    return (await store.match(request)) ?? (await store.match(`/${language}/offline`));
  }
}
