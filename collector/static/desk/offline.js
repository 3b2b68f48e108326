// Gives the checklist of a visit while there is no network. What is kept is put in by the page itself (visit.js) and here, as it is used.
"use strict";

const KEPT = "ikm-kunjungan-1";
const PATIENCE_MS = 6000; // a weak network may take its time; whoever stands in a village office does not

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  const isPage = request.mode === "navigate" && /^(\/en)?\/meja\/kunjungan\/[^/]+\/$/.test(url.pathname);
  const isOurs = url.origin === self.location.origin && url.pathname.startsWith("/static/");
  if (request.method === "GET" && (isPage || isOurs)) event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request, { ignoreSearch: true });
  const fresh = fetch(request).then((found) => {
    if (found.ok && !found.redirected) cache.put(request, found.clone());
    return found;
  });
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
  return Promise.race([fresh.catch(() => kept), late]);
}
