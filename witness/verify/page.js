"use strict";
// The same checks as witness/verify/*.py, by the same rules and under the same codes; tests/collector/log/test_page.py holds the two together.
const WEEKS = { "Asia/Jakarta": 7, "Asia/Pontianak": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9 };
const BACKDATED = 48 * 3600e3, LATE = 72 * 3600e3, LATEST = 4102444800000, MOST = 2 ** 53;
const BANDS = [["A", 8831], ["B", 7661], ["C", 6500], ["D", 2500]];
class Wrong extends Error {
  constructor(code, text) { super(text || code); this.code = code; }
}
const wrong = (what) => new Wrong("proof_file", what);
const utf8 = (text) => new TextEncoder().encode(text);
const hexOf = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) { all.set(one, at); at += one.length; }
  return all;
};
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

// Values out of a stranger's JSON.
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const has = (value, key) => Object.prototype.hasOwnProperty.call(value, key);
function at(value, key) {
  if (!isObject(value) || !has(value, key)) throw wrong(key);
  return value[key];
}
function obj(value, key) { const found = at(value, key); if (!isObject(found)) throw wrong(key); return found; }
function rows(value, key) { const found = at(value, key); if (!Array.isArray(found)) throw wrong(key); return found; }
function text(value, key) { const found = at(value, key); if (typeof found !== "string") throw wrong(key); return found; }
const isWhole = (value, lowest = 0) => Number.isInteger(value) && value >= lowest && value < MOST;
function whole(value, key) { const found = at(value, key); if (!isWhole(found)) throw wrong(key); return found; }
function number(value, key) { const found = at(value, key); if (typeof found !== "number") throw wrong(key); return found; }
function unhex(value) {
  if (typeof value !== "string" || !/^(?:[0-9a-f]{2})*$/.test(value)) throw wrong("hexadecimal");
  return Uint8Array.from(value.match(/../g) || [], (two) => parseInt(two, 16));
}
function parsed(content, what) {
  let found;
  try { found = JSON.parse(content); } catch { throw wrong(what); }
  if (!isObject(found)) throw wrong(what);
  return found;
}
function dayMs(value) {
  const found = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value + "T00:00:00Z") : NaN;
  if (!(found === found) || new Date(found).toISOString().slice(0, 10) !== value) throw wrong("a date");
  return found;
}
function momentMs(value) {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00$/.test(value)) throw wrong("a moment");
  const found = Date.parse(value.slice(0, 19) + "Z");
  if (!(found === found) || new Date(found).toISOString().slice(0, 19) !== value.slice(0, 19)) throw wrong("a moment");
  return found;
}
const dayOf = (ms, hours) => new Date(Math.floor(Math.min(ms, LATEST) / 1000) * 1000 + hours * 3600e3).toISOString().slice(0, 10);
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}
function base64(value, length) {
  let found;
  try { found = Uint8Array.from(atob(value), (one) => one.charCodeAt(0)); } catch { return null; }
  if (btoa(String.fromCharCode(...found)) !== value) return null;
  return length === undefined || found.length === length ? found : null;
}
const wholeText = (value) => (/^(0|[1-9][0-9]{0,15})$/.test(value) && Number(value) <= MOST ? Number(value) : null);

// A file, packed or not; however small it is, no more comes out of it than one may have.
const MOST_BYTES = 4 * 1024 * 1024;
async function textOf(bytes) {
  let plain = bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader(), parts = [];
    for (let total = 0, step = await reader.read(); !step.done; step = await reader.read()) {
      total += step.value.length;
      if (total > MOST_BYTES) throw wrong("size");
      parts.push(step.value);
    }
    plain = joined(...parts);
  }
  if (plain.length > MOST_BYTES) throw wrong("size");
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain);
}

// The tree.
const leafHash = (entry) => sha256(joined(Uint8Array.of(0), entry));
const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));
function inclusionPath(index, size) {
  const path = [];
  let first = 0, last = size;
  while (last - first > 1) {
    let half = 1;
    while (half * 2 < last - first) half *= 2;
    const middle = first + half;
    if (index < middle) { path.push([middle, last]); last = middle; } else { path.push([first, middle]); first = middle; }
  }
  return path.reverse();
}
async function isIncluded(leaf, index, size, root, hashes) {
  if (!(index >= 0 && index < size) || hashes.length > 63 || hashes.some((one) => one.length !== 32)) return false;
  let found = leaf, here = index, last = size - 1;
  const half = (value) => Math.floor(value / 2);
  for (const beside of hashes) {
    if (last === 0) return false;
    if (here % 2 || here === last) {
      found = await nodeHash(beside, found);
      while (here % 2 === 0 && here) { here = half(here); last = half(last); }
    } else found = await nodeHash(found, beside);
    here = half(here); last = half(last);
  }
  return last === 0 && same(found, root);
}
function consistencyPath(old, size) {
  const path = [];
  let first = 0, last = size, whole = true;
  if (old === 0 || old === size) return path;
  while (old < last) {
    let half = 1;
    while (half * 2 < last - first) half *= 2;
    const middle = first + half;
    if (old <= middle) { path.push([middle, last]); last = middle; } else { path.push([first, middle]); first = middle; whole = false; }
  }
  if (!whole) path.push([first, last]);
  return path.reverse();
}
async function isConsistent(old, oldRoot, size, root, hashes) {
  if (!(old > 0 && old <= size) || hashes.length > 63 || hashes.some((one) => one.length !== 32)) return false;
  if (old === size) return !hashes.length && same(oldRoot, root);
  const half = (value) => Math.floor(value / 2);
  let at = old - 1, last = size - 1;
  while (at % 2) { at = half(at); last = half(last); }
  const steps = [...hashes];
  let before = at ? steps.shift() ?? new Uint8Array() : oldRoot, after = before;
  for (const beside of steps) {
    if (last === 0) return false;
    if (at % 2 || at === last) {
      before = await nodeHash(beside, before); after = await nodeHash(beside, after);
      while (at % 2 === 0 && at) { at = half(at); last = half(last); }
    } else after = await nodeHash(after, beside);
    at = half(at); last = half(last);
  }
  return last === 0 && same(before, oldRoot) && same(after, root);
}

