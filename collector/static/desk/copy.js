// A button beside each value that copies it. Without this file the page says the same, and one tap on a value selects it.
"use strict";

const said = document.getElementById("tersalin");

async function copy(value, name, button) {
  const text = value.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https there is no clipboard: the old command copies what is selected.
    getSelection().selectAllChildren(value);
    document.execCommand("copy");
  }
  said.textContent = `Tersalin: ${name}, ${text}`;
  for (const one of document.querySelectorAll(".copy[aria-pressed=true]")) one.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", "true");
}

for (const value of document.querySelectorAll("[data-copy]")) {
  const cell = value.closest("td");
  const row = value.closest("tr");
  const head = value.closest("table").rows[0].cells[cell.cellIndex].textContent;
  const name = `${row.cells[0].textContent}, ${head}`;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Salin";
  button.setAttribute("aria-label", `Salin ${name}`);
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => copy(value, name, button));
  cell.append(" ", button);
}
