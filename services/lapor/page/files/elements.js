// Elements by text alone: nothing that a citizen wrote is ever read as HTML.

export function el(name, values = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "text") made.textContent = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const find = (id) => document.getElementById(id);

const WITA = new Intl.DateTimeFormat("id-ID", { timeZone: "Asia/Makassar", dateStyle: "long", timeStyle: "short" });
const DAY = new Intl.DateTimeFormat("id-ID", { timeZone: "UTC", dateStyle: "long" });

export const moment = (text) => (text ? `${WITA.format(new Date(text))} WITA` : "");
export const day = (text) => (text ? DAY.format(new Date(`${text}T00:00:00Z`)) : "");
export const fromWita = (local) => (local ? `${local}:00+08:00` : null);

let quiet;

export function say(words) {
  find("trouble").textContent = "";
  find("status").textContent = words;
  clearTimeout(quiet);
  quiet = setTimeout(() => { find("status").textContent = ""; }, 8000);
}

export function complain(words) {
  find("status").textContent = "";
  find("trouble").textContent = words;
  find("trouble").scrollIntoView({ block: "center" });
}

export async function copy(words, name) {
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const area = el("textarea", { readonly: true });
    area.value = words;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(`${name} disalin.`);
}

export function marked(text, found) {
  const names = new Set(found);
  return text.split(/(\[[A-Z]+(?:_[0-9]+)?\])/).map((part) => (names.has(part) ? el("mark", { text: part }) : part));
}