// Signed notes, checkpoints, cosignatures, policies.
const isSpace = (one) => /[\s\p{Z}\u001c-\u001f\u0085]/u.test(one);
const isName = (name) => name !== "" && !name.includes("+") && ![...name].some((one) => isSpace(one) || one < " ");
async function readKey(given) {
  const [name, id, ...rest] = given.split("+"), material = base64(rest.join("+"));
  if (id === undefined || !rest.length || !isName(name)) throw new Wrong("vkey");
  if (!material || material.length !== 33 || ![1, 4].includes(material[0])) throw new Wrong("vkey");
  const keyId = (await sha256(joined(utf8(name + "\n"), material))).slice(0, 4);
  if (hexOf(keyId) !== id) throw new Wrong("vkey");
  return { name, kind: material[0], key: material.slice(1), id: keyId };
}
function readNote(whole) {
  if (utf8(whole).length > 65536 || [...whole].some((one) => one < " " && one !== "\n")) throw new Wrong("note");
  const gap = whole.lastIndexOf("\n\n");
  if (gap < 0 || !whole.endsWith("\n")) throw new Wrong("note");
  const lines = whole.slice(gap + 2).split("\n");
  if (lines.pop() !== "" || lines.length < 1 || lines.length > 64) throw new Wrong("note");
  return {
    text: whole.slice(0, gap + 1),
    lines: lines.map((line) => {
      const rest = line.startsWith("— ") ? line.slice(2) : "", space = rest.indexOf(" ");
      const name = rest.slice(0, Math.max(space, 0)), content = base64(rest.slice(space + 1));
      if (space < 0 || !isName(name) || !content || content.length <= 4) throw new Wrong("note");
      return { name, id: content.slice(0, 4), signature: content.slice(4) };
    }),
  };
}
function readCheckpoint(whole) {
  const note = readNote(whole), lines = note.text.split("\n");
  if (lines.length < 4 || lines.pop() !== "" || lines.some((one) => one === "")) throw new Wrong("checkpoint");
  const size = wholeText(lines[1]), root = base64(lines[2], 32);
  const empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  if (size === null || !root || (size === 0 && lines[2] !== empty)) throw new Wrong("checkpoint");
  return { origin: lines[0], size, root, note };
}
async function check(key, signature, message) {
  try {
    const known = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return signature.length === 64 && (await crypto.subtle.verify("Ed25519", known, signature, message));
  } catch { return false; }
}
const linesOf = (note, key) => note.lines.filter((line) => line.name === key.name && same(line.id, key.id));
async function isSigned(note, keys) {
  const found = [];
  for (const key of keys)
    if (key.kind === 1) for (const line of linesOf(note, key)) found.push(await check(key.key, line.signature, utf8(note.text)));
  return found.length > 0 && found.every(Boolean);
}
async function isCosigned(note, key) {
  const lines = linesOf(note, key);
  for (const { signature } of lines) {
    if (key.kind !== 4 || signature.length !== 72) return false;
    const seconds = signature.slice(0, 8).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    if (seconds <= 0n || seconds > 2n ** 63n - 1n) return false;
    if (!(await check(key.key, signature.slice(8), utf8(`cosignature/v1\ntime ${seconds}\n${note.text}`)))) return false;
  }
  return lines.length > 0;
}
async function readPolicy(given) {
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: "" }, used = new Set();
  const bad = () => new Wrong("policy");
  const known = (name) => policy.witnesses.has(name) || policy.groups.has(name);
  const fresh = (name) => { if (name === "none" || known(name)) throw bad(); return name; };
  const keyOf = async (word, kind, others) => {
    const key = await readKey(word);
    if (key.kind !== kind || others.some((one) => same(one.key, key.key))) throw bad();
    return key;
  };
  for (const line of given.split("\n")) {
    const [what, ...words] = line.split(/[ \t\r\f\v]+/).filter(Boolean);
    if (what === undefined || what.startsWith("#")) continue;
    if (what === "log" && words.length >= 1 && words.length <= 2) policy.logs.push(await keyOf(words[0], 1, policy.logs));
    else if (what === "witness" && words.length >= 2 && words.length <= 3) {
      const key = await keyOf(words[1], 4, [...policy.witnesses.values()]);
      policy.witnesses.set(fresh(words[0]), key);
    } else if (what === "group" && words.length >= 3) {
      const [name, least, ...members] = words;
      const number = { all: members.length, any: 1 }[least] || (/^[0-9]+$/.test(least) ? Number(least) : 0);
      if (number < 1 || number > members.length) throw bad();
      fresh(name);
      for (const one of members) { if (!known(one) || used.has(one)) throw bad(); used.add(one); }
      policy.groups.set(name, { least: number, members });
    } else if (what === "quorum" && words.length === 1 && !policy.quorum) {
      if (words[0] !== "none" && !known(words[0])) throw bad();
      policy.quorum = words[0];
    } else throw bad();
  }
  if (!policy.quorum) throw bad();
  return policy;
}
function enough(policy, name, cosigned) {
  if (name === "none") return true;
  const group = policy.groups.get(name);
  if (!group) return cosigned.includes(name);
  return group.members.filter((one) => enough(policy, one, cosigned)).length >= group.least;
}

