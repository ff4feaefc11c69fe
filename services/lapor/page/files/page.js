// The page: signing in, the list, and what an officer does with it.

import { KINDS, card } from "./cards.js";
import { complain, el, find, fromWita, say } from "./elements.js";
import * as session from "./session.js";

let kind = "";
let enrolment = null;

const show = (name) => {
  for (const one of ["sign-in", "enrol", "papers", "desk"]) find(one).hidden = one !== name;
  find("who").hidden = name !== "desk";
};

async function tried(work) {
  find("trouble").textContent = "";
  try {
    await work();
  } catch (problem) {
    if (!(problem instanceof session.Problem)) throw problem;
    if (problem.code === "session_over" || problem.status === 401) signInAgain();
    complain(problem.message);
  }
}

async function busy(form, work) {
  const buttons = [...form.querySelectorAll("button")];
  for (const one of buttons) one.disabled = true;
  try {
    await tried(work);
  } finally {
    for (const one of buttons) one.disabled = false;
  }
}

function signInAgain() {
  show("sign-in");
  find("username").focus();
}

async function begin() {
  const me = await session.get("/v1/sessions/me");
  find("name").textContent = me.display_name;
  show("desk");
  await load();
  find("list-title").focus();
}

async function load() {
  const told = await session.get(`/v1/lapor/worklist${kind ? `?kind=${kind}` : ""}`);
  const total = Object.values(told.counts).reduce((sum, one) => sum + one, 0);
  find("kinds").replaceChildren(
    choice("", `Semua (${total})`),
    ...Object.entries(KINDS).map(([name, words]) => choice(name, `${words} (${told.counts[name] ?? 0})`)),
  );
  find("list").replaceChildren(...told.items.map((item) => card(item, ACTS)));
  if (!told.items.length) find("list").append(el("li", { text: "Tidak ada yang menunggu." }));
}

function choice(name, words) {
  const choose = () => tried(async () => {
    kind = name;
    await load();
    find("kinds").querySelector("[aria-pressed=true]").focus();
  });
  return el("button", { type: "button", "aria-pressed": String(kind === name), onclick: choose, text: words });
}

function place() {
  return Math.max([...find("list").children].findIndex((one) => one.contains(document.activeElement)), 0);
}

async function after(at, words, stay) {
  await load();
  const cards = [...find("list").querySelectorAll("h3")];
  (cards[stay ? at : Math.min(at, cards.length - 1)] ?? find("list-title")).focus();
  say(words);
}

const ACTS = {
  order: (item, what, document, done, stay = false) => {
    const at = place();
    return tried(async () => {
      await session.post(`/v1/lapor/mirrors/${item.ticket}/${what}`, document);
      await after(at, `${item.ticket}: ${done}.`, stay);
    });
  },
  settle: (item) => {
    const at = place();
    return tried(async () => {
      await session.post(`/v1/lapor/notices/${item.notice.id}/settle`);
      await after(at, "Pemberitahuan selesai.");
    });
  },
  retry: (number) => {
    const at = place();
    return tried(async () => {
      await session.post(`/v1/lapor/incoming/${number}/retry`);
      await after(at, `${number}: diserahkan lagi.`);
    });
  },
  link: (file, name, row) => tried(async () => {
    const { url } = await session.get(file.link);
    const link = el("a", { class: "button", href: url, target: "_blank", rel: "noopener", text: `${name}: buka di tab baru` });
    row.replaceChildren(link);
    link.focus();
    say(`${name} siap dibuka selama sepuluh menit.`);
  }),
};

function on(id, work) {
  find(id).addEventListener("submit", (event) => {
    event.preventDefault();
    busy(event.target, () => work(event));
  });
}

on("sign-in", async () => {
  const [username, password, code] = ["username", "password", "code"].map((name) => find(name).value);
  try {
    await session.signIn(username, password, code);
  } catch (problem) {
    if (problem.code === "code_required") {
      find("code-row").hidden = false;
      find("code").focus();
    }
    if (problem.code !== "totp_enrolment_required") throw problem;
    enrolment = problem.document.enrolment_token;
    const proposed = await session.propose(password, enrolment);
    find("enrol-key").textContent = proposed.secret;
    find("enrol-link").href = proposed.uri;
    show("enrol");
    find("enrol-code").focus();
    return;
  }
  find("sign-in").reset();
  find("code-row").hidden = true;
  await begin();
});

