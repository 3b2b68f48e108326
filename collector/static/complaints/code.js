// Takes the code that a QR carries behind the # out of the address, and sends the form with it. Without this file one types the code.
"use strict";

const form = document.getElementById("kode");

function take() {
  const code = location.hash.slice(1);
  if (!code || code === "isi") return; // "isi": somebody skipped to the content
  // Out of the address bar and the history first: neither is to hold a code.
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code.replace(/%20|\+/g, " ");
  form.requestSubmit();
}

addEventListener("hashchange", take);
take();