// Leaves, threads, counters.
function readLeaf(entry) {
  if (utf8(entry).length > 4096) throw new Wrong("leaf");
  const { t, logged_ms, of = {}, ...body } = parsed(entry, "leaf");
  if (typeof t !== "string" || !isWhole(logged_ms) || !isObject(of)) throw new Wrong("leaf");
  for (const place of Object.values(of))
    if (!Array.isArray(place) || place.length !== 2 || !place.every((one) => isWhole(one, -1))) throw new Wrong("leaf");
  return { kind: t, logged: logged_ms, body, of };
}
async function toldBy(given, stream, part, key) {
  if (given === null) return [{ n: 0, sums: {} }, null];
  const field = (key, length) => {
    const found = typeof given[key] === "string" ? base64(given[key], length) : null;
    if (!found) throw new Wrong("counter_field");
    return found;
  };
  if (!isObject(given) || typeof given.line !== "string" || !given.line) throw new Wrong("counter_field");
  const prev = field("prev", 32), signature = field("signature", 64), salt = has(given, "salt") ? field("salt", 16) : null;
  if (salt && (!isObject(given.sums) || Object.keys(given.sums).length > 64 || !Object.values(given.sums).every((one) => isWhole(one))))
    throw new Wrong("counter_field");
  if (salt && !isWhole(given.n)) throw new Wrong("counter_field");
  const counted = salt ? { n: given.n, sums: given.sums } : { n: 0, sums: {} };
  let record;
  try { record = parsed(given.line, "record"); } catch { throw new Wrong("counter_line"); }
  const body = record.body, words = isObject(body) ? body.sums ?? {} : null;
  const sound = isObject(body) && record.kind === "tally" && isWhole(record.seq, 1) && isWhole(record.boot, 1) && isWhole(record.up_ms)
    && typeof record.sync === "boolean" && (!has(record, "at") || isWhole(record.at, -MOST)) && isWhole(body.upto) && body.upto === record.seq - 1
    && isWhole(body.since ?? 0) && isWhole(body.set_since ?? 0) && typeof (body.day ?? "") === "string" && [...(body.day ?? "")].length <= 64
    && typeof (body.closes ?? false) === "boolean" && isObject(words) && Object.values(words).every((one) => typeof one === "string");
  if (!sound) throw new Wrong("counter_line");
  const link = await sha256(joined(prev, utf8(given.line))), seq = new Uint8Array(8);
  new DataView(seq.buffer).setBigUint64(0, BigInt(record.seq));
  if (!(await check(key, signature, joined(utf8("ikm-head-1\0"), unhex(stream), seq, link)))) throw new Wrong("counter_signature");
  const told = { upto: body.upto, since: body.since ?? 0, day: body.day ?? "", closes: body.closes ?? false };
  if (!salt) {
    if (has(words, part)) throw new Wrong("counter_opening");
    return [counted, told];
  }
  const content = JSON.stringify(sorted({
    part, set_since: body.set_since ?? 0, since: told.since, stream, totals: { n: counted.n, sums: counted.sums }, upto: told.upto,
  }));
  const digest = await sha256(joined(utf8("ikm-tally-1\0"), salt, utf8(content)));
  if (!has(words, part) || words[part] !== btoa(String.fromCharCode(...digest)).replace(/=+$/, "")) throw new Wrong("counter_opening");
  return [counted, told];
}
function added(one, other, sign) {
  const sums = {};
  for (const key of new Set([...Object.keys(one.sums), ...Object.keys(other.sums)])) {
    const value = (has(one.sums, key) ? one.sums[key] : 0) + sign * (has(other.sums, key) ? other.sums[key] : 0);
    if (value) sums[key] = value;
  }
  return { n: one.n + sign * other.n, sums };
}
function stoodAt(kiosk, unit, begin, end) {
  const ordered = [...kiosk.stands.values()].sort((one, other) => one.since - other.since);
  const before = ordered.filter((one) => one.since <= begin), inside = ordered.filter((one) => begin < one.since && one.since < end);
  const here = [...before.slice(-1), ...inside].map((one) => one.unit === unit);
  return [here.some(Boolean), before.length > 0 && here.every(Boolean)];
}
const canonical = (value) => JSON.stringify(sorted(value));
const headMessage = (stream, seq, link) => {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(seq));
  return joined(utf8("ikm-head-1\0"), unhex(stream), number, link);
};

