// The page: two files in, a verdict out, in two languages; nothing leaves it.
const WORDS = JSON.parse(document.getElementById("words").textContent);
const OWN = {
  title: ["Periksa sebuah rilis", "Check a release"],
  lead: ["Halaman ini bekerja tanpa internet. Berkas Anda tidak dikirim ke mana pun.", "This page works without the internet. Your files are sent nowhere."],
  proof: ["Bukti rilis (bukti-….json.gz)", "Proof of the release (bukti-….json.gz)"],
  tests: ["Bukti kunjungan uji (uji-….json.gz), bila rilis menyebutnya", "Proofs of test visits (uji-….json.gz), where the release tells of any"],
  policy: ["Kebijakan: siapa yang Anda percaya", "Policy: whom you believe"],
  more: ["Periksa juga lembar tabulasi", "Check the tabulation sheet too"],
  sheet: ["Lembar tabulasi (.xlsx)", "Tabulation sheet (.xlsx)"],
  rows: ["Daftar baris (baris-….json)", "List of its rows (baris-….json)"],
  again: ["Bandingkan dengan yang Anda lihat dulu", "Compare with what you saw before"],
  kept: ["Bukti lama, atau titik periksa yang Anda simpan", "An older proof, or a checkpoint that you kept"],
  forgets: [
    "Halaman ini tidak mengingat apa pun. Bahwa pengelola menunjukkan riwayat lain kepada orang lain hanya terlihat bila Anda menyimpan bukti ini dan memberikannya lagi kelak, atau oleh saksi, kios dan ikm-verify.",
    "This page remembers nothing. That the operator shows another history to others is seen only if you keep this proof and give it here again later, or by witnesses, kiosks and ikm-verify.",
  ],
  other: ["English", "Bahasa Indonesia"],
  yes: ["Terbukti", "Proven"], partly: ["Terbukti sebagian", "Proven in part"], no: ["Tidak terbukti", "Not proven"],
  unreadable: ["Berkas ini tidak dapat dibaca sebagai bukti, kebijakan, titik periksa atau lembar.", "This file cannot be read as a proof, a policy, a checkpoint or a sheet."],
  old: ["Peramban ini belum mengenal tanda tangan Ed25519: perbarui peramban.", "This browser does not know Ed25519 signatures yet: update it."],
};
const SIGNS = {
  good: '<svg viewBox="0 0 48 48" aria-hidden="true"><path fill="#0b6b63" d="M24 3 42 9v13c0 12-8 19-18 23C14 41 6 34 6 22V9z"/><path fill="none" stroke="#fff" stroke-width="5" d="m14 24 7 7 13-14"/></svg>',
  bad: '<svg viewBox="0 0 48 48" aria-hidden="true"><rect x="3" y="3" width="42" height="42" rx="8" fill="#9c2f16"/><path stroke="#fff" stroke-width="6" d="m15 15 18 18m0-18L15 33"/></svg>',
};
const state = { language: 0, proof: null, tests: null, policy: null, sheet: null, rows: null, kept: null, report: null, failed: "" };
const known = (values) => (WORDS.why[values.why] ? { ...values, why: WORDS.why[values.why][state.language] } : values);
const say = (pair, values = {}) => pair[state.language].replace(/\{(\w+)\}/g, (_, key) => shown(values[key]));
const shown = (value) => [...String(value)].map((one) => (/[\p{C}\u2028\u2029]/u.test(one) ? "\\u" + one.codePointAt(0).toString(16).padStart(4, "0") : one)).join("");
function put(parent, tag, words, kind, sign) {
  const made = document.createElement(tag);
  made.textContent = words;
  if (kind) made.className = kind;
  if (sign) made.dataset.sign = sign;
  parent.append(made);
  return made;
}
function show() {
  document.documentElement.lang = ["id", "en"][state.language];
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = OWN[one.dataset.say][state.language];
  document.title = OWN.title[state.language];
  const out = document.getElementById("verdict");
  out.replaceChildren();
  out.hidden = !state.report && !state.failed;
  if (state.failed) { put(out, "p", OWN[state.failed][state.language], "bad"); return; }
  if (!state.report) return;
  const { facts, findings, answers, opened } = state.report, values = { ...facts, answers, opened, rest: answers - opened };
  const faults = findings.filter(([weight]) => weight === "fault"), notes = findings.filter(([weight]) => weight === "note");
  const kind = faults.length || !opened ? "bad" : "good", name = faults.length || !opened ? "no" : opened < answers ? "partly" : "yes";
  const mark = put(out, "div", "", "mark " + kind);
  mark.innerHTML = SIGNS[kind];
  put(mark, "span", OWN[name][state.language]);
  put(out, "p", say(WORDS.verdict.heading, values)).style.fontWeight = "600";
  const list = put(out, "ul", "");
  if (!faults.length) {
    put(list, "li", say(WORDS.verdict.logged, values), "", "✓");
    put(list, "li", say(WORDS.verdict[opened ? (opened < answers ? "partly" : "number") : "unproven"], values), opened ? "" : "bad", opened ? "✓" : "!");
  }
  for (const [, code, given] of faults) put(list, "li", say(WORDS.finding[code], known(given)), "bad", "!");
  for (const [, code, given] of notes) put(list, "li", say(WORDS.finding[code], known(given)), "soft", "·");
  put(out, "p", say(WORDS.verdict.never), "soft");
}
async function run() {
  state.report = null; state.failed = "";
  if (state.proof !== null && state.policy !== null) {
    try {
      state.report = await verify(state.proof, state.policy, state.tests);
      if (state.sheet && state.rows) await checkSheet(state.report, state.proof, state.sheet, state.rows);
      if (state.kept !== null) await checkKept(state.report, state.proof, state.kept);
    } catch { state.report = null; state.failed = "unreadable"; }
  }
  show();
}
async function contentOf(name, file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (name === "sheet") return bytes;
  try { return await textOf(bytes); } catch { return ""; }
}
for (const name of ["proof", "tests", "policy", "sheet", "rows", "kept"])
  document.getElementById(name).addEventListener("change", async (event) => {
    const file = event.target.files[0];
    state[name] = file ? await contentOf(name, file) : null;
    await run();
  });
document.getElementById("language").addEventListener("click", () => { state.language = 1 - state.language; show(); });
crypto.subtle.importKey("raw", new Uint8Array(32).fill(1), { name: "Ed25519" }, false, ["verify"]).catch(() => { state.failed = "old"; show(); });
show();
