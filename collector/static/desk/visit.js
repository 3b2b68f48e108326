// Keeps what is filled in of a visit's checklist in this browser until the collector has it. Without this script the page is a plain form.
//
// Words and choices lie in localStorage, which is written at once; photos in IndexedDB, drawn small. Both carry the account's name: what
// one evaluator began is never sent by another. A visit has a key of its own, so that one which is sent twice is kept once.
"use strict";

(() => {
  const form = document.getElementById("visit");
  const words = form.dataset;
  const account = form.elements.account.value;
  const page = location.pathname.replace(/^\/en(?=\/)/, ""); // one draft a unit, in whichever language it goes on
  const name = `ikm-kunjungan ${account} ${page}`;
  const SIDE = 1600;
  const RETRY_MS = 30000;
  const NOT_KEPT = new Set(["csrfmiddlewaretoken", "account"]);
  let photos = []; // {id, item, name, blob}; id is undefined where the browser keeps none
  let sending = false;

  // --- what is said to the evaluator

  function tell(place, text, link) {
    const shown = document.getElementById(place);
    shown.hidden = !text;
    shown.textContent = text || "";
    if (link) {
      const entrance = document.createElement("a");
      entrance.href = `${words.entrance}?next=${encodeURIComponent(location.pathname)}`;
      entrance.textContent = link;
      shown.append(" ", entrance);
    }
  }

  // --- words and choices

  function draft() {
    try {
      return JSON.parse(localStorage.getItem(name)) || null;
    } catch {
      return null;
    }
  }

  function keep(pending) {
    const fields = {};
    for (const [field, value] of new FormData(form)) {
      if (typeof value === "string" && !NOT_KEPT.has(field)) fields[field] = value;
    }
    try {
      localStorage.setItem(name, JSON.stringify({ fields, pending }));
    } catch {
      tell("kept", words.sayNotReady); // the device is full, or keeps nothing
    }
    document.getElementById("drop").hidden = false;
  }

  function restore(kept) {
    for (const one of form.elements) {
      if (!one.name || one.type === "file" || NOT_KEPT.has(one.name)) continue;
      if (one.type === "radio") one.checked = kept.fields[one.name] === one.value;
      else if (one.name in kept.fields) one.value = kept.fields[one.name];
    }
  }

  function today() {
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  }

  // --- photos

  function opened() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open("ikm-kunjungan", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("photos", { keyPath: "id", autoIncrement: true });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function stored(mode, act) {
    const base = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const change = base.transaction("photos", mode);
        const asked = act(change.objectStore("photos"));
        change.oncomplete = () => resolve(asked.result);
        change.onerror = change.onabort = () => reject(change.error);
      });
    } finally {
      base.close();
    }
  }

  // A photo of today's telephones has eight megabytes; where the network is weak it would never arrive.
  async function small(file) {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
      return blob && blob.size < file.size ? blob : file;
    } catch {
      return file; // the collector says what is wrong with it
    }
  }

  async function add(input) {
    const files = [...input.files];
    input.value = ""; // what is kept is sent from here, and not a second time by the form
    for (const file of files) {
      if (photos.length >= Number(words.most)) {
        tell("said", words.sayMany);
        return;
      }
      const photo = { draft: name, item: input.dataset.item, name: file.name, blob: await small(file) };
      try {
        photo.id = await stored("readwrite", (photosKept) => photosKept.add(photo));
      } catch {
        tell("said", words.sayPhotoLost);
      }
      photos.push(photo);
    }
    keep(false);
    list();
  }

  async function remove(photo) {
    photos = photos.filter((one) => one !== photo);
    if (photo.id !== undefined) await stored("readwrite", (kept) => kept.delete(photo.id));
    keep(false);
    list();
  }

  function list() {
    for (const place of form.querySelectorAll(".photos")) place.textContent = "";
    for (const photo of photos) {
      const line = document.createElement("li");
      line.textContent = `${photo.name} (${Math.ceil(photo.blob.size / 1000)} kB) `;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button quiet";
      button.textContent = words.sayRemove;
      button.setAttribute("aria-label", `${words.sayRemove} ${photo.name}`);
      button.addEventListener("click", () => remove(photo));
      line.append(button);
      document.getElementById(`photos-${photo.item}`).append(line);
    }
  }

  async function forget() {
    localStorage.removeItem(name);
    for (const photo of photos) {
      if (photo.id !== undefined) await stored("readwrite", (kept) => kept.delete(photo.id));
    }
    photos = [];
  }

  // --- sending

  // The page as the collector gives it now: its token fits today's session, which the kept page's does not.
  async function fresh() {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (answer.redirected) return { isOut: true };
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const asked = page.getElementById("visit");
    if (!asked) return { isOut: true };
    return { token: asked.elements.csrfmiddlewaretoken.value, account: asked.elements.account.value };
  }

  function parcel(token) {
    const data = new FormData(form);
    for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name);
    for (const photo of photos) data.append(`photo_${photo.item}`, photo.blob, photo.name);
    data.set("csrfmiddlewaretoken", token);
    return data;
  }

  async function send() {
    if (sending) return;
    sending = true;
    tell("said", words.saySending);
    try {
      const now = await fresh();
      if (now.isOut) {
        tell("said", words.sayLogIn, "Masuk");
      } else if (now.account !== account) {
        tell("said", `${words.sayOther} ${account}.`);
      } else {
        await post(now.token);
      }
    } catch {
      tell("said", words.sayWaiting);
    }
    sending = false;
  }

  async function post(token) {
    const answer = await fetch(location.pathname, { method: "POST", body: parcel(token) });
    if (answer.ok && answer.redirected) {
      await forget();
      location.replace(answer.url);
      return;
    }
    if (answer.status >= 500) throw new Error(`status ${answer.status}`); // it may pass; what is kept stays
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const reasons = [...page.querySelectorAll("#visit .wrong")].map((one) => one.textContent.trim());
    keep(false);
    tell("said", `${words.sayRefused} ${reasons.join(" ") || answer.status}`);
  }

  function retry() {
    const kept = draft();
    if (kept && kept.pending) send();
  }

  // --- the page

  async function keepPage() {
    try {
      await navigator.serviceWorker.register(words.worker);
      const cache = await caches.open("ikm-kunjungan-1");
      await Promise.all([location.pathname, ...words.style.split(" ")].map(async (path) => {
        const answer = await fetch(path);
        if (!answer.ok || answer.redirected) throw new Error(path); // a page to log in is no checklist
        await cache.put(path, answer);
      }));
      tell("kept", words.sayReady);
    } catch {
      const kept = await caches.match(location.pathname).catch(() => undefined);
      tell("kept", kept ? words.sayReady : words.sayNotReady);
    }
  }

  async function begin() {
    const kept = draft();
    if (kept) {
      restore(kept);
      document.getElementById("drop").hidden = false;
      tell("said", kept.pending ? words.sayWaiting : words.sayRestored);
    } else if (!form.querySelector(".wrong")) {
      form.elements.key.value = crypto.randomUUID(); // a kept page has the key of the visit before, and its day
      if (today() > form.elements.visited_on.value) form.elements.visited_on.value = today();
    }
    try {
      photos = (await stored("readonly", (all) => all.getAll())).filter((one) => one.draft === name);
    } catch {
      photos = [];
    }
    list();
    form.addEventListener("input", (event) => event.target.type !== "file" && keep(false));
    for (const input of form.querySelectorAll("input[type=file]")) input.addEventListener("change", () => add(input));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.elements.filled_ms.value = String(Date.now());
      keep(true);
      send();
    });
    document.getElementById("drop").addEventListener("click", async () => {
      if (!confirm(words.sayDrop)) return;
      await forget();
      form.reset();
      location.reload();
    });
    addEventListener("online", retry);
    setInterval(retry, RETRY_MS);
    retry();
    await keepPage();
  }

  begin();
})();