// Test visits.
function shownLine(given) {
  const prev = isObject(given) && typeof given.prev === "string" ? base64(given.prev, 32) : null;
  if (!isObject(given) || typeof given.line !== "string" || !prev) throw new Wrong("test_shown");
  return { prev, line: given.line };
}
const linkOf = (one) => sha256(joined(one.prev, utf8(one.line)));
function recordOf(line, kind) {
  let found;
  if (utf8(line).length > 16384) throw new Wrong("test_line");
  try { found = parsed(line, "record"); } catch { throw new Wrong("test_line"); }
  const sound = found.kind === kind && isObject(found.body) && typeof found.sync === "boolean" && isWhole(found.boot, 1) && isWhole(found.up_ms)
    && isWhole(found.seq, 1) && (!has(found, "at") || isWhole(found.at, -MOST));
  if (!sound) throw new Wrong("test_line");
  return found;
}
const isText = (value, most = 64) => typeof value === "string" && [...value].length <= most;
function declarationOf(body) {
  const bad = () => new Wrong("test_line"), links = new Map(), given = body.links ?? {};
  const bytes = (text) => (isText(text) ? base64(text + "=".repeat((4 - (text.length % 4)) % 4), 32) : null);
  if (has(body, "links") && !isObject(body.links)) throw bad();
  if (Object.keys(given).length > 8) throw bad();
  for (const name of Object.keys(given)) {
    const link = bytes(given[name]);
    if (!/^[1-9][0-9]{0,15}$/.test(name) || Number(name) >= MOST || !link) throw bad();
    links.set(Number(name), link);
  }
  const secret = bytes(body.secret), log = body.log ?? null;
  if (!isWhole(body.visit) || !isWhole(body.number) || !secret) throw bad();
  if (log !== null && (!isObject(log) || !isText(log.origin, 200) || !isWhole(log.size))) throw bad();
  return { visit: body.visit, number: body.number, secret, links, log };
}
function answersOf(record) {
  const { instrument, version, unit = "", answers = {}, complete, visit } = record.body;
  const plain = unit ?? "";
  const sound = isText(instrument) && isText(version) && isText(plain) && isObject(answers) && Object.keys(answers).length <= 64
    && Object.values(answers).every((one) => isWhole(one)) && typeof complete === "boolean" && isWhole(visit);
  if (!sound) throw new Wrong("test_line");
  const name = `${instrument}@${version}`;
  return { seq: record.seq, name, part: `${plain}/${name}`, complete, answers, visit };
}
async function provenTest(given, known, claimed) {
  const key = text(given, "key");
  whole(given, "card");
  if (!known || !known.keys.has(key)) throw new Wrong("test_key");
  if (unhex(claimed.stream).length !== 16) throw wrong("stream");
  const rows = Array.isArray(given.responses) ? given.responses : [];
  if (rows.length < 1 || rows.length > 8) throw new Wrong("test_shown");
  const shown = shownLine(given.test), signature = typeof given.signature === "string" ? base64(given.signature, 64) : null;
  if (!signature) throw new Wrong("test_shown");
  const lines = rows.map(shownLine), declared = recordOf(shown.line, "test");
  if (!(await check(unhex(key), signature, headMessage(claimed.stream, declared.seq, await linkOf(shown))))) throw new Wrong("test_signature");
  const test = declarationOf(declared.body), responses = [], answers = {};
  for (const one of lines) {
    const record = recordOf(one.line, "response"), found = answersOf(record), link = test.links.get(record.seq);
    const fits = record.boot === declared.boot && found.visit === test.visit && record.seq < declared.seq;
    if (!fits || !link || !same(link, await linkOf(one))) throw new Wrong("test_answers");
    responses.push(found);
    answers[found.name] = found.answers;
  }
  const own = responses.map((one) => one.seq).sort((one, other) => one - other), named = [...test.links.keys()].sort((one, other) => one - other);
  if (!own.length || canonical(own) !== canonical(named) || own[own.length - 1] !== test.number) throw new Wrong("test_answers");
  if (test.number !== claimed.number || canonical(answers) !== canonical(claimed.answers)) throw new Wrong("test_answers");
  return { kiosk: claimed.name, stream: claimed.stream, test, responses, line: shown.line };
}
async function checkTests({ said, told, counters, leaves, kiosks, unit, origin, own, given: file, fault, note }) {
  for (const row of rows(said, "tests_in_vain")) {
    const sound = Array.isArray(row) && row.length === 3 && typeof row[0] === "string" && typeof row[1] === "string" && Number.isInteger(row[2]);
    if (!sound) throw wrong("tests_in_vain");
    note("test_in_vain", { kiosk: row[0], why: row[1], n: row[2] });
  }
  const claims = rows(said, "tests"), digest = counters ? text(told, "tests") : "", found = [], seen = new Set(), numbers = new Map();
  if (digest && !file) { fault("tests_not_given", { n: claims.length }); return null; }
  const shown = file ? rows(file.told, "tests") : [];
  if ((file ? hexOf(await sha256(utf8(file.content))) : "") !== digest) fault("tests_replaced");
  if (claims.length !== shown.length) fault("tests_left_out", { told: claims.length, shown: shown.length });
  for (const [place, row] of claims.entries()) {
    const name = text(row, "kiosk"), number = whole(row, "number"), stream = text(row, "stream"), answers = obj(row, "answers"), wrote = at(row, "wrote");
    numbers.set(name, (numbers.get(name) ?? 0) + 1);
    if (wrote === null) note("test_unwritten", { kiosk: name, number });
    else if (!isObject(wrote)) throw wrong("wrote");
    else if (Object.keys(wrote).some((key) => !has(answers, key) || canonical(answers[key]) !== canonical(wrote[key])))
      fault("test_differs", { kiosk: name, number });
    const given = place < shown.length ? shown[place] : null;
    if (given === null) { note("test_not_shown", { kiosk: name, number }); continue; }
    try {
      const one = await provenTest(given, kiosks.get(name), { name, stream, number, answers });
      const values = { kiosk: name, number: one.test.number }, leaf = file.leaves.get(given.card), log = one.test.log;
      const card = hexOf(await sha256(joined(utf8("ikm-test-leaf-1\0"), one.test.secret, utf8(name))));
      if (!leaf || leaf.kind !== "card" || leaf.body.card !== card) fault("test_no_card", values);
      else if (log === null || log.origin !== origin || log.size <= given.card) fault("test_card_late", values);
      const uses = [...leaves.values()].filter((one) => one.kind === "tested" && has(one.of, unit) && one.body.card === card);
      const record = hexOf(await sha256(utf8(one.line))), place = `${stream}/${one.test.number}`;
      if (!uses.some((one) => one.body.kiosk === name && one.body.record === record)) fault("test_not_logged", values);
      if (uses.length > 1 || seen.has(card) || seen.has(place)) fault("test_card_again", values);
      seen.add(card).add(place);
      if (wrote !== null) {
        const where = at(given, "wrote") !== null ? whole(given, "wrote") : own, salt = unhex(text(given, "salt")), leaf = file.leaves.get(where);
        const note = hexOf(await sha256(joined(utf8("ikm-test-note-1\0"), salt, utf8(canonical(wrote)))));
        if (!leaf || leaf.kind !== "wrote" || leaf.body.card !== card || where >= own || leaf.body.wrote !== note) fault("test_note_altered", values);
      }
      found.push(one);
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      fault("test_unproven", { kiosk: name, number, what: error.code });
    }
  }
  for (const [name, n] of byName(numbers)) note("tested", { kiosk: name, n });
  return found;
}
const byName = (map) => [...map].sort(([one], [other]) => (one < other ? -1 : 1));

