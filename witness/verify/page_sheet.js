// An official sheet against its release, by the rules of witness/verify/sheet.py and spreadsheet.py.
const MOST_SHEET = 64 * 1024 * 1024, MOST_UNPACKED = 512 * 1024 * 1024, MOST_CELLS = 80;
const notWorkbook = () => new Wrong("workbook");
async function unzipped(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), files = new Map();
  let end = bytes.length - 22;
  while (end >= 0 && end > bytes.length - 65558 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw notWorkbook();
  let place = view.getUint32(end + 16, true), total = 0;
  for (let number = view.getUint16(end + 10, true); number > 0; number--) {
    if (view.getUint32(place, true) !== 0x02014b50) throw notWorkbook();
    const how = view.getUint16(place + 10, true), packed = view.getUint32(place + 20, true), names = view.getUint16(place + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(place + 46, place + 46 + names)), here = view.getUint32(place + 42, true);
    total += view.getUint32(place + 24, true);
    if (total > MOST_UNPACKED) throw notWorkbook();
    const from = here + 30 + view.getUint16(here + 26, true) + view.getUint16(here + 28, true);
    files.set(name, { how, content: bytes.subarray(from, from + packed) });
    place += 46 + names + view.getUint16(place + 30, true) + view.getUint16(place + 32, true);
  }
  return files;
}
async function xmlOf({ how, content }) {
  let plain = content;
  if (how === 8) {
    const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    plain = new Uint8Array(await new Response(stream).arrayBuffer());
  } else if (how !== 0) throw notWorkbook();
  const words = new TextDecoder().decode(plain);
  if (words.slice(0, 4096).includes("<!DOCTYPE") || words.includes("<!ENTITY")) throw notWorkbook();
  const made = new DOMParser().parseFromString(words, "application/xml");
  if (made.getElementsByTagName("parsererror").length) throw notWorkbook();
  return made.documentElement;
}
const wordsOf = (element) => [...element.getElementsByTagNameNS("*", "t")].map((one) => one.textContent).join("");
function cellOf(cell, strings) {
  const kind = cell.getAttribute("t") ?? "n";
  if (kind === "inlineStr") return [false, wordsOf(cell)];
  const found = [...cell.children].find((one) => one.localName === "v"), value = found ? found.textContent : "";
  if (kind === "s") return [false, /^[0-9]+$/.test(value) ? strings[Number(value)] ?? "" : ""];
  return [kind === "n" && /^-?[0-9]{1,9}(\.[0-9]{1,20})?$/.test(value), value];
}
function codeOf(value) {
  const plain = value.replaceAll(" ", "").replaceAll("\u00a0", "");
  return /^[2-9A-HJKMNP-Z]{20}$/.test(plain) ? plain : null;
}
async function workbookOf(bytes) {
  if (bytes.length > MOST_SHEET) throw notWorkbook();
  const found = { rows: [], index: "" };
  try {
    const files = await unzipped(bytes), shared = files.get("xl/sharedStrings.xml");
    const strings = shared ? [...(await xmlOf(shared)).children].filter((one) => one.localName === "si").map(wordsOf) : [];
    for (const name of [...files.keys()].filter((one) => /^xl\/worksheets\/[^/]+\.xml$/.test(one)).sort()) {
      for (const row of (await xmlOf(files.get(name))).getElementsByTagNameNS("*", "row")) {
        const cells = [];
        for (const cell of row.children) {
          const place = /^([A-Z]{1,3})[0-9]{1,7}$/.exec(cell.getAttribute("r") ?? "");
          if (cell.localName !== "c" || !place) continue;
          const column = [...place[1]].reduce((sum, one) => sum * 26 + one.charCodeAt(0) - 64, 0) - 1;
          if (column < MOST_CELLS) cells[column] = cellOf(cell, strings);
        }
        const texts = Object.keys(cells).map(Number).filter((column) => !cells[column][0] && cells[column][1]);
        const at = texts.find((column) => codeOf(cells[column][1]));
        if (at !== undefined) {
          const behind = Array.from({ length: MOST_CELLS - at - 1 }, (_, next) => (cells[at + 1 + next] ?? [true, ""])[1]);
          found.rows.push([codeOf(cells[at][1]), behind]);
        } else if (texts.length && cells[texts[0]][1].trim() === "IKM Unit pelayanan" && !found.index)
          found.index = (Object.values(cells).find(([isNumber]) => isNumber) ?? [true, ""])[1];
      }
    }
  } catch { throw notWorkbook(); }
  return found;
}
function listOf(content) {
  const bad = new Wrong("sheet_rows"), given = parsed(content, "rows");
  const keys = (value) => {
    if (!Array.isArray(value) || !value.length || value.length > 64 || !value.every((one) => typeof one === "string")) throw bad;
    if (new Set(value).size !== value.length) throw bad;
    return value;
  };
  const rows = { address: given.address, keys: keys(given.keys), asked: keys(given.asked), lines: [] };
  if (given.format !== 1 || typeof given.address !== "string" || typeof given.lines !== "string") throw bad;
  if (!/^[0-9a-f]*$/.test(given.lines) || given.lines.length % 64) throw bad;
  if (rows.keys.length !== rows.asked.length || !rows.keys.every((one) => rows.asked.includes(one))) throw bad;
  rows.lines = given.lines.match(/.{64}/g) ?? [];
  return rows;
}
async function checkSheet(report, content, workbook, listed) {
  const fault = (code, values) => report.findings.push(["fault", code, values]);
  const found = await workbookOf(workbook), list = listOf(listed);
  const file = parsed(content, "file"), said = parsed(text(file, "release"), "release"), address = text(said, "address");
  const leaf = readLeaf(file.leaves[file.leaf]);
  if (leaf.body.rows !== hexOf(await sha256(utf8(listed))) || list.address !== address) { fault("rows_replaced", { address }); return report; }
  const n = whole(said, "n"), lines = new Set(list.lines);
  if (lines.size !== n || list.lines.length !== n) fault("rows_number", { released: n, listed: lines.size });
  const orders = JSON.stringify(list.keys) === JSON.stringify(list.asked) ? [list.keys] : [list.keys, list.asked];
  const opened = [];
  for (const order of orders) {
    const places = list.keys.map((key) => order.indexOf(key)), mine = [];
    for (const [code, cells] of found.rows) {
      const answers = places.map((place) => cells[place]);
      if (!answers.every((one) => /^[1-9]$/.test(one))) { mine.push(""); continue; }
      const message = JSON.stringify({ address, answers: answers.join(""), code });
      mine.push(hexOf(await sha256(joined(utf8("ikm-sheet-row-1\0"), utf8(message)))));
    }
    opened.push(mine);
  }
  const fits = opened.map((mine) => mine.filter((line) => lines.has(line)).length), best = fits.indexOf(Math.max(...fits));
  const seen = new Set();
  let wrongs = 0;
  opened[best].forEach((line, place) => {
    if (lines.has(line) && !seen.has(line)) { seen.add(line); return; }
    wrongs += 1;
    const code = found.rows[place][0].match(/.{1,4}/g).join(" ");
    if (wrongs <= 20) fault(seen.has(line) ? "row_twice" : "row_altered", { row: place + 1, letters: code });
  });
  if (wrongs > 20) fault("rows_altered", { number: wrongs });
  if (seen.size < lines.size) fault("rows_missing", { number: lines.size - seen.size });
  const index = obj(said, "index"), order = orders[best];
  if (!wrongs && seen.size === lines.size) {
    report.findings.push(["note", "sheet_holds", { n: lines.size, last: order[order.length - 1] }]);
    const sums = {};
    for (const one of rows(index, "elements")) sums[text(one, "key")] = whole(one, "sum");
    for (const [place, key] of order.entries()) {
      const counted = found.rows.reduce((sum, [, cells]) => sum + Number(cells[place]), 0), released = has(sums, key) ? sums[key] : 0;
      if (counted !== released) { fault("sheet_sum_differs", { element: key, released, counted }); break; }
    }
  }
  const round = (value) => Math.floor(value * 100 + 0.5), stated = round(number(index, "value"));
  const two = (value) => `${Math.floor(value / 100)}.${String(((value % 100) + 100) % 100).padStart(2, "0")}`;
  if (found.index && round(Number(found.index)) !== stated) fault("sheet_index_differs", { stated: two(round(Number(found.index))), released: two(stated) });
  return report;
}