on("enrol", async () => {
  const { recovery_codes: codes } = await session.confirm(find("enrol-code").value, enrolment);
  enrolment = null;
  find("enrol").reset();
  find("papers-list").replaceChildren(...codes.map((text) => el("li", { text })));
  show("papers");
  find("papers-title").focus();
});

find("papers-done").addEventListener("click", () => {
  find("papers-list").replaceChildren();
  find("code-row").hidden = false;
  signInAgain();
  say("Masuk sekali lagi, dengan kode berikutnya dari aplikasi autentikator.");
});

find("sign-out").addEventListener("click", () => tried(async () => {
  await session.signOut();
  find("list").replaceChildren();
  signInAgain();
  say("Anda sudah keluar.");
}));

find("reload").addEventListener("click", () => tried(async () => {
  await load();
  say("Daftar dimuat ulang.");
}));

for (const button of document.querySelectorAll("[data-export]")) {
  button.addEventListener("click", () => busy(button.parentElement, async () => {
    const ending = button.dataset.export;
    progress(null);
    try {
      const url = URL.createObjectURL(await session.download(`/v1/lapor/worklist.${ending}`));
      el("a", { href: url, download: `lapor.${ending}` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } finally {
      progress();
    }
    say("Daftar diunduh.");
  }));
}

function progress(value) {
  const bar = find("progress");
  bar.hidden = value === undefined;
  if (value === null) bar.removeAttribute("value");
  else bar.value = value ?? 0;
}

for (const form of document.querySelectorAll("form.upload")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const dry = event.submitter?.value === "dry";
    busy(form, () => uploaded(form, dry));
  });
}

async function uploaded(form, dry) {
  const faults = find("faults");
  faults.hidden = true;
  progress(0);
  try {
    const told = await session.upload(`${form.dataset.path}?dry_run=${dry}`, form.elements.file.files[0], progress);
    if (!dry) {
      form.reset();
      await load();
    }
    say(`${dry ? "Belum disimpan; akan menjadi" : "Disimpan"}: ${counted(told)}.`);
  } catch (problem) {
    faults.replaceChildren(...(problem.document?.errors ?? []).map((one) => el("li", { text: one.detail })));
    faults.hidden = !faults.children.length;
    throw problem;
  } finally {
    progress();
  }
}

function counted(told) {
  return "numbered" in told
    ? `${told.numbered} nomor baru, ${told.known} sudah ada, ${told.skipped} baris tanpa nomor`
    : `${told.new} aduan baru, ${told.known} sudah ada, ${told.ours} milik kita sendiri`;
}

on("arrival", async () => {
  const value = (name) => find(`arrival-${name}`).value.trim();
  const told = await session.post("/v1/lapor/incoming", {
    number: value("number"),
    title: value("title"),
    content: value("content"),
    filed_at: fromWita(value("filed")),
    place: value("place") || null,
    anonymous: find("arrival-anonymous").checked,
    secret: find("arrival-secret").checked,
  });
  if (told.became === "new") {
    find("arrival").reset();
    await load();
  }
  const words = { new: "dimasukkan", known: "sudah ada", ours: "aduan kita sendiri" };
  say(`${told.number}: ${words[told.became]}${told.ticket ? ` (${told.ticket})` : ""}.`);
});

on("seen", async () => {
  const value = (name) => find(`seen-${name}`).value.trim();
  const followups = value("text")
    ? [{ institution: value("institution") || "LAPOR!", text: value("text"), written_at: fromWita(value("at")) }]
    : [];
  const told = await session.post(`/v1/lapor/mirrors/${encodeURIComponent(value("ticket"))}/seen`, {
    status: value("status"),
    followups,
  });
  find("seen").reset();
  say(`${told.ticket}: ${told.status}, kabar disimpan.`);
});

if (session.isKnown()) tried(begin);
else signInAgain();