// Kiosks without a counter, by the rules of witness/verify/accounted.py.
const isAlive = (kiosk, begin, end) =>
  [...kiosk.keys].some(([key, enrolled]) => !kiosk.archives.has(key) && enrolled < end && (kiosk.revoked.get(key) ?? end) > begin);
async function openedNights(heads, leaves, kiosk) {
  const found = new Map();
  for (const [number, given] of [...heads]) {
    const leaf = leaves.get(number), stream = text(given, "stream"), state = text(given, "state"), salt = unhex(text(given, "salt"));
    if (!leaf || leaf.kind !== "head" || leaf.body.kiosk !== kiosk) continue;
    const day = text(leaf.body, "day");
    const head = await sha256(joined(utf8("ikm-log-head-1\0"), salt, utf8(canonical({ day, kiosk, state, stream }))));
    if (leaf.body.head === hexOf(head)) found.set(day, { stream, state });
  }
  return found;
}
async function checkAccounted({ shut, heads, leaves, kiosks, after, end, logged, began, fault, note }) {
  for (const [name, why] of shut) {
    const nights = await openedNights(heads, leaves, name), known = kiosks.get(name);
    if (!known || began >= end) continue;
    const needed = [isAlive(known, end, end + 1), isAlive(known, logged, logged + 1)];
    const day = [7, 8, 9].map((hours) => dayOf(logged, hours)).find((one) => nights.has(one));
    const first = needed[0] ? nights.get(after) ?? null : null, last = day === undefined ? null : nights.get(day);
    if (["few", "protected", "moved"].includes(why)) continue;
    const forAuditor = ["differs", "other_life", "tested", "no_begin", "unopened"].includes(why);
    const streams = [...new Set([first, last].filter(Boolean).map((one) => one.stream))], none = "0".repeat(32);
    const shown = forAuditor || !((first === null && needed[0]) || (last === null && needed[1]));
    const holds = forAuditor ? (last ? last.stream !== none : !needed[1]) : why === "silent" ? !known.begun.size && streams.every((one) => one === none)
      : why === "no_counter" && streams.length <= 1 && !streams.includes(none);
    if (!shown || !holds) fault("kiosk_unaccounted", { kiosk: name, why });
    else if (why === "no_counter" && first && last && first.state !== last.state) note("kiosk_wrote_on", { kiosk: name });
  }
}

function leavesOf(fields) {
  const given = obj(fields, "leaves"), entries = new Map(), nodes = new Map();
  const inner = obj(fields, "nodes");
  for (const name of Object.keys(given)) {
    const found = wholeText(name);
    if (found === null) throw wrong("leaves");
    entries.set(found, text(given, name));
  }
  const numbers = [...entries.keys()].sort((one, other) => one - other);
  if (numbers.length > 1000) throw wrong("leaf");
  const leaves = new Map(numbers.map((one) => [one, readLeaf(entries.get(one))]));
  for (const name of Object.keys(inner)) nodes.set(name, unhex(inner[name]));
  return { entries, leaves, nodes, numbers, point: readCheckpoint(text(fields, "checkpoint")) };
}
async function checkLeaves({ entries, leaves, nodes, point }, fault) {
  for (const [one, leaf] of leaves) {
    const path = one < point.size ? inclusionPath(one, point.size).map(([first, last]) => nodes.get(`${first}-${last}`) ?? new Uint8Array()) : [];
    if (!(await isIncluded(await leafHash(utf8(entries.get(one))), one, point.size, point.root, path)))
      fault("leaf_not_logged", { leaf: one, kind: leaf.kind });
  }
}
async function judged(policy, point) {
  const cosigned = [];
  for (const [name, key] of policy.witnesses) if (await isCosigned(point.note, key)) cosigned.push(name);
  cosigned.sort();
  const signed = await isSigned(point.note, policy.logs.filter((one) => one.name === point.origin));
  return { cosigned, signed, witnessed: enough(policy, policy.quorum, cosigned) };
}
async function verify(content, policyText, testsText = null) {
  const policy = await readPolicy(policyText), findings = [], report = { facts: {}, answers: 0, opened: 0, findings };
  const fault = (code, values = {}) => findings.push(["fault", code, values]);
  const note = (code, values = {}) => findings.push(["note", code, values]);
  const fields = parsed(content, "file");
  if (whole(fields, "format") !== 1) throw wrong("format");
  const { entries, leaves, nodes, numbers, point } = leavesOf(fields);
  const release = text(fields, "release"), counters = text(fields, "counters"), own = whole(fields, "leaf");
  if (!entries.has(own)) throw wrong("leaf");
  const said = parsed(release, "release"), told = counters ? parsed(counters, "counters") : {}, heads = new Map();
  for (const name of Object.keys(obj(fields, "heads"))) {
    if (wholeText(name) === null) throw wrong("leaves");
    heads.set(wholeText(name), fields.heads[name]);
  }
  let tests = null;
  if (testsText !== null) {
    const inner = parsed(testsText, "file");
    if (whole(inner, "format") !== 1) throw wrong("format");
    const shown = leavesOf(inner), words = text(inner, "tests");
    tests = { ...shown, content: words, told: parsed(words, "tests") };
  }
  const subject = obj(said, "subject"), period = obj(said, "period");
  report.facts = { address: text(said, "address"), name: text(subject, "name"), period: text(period, "title"), size: point.size };

  const { cosigned, signed, witnessed } = await judged(policy, point), names = cosigned.join(", ");
  if (!signed) fault("log_not_signed", { origin: point.origin });
  if (!witnessed) fault("cosignatures_missing", { found: cosigned.length, names: names || "-", quorum: policy.quorum });
  else if (names) note("cosigned", { names });
  else note("nobody_cosigns");
  await checkLeaves({ entries, leaves, nodes, point }, fault);
  if (!leaves.has(0) || leaves.get(0).kind !== "begin") fault("log_begin_missing");
  const began = leaves.get(numbers[0]).logged, mine = leaves.get(own), address = text(said, "address"), published = text(said, "published");
  const stated = {
    sha256: hexOf(await sha256(utf8(release))), address, code: text(subject, "code"), period: text(period, "id"), number: whole(said, "number"),
  };
  if (mine.kind !== "release" || Object.keys(stated).some((key) => mine.body[key] !== stated[key])) fault("release_replaced", { address });
  if (mine.body.counters !== (counters ? hexOf(await sha256(utf8(counters))) : "")) fault("counters_replaced", { address });
  const publishedMs = momentMs(published), before = at(said, "log");
  const namesLater = before !== null && whole(before, "size") > own, late = mine.logged - publishedMs;
  if (!(-60000 <= late && late <= LATE && !namesLater)) {
    if (mine.logged - began <= LATE && mine.logged > publishedMs && !namesLater) note("released_before_log");
    else fault("release_redated", { published: published.slice(0, 10), logged: dayOf(mine.logged, 7) });
  }
  if (text(subject, "kind") !== "unit") { note("not_a_unit"); return report; }

  const unit = text(subject, "code"), kiosks = new Map();
  let nth = 0, previous = -1;
  for (const [one, leaf] of leaves) {
    if (!has(leaf.of, unit)) continue;
    const [place, link] = leaf.of[unit];
    if (nth === 0 && place !== 1) fault("thread_begins_late", { unit, nth: place });
    else if (nth && (place !== nth + 1 || link !== previous)) fault("thread_gap", { unit, nth: nth + 1 });
    else if (nth === 0 && link !== -1) fault("thread_gap", { unit, nth: 1 });
    nth = place; previous = one;
    if (!["enrol", "revoke", "assign", "begun"].includes(leaf.kind)) continue;
    const name = text(leaf.body, "kiosk");
    if (!kiosks.has(name)) kiosks.set(name, { keys: new Map(), logged: new Map(), archives: new Set(), revoked: new Map(), stands: new Map(), begun: new Map() });
    const kiosk = kiosks.get(name);
    if (leaf.kind === "enrol") {
      const key = text(leaf.body, "key");
      kiosk.keys.set(key, whole(leaf.body, "enrolled_ms"));
      kiosk.logged.set(key, leaf.logged);
      if ((leaf.body.archive_ms ?? null) !== null) kiosk.archives.add(key);
    } else if (leaf.kind === "begun") {
      const stream = text(leaf.body, "stream");
      if (!kiosk.begun.has(stream)) kiosk.begun.set(stream, leaf.logged);
    } else if (leaf.kind === "revoke") kiosk.revoked.set(text(leaf.body, "key"), whole(leaf.body, "revoked_ms"));
    else {
      const since = whole(leaf.body, "since_ms");
      if (since > LATEST) throw wrong("since_ms");
      kiosk.stands.set(since, { since, unit: text(leaf.body, "unit"), logged: leaf.logged, from: text(leaf.body, "from") });
    }
  }
  if (!has(mine.of, unit)) fault("thread_gap", { unit, nth: 0 });
  for (const [one, leaf] of leaves) {
    if (leaf.kind === "withdraw" && leaf.body.address === address)
      note("withdrawn", { successor: typeof leaf.body.successor === "string" ? leaf.body.successor : "-" });
    const twin = ["code", "period", "instrument", "number"].every((key) => leaf.body[key] === mine.body[key]);
    if (leaf.kind === "release" && one !== own && twin) fault("released_twice", { other: text(leaf.body, "address") });
  }
  if (tests) {
    const other = tests.point, verdict = await judged(policy, other);
    if (other.origin !== point.origin || (other.size === point.size && !same(other.root, point.root)) || !verdict.signed || !verdict.witnessed)
      fault("tests_other_log", { origin: other.origin });
    await checkLeaves(tests, fault);
  }
  const proven = await checkTests({ said, told, counters, leaves, kiosks, unit, origin: point.origin, own, given: tests, fault, note });
  const zone = counters ? text(told, "zone") : "", hours = has(WEEKS, zone) ? WEEKS[zone] : null;
  if (at(said, "index") === null || hours === null || !text(told, "part")) {
    report.answers = at(said, "n") === null ? 0 : whole(said, "n");
    note("no_counters", { n: report.answers });
    return report;
  }
  const first = text(period, "from"), last = text(period, "to"), later = new Map();
  for (const [number, leaf] of leaves) {
    if (leaf.kind !== "tested" || !has(leaf.of, unit) || number < own) continue;
    const day = text(leaf.body, "day");
    if (first > day || day > last) continue;
    const name = text(leaf.body, "kiosk");
    later.set(name, (later.get(name) ?? 0) + 1);
  }
  for (const [name, n] of byName(later)) note("test_settled_later", { kiosk: name, n });
  if (proven === null) return report;
  const begin = dayMs(first) - hours * 3600e3, end = dayMs(last) + 86400e3 - hours * 3600e3;
  const begins = first.slice(0, 7), month = Number(last.slice(5, 7)), year = Number(last.slice(0, 4)) + Math.floor(month / 12);
  const after = `${String(year).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;

  for (const [name, kiosk] of byName(kiosks)) {
    const ordered = [...kiosk.stands.values()].sort((one, other) => one.since - other.since);
    const came = ordered.length && ordered[0].from ? ordered[0].since : 0;
    for (const [key, enrolled] of kiosk.keys) {
      const logged = kiosk.logged.get(key);
      if (logged - Math.max(enrolled, came) > BACKDATED && enrolled < end && logged - began > BACKDATED)
        fault("enrolled_afterwards", { kiosk: name, since: dayOf(enrolled, hours), logged: dayOf(logged, hours) });
    }
    ordered.forEach((stand, place) => {
      const until = place + 1 < ordered.length ? ordered[place + 1].since : null;
      const concerns = stand.since < end && (until === null || until > begin);
      if (!concerns || (place === 0 && !stand.from) || stand.logged - stand.since <= BACKDATED) return;
      const values = { kiosk: name, since: dayOf(stand.since, hours), logged: dayOf(stand.logged, hours) };
      if (stand.logged - began <= BACKDATED) note("moved_before_log", values);
      else fault("moved_afterwards", values);
    });
  }
  const part = text(told, "part"), seen = new Set();
  let total = { n: 0, sums: {} }, smallest = null;
  for (const one of rows(told, "kiosks")) {
    const name = text(one, "kiosk");
    if (seen.has(name)) { fault("kiosk_twice", { kiosk: name }); continue; }
    seen.add(name);
    const key = unhex(text(one, "key")), stream = text(one, "stream"), known = kiosks.get(name);
    const enrolled = known && known.keys.has(hexOf(key)) ? known.keys.get(hexOf(key)) : -1;
    at(one, "begin");
    if (!known || !known.keys.size) fault("kiosk_not_logged", { kiosk: name });
    else if (!known.keys.has(hexOf(key))) fault("key_not_logged", { kiosk: name });
    else if (!stoodAt(known, unit, one.begin === null ? Math.max(begin, enrolled) : begin, end)[1]) fault("kiosk_elsewhere", { kiosk: name });
    else if (one.begin !== null && enrolled > begin) fault("key_too_young", { kiosk: name });
    else if (one.begin === null && [...known.begun.keys()].some((other) => other !== stream)) fault("kiosk_unaccounted", { kiosk: name, why: "other_life" });
    let counts;
    try {
      if (unhex(stream).length !== 16) throw wrong("stream");
      counts = [await toldBy(one.begin, stream, part, key), await toldBy(at(one, "end"), stream, part, key)];
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      fault("counter_altered", { kiosk: name, what: error.code });
      continue;
    }
    const [[from, opens], [to, closes]] = counts, border = (one, month) => one.closes && one.day.slice(0, 7) === month;
    const fits = opens === null
      ? closes && closes.since === 0 && enrolled >= begin
      : border(opens, begins) && opens.since === closes?.since && opens.upto < closes?.upto;
    if (closes === null || !border(closes, after)) fault("border", { kiosk: name, which: "end" });
    else if (!fits) fault("border", { kiosk: name, which: "begin" });
    let earned = added(to, from, -1);
    for (const tested of proven) {
      if (tested.kiosk !== name || tested.stream !== stream) continue;
      for (const answer of tested.responses) {
        if (!(answer.seq > (opens?.upto ?? 0) && answer.seq <= (closes?.upto ?? 0)) || !answer.complete || answer.part !== part) continue;
        earned = added(earned, { n: 1, sums: answer.answers }, -1);
      }
    }
    if (earned.n < 0 || Object.values(earned.sums).some((value) => value < 0)) fault("counter_altered", { kiosk: name, what: "counter_backwards" });
    total = added(total, earned, 1);
    if (earned.n > 0) smallest = smallest === null ? earned.n : Math.min(smallest, earned.n);
  }
  const closed = obj(told, "closed"), rest = whole(closed, "n");
  if (rest) note("rests_on_auditor", { n: rest });
  for (const row of rows(closed, "kiosks")) {
    if (!Array.isArray(row) || row.length !== 2 || !row.every((word) => typeof word === "string")) throw wrong("closed");
    seen.add(row[0]);
    note("kiosk_closed", { kiosk: row[0], why: row[1] });
  }
  const shut = closed.kiosks, counts = (why) => shut.filter((row) => row[1] === why).length, few = counts("few"), beside = counts("protected");
  if (few + beside === shut.length && (!beside || smallest !== null) && rest > few * 4 + beside * (smallest ?? 0))
    fault("closed_too_many", { n: rest, most: few * 4 + beside * (smallest ?? 0) });
  for (const [name, why] of shut)
    if (why === "moved" && kiosks.has(name) && stoodAt(kiosks.get(name), unit, begin, end)[1]) fault("closed_not_moved", { kiosk: name });
  for (const [name, kiosk] of byName(kiosks)) {
    if (stoodAt(kiosk, unit, begin, end)[0] && isAlive(kiosk, begin, end) && !seen.has(name)) fault("kiosk_left_out", { kiosk: name });
  }

  const nextDay = new Date(dayMs(last) + 86400e3).toISOString().slice(0, 10);
  await checkAccounted({ shut, heads, leaves, kiosks, after: nextDay, end, logged: mine.logged, began, fault, note });
  const index = obj(said, "index"), elements = rows(index, "elements"), sums = {}, n = whole(said, "n");
  for (const one of elements) sums[text(one, "key")] = whole(one, "sum");
  report.answers = n; report.opened = total.n;
  if (total.n + rest !== n) fault("number_differs", { released: n, counted: total.n, closed: rest });
  else for (const key of [...new Set([...Object.keys(sums), ...Object.keys(total.sums)])].sort()) {
    const released = has(sums, key) ? sums[key] : 0, counted = has(total.sums, key) ? total.sums[key] : 0;
    if (released - counted < rest || released - counted > rest * 4) { fault("sum_differs", { element: key, released, counted }); break; }
  }
  const rounding = obj(index, "rounding"), weight = /^(?:([0-9]{1,4})\/([0-9]{1,4})|0\.([0-9]{1,6}))$/.exec(text(index, "weight"));
  const plain = at(rounding, "nrr") === null && at(rounding, "product") === null;
  const [top, bottom] = weight ? (weight[1] ? [weight[1], weight[2]] : [weight[3], 10 ** weight[3].length]).map(BigInt) : [0n, 0n];
  if (!plain || !weight || n === 0 || bottom === 0n) { note("not_reckoned"); return report; }
  const over = Object.values(sums).reduce((sum, one) => sum + BigInt(one), 0n) * top * 2500n, under = BigInt(n) * bottom;
  const reckoned = Number((2n * over + under) / (2n * under)), shownValue = Math.floor(number(index, "value") * 100 + 0.5);
  const two = (value) => `${Math.floor(value / 100)}.${String(((value % 100) + 100) % 100).padStart(2, "0")}`;
  let wrongN = false;
  if (reckoned === shownValue) for (const one of elements) if (whole(one, "n") !== n) { wrongN = true; break; }
  if (reckoned !== shownValue || wrongN) fault("index_differs", { stated: two(shownValue), reckoned: two(reckoned) });
  if (at(index, "bands") !== "2017" || at(index, "own_words") !== false) { note("category_not_checked"); return report; }
  const letter = (BANDS.find(([, lowest]) => reckoned >= lowest) ?? ["D"])[0];
  if (at(index, "category") !== letter) fault("category_differs", { stated: `${index.category}`, reckoned: letter });
  return report;
}
// A file against a checkpoint that somebody kept, by the rules of witness/verify/log.py without a copy of the log.
function keptOf(content) {
  if (!content.startsWith("{")) return readCheckpoint(content);
  return readCheckpoint(text(parsed(content, "file"), "checkpoint"));
}
async function checkKept(report, content, given) {
  const fields = parsed(content, "file"), point = readCheckpoint(text(fields, "checkpoint")), kept = keptOf(given);
  const add = (weight, code, values) => report.findings.push([weight, code, values]);
  if (kept.origin !== point.origin) add("fault", "other_log", { known: kept.origin, given: point.origin });
  else if (kept.size === point.size) {
    if (!same(kept.root, point.root)) add("fault", "fork", { origin: point.origin, old: kept.size, new: point.size });
  } else {
    const names = kept.size < point.size ? consistencyPath(kept.size, point.size).map(([first, last]) => `${first}-${last}`) : [];
    if (!names.length || !names.every((name) => has(fields.nodes, name))) add("note", "not_compared", { old: kept.size });
    else if (await isConsistent(kept.size, kept.root, point.size, point.root, names.map((name) => unhex(fields.nodes[name]))))
      add("note", "goes_on", { old: kept.size, new: point.size });
    else add("fault", "fork", { origin: point.origin, old: kept.size, new: point.size });
  }
  return report;
}
