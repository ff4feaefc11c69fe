// One card for each thing on the list.

import { copy, day, el, marked, moment } from "./elements.js";

export const KINDS = {
  review: "Periksa isi",
  type_in: "Ketik",
  check: "Pastikan",
  follow_up: "Tindak lanjut",
  notice: "Pemberitahuan",
};

let last = 0;

export function card(item, act) {
  const title = el("h3", { tabindex: "-1", id: `card-${++last}`, text: [KINDS[item.kind], item.ticket].filter(Boolean).join(": ") });
  const made = el("li", { "data-kind": item.kind, "data-ticket": item.ticket ?? "", "aria-labelledby": title.id });
  made.append(
    title,
    el("p", { class: "quiet", text: [item.since && `Sejak ${moment(item.since)}`, item.reason].filter(Boolean).join(" · ") }),
    el("ol", {}, ...item.advice.map((text) => el("li", { text }))),
    ...PARTS[item.kind](item, act).filter(Boolean),
  );
  return made;
}

const PARTS = {
  review: (item, act) => {
    const text = el("textarea", { id: id("text"), rows: 8 });
    text.value = item.text ?? "";
    const secret = el("input", { type: "checkbox", id: id("secret") });
    secret.checked = item.told.secret;
    const go = () => act.order(item, "review", {
      digest: item.digest,
      ...(text.value.trim() === item.text ? {} : { text: text.value }),
      ...(secret.checked === item.told.secret ? {} : { secret: secret.checked }),
    }, "Boleh dikirim");
    return [
      el("p", { class: "words" }, ...marked(item.text ?? "", item.found)),
      ...attachments(item.attachments, act),
      el("label", { for: text.id, text: "Ubah isinya bila perlu" }), text,
      el("label", { class: "tick", for: secret.id }, secret, "Rahasia di LAPOR!"),
      el("p", { class: "bar" }, button("Kirim", go, item.ticket, "main")),
      keeping(item, act),
    ];
  },
  type_in: (item, act) => {
    const mustTake = item.api_seems_down || (item.taken_at && !item.taken_by_you);
    const whose = item.taken_by_you
      ? `Anda ambil ${moment(item.taken_at)}`
      : item.taken_at && `Sedang diketik petugas lain sejak ${moment(item.taken_at)}`;
    return [
      whose ? el("p", { class: "quiet", text: whose }) : null,
      ...(mustTake ? [] : [...fields(item), ...attachments(item.attachments, act), numbering(item, act, "Nomor dari LAPOR!", "Simpan")]),
      el("p", { class: "bar" },
        item.taken_at ? null : button("Ambil", () => act.order(item, "take", {}, "Diambil", true), item.ticket),
        item.taken_at ? button("Lepaskan", () => act.order(item, "release", {}, "Dilepaskan", true), item.ticket) : null,
        item.state === "refused" ? button("Kirim lagi lewat API", () => act.order(item, "not-created", {}, "Dikirim lagi"), item.ticket) : null),
      keeping(item, act),
    ];
  },
  check: (item, act) => [
    ...fields(item),
    numbering(item, act, "Sudah ada, nomornya", "Sudah ada"),
    el("p", { class: "bar" }, button("Belum ada, kirim lagi", () => act.order(item, "not-created", {}, "Dikirim lagi"), item.ticket)),
  ],
  follow_up: (item, act) => [
    item.step.institution ? field("Instansi", `${item.step.institution.name ?? ""} (${item.step.institution.id})`) : null,
    item.step.words ? field("Isi", item.step.words) : null,
    ...attachments(item.step.attachments, act),
    el("p", { class: "bar" },
      button("Sudah diketik", () => act.order(item, `steps/${item.step.id}/done`, {}, "Selesai"), item.ticket, "main"),
      button("Tidak perlu", () => act.order(item, `steps/${item.step.id}/leave-out`, {}, "Ditinggalkan"), item.ticket)),
  ],
  notice: (item, act) => [
    item.notice.detail ? field("Keterangan", item.notice.detail) : null,
    el("p", { class: "bar" },
      item.notice.kind === "arrival_refused"
        ? button("Serahkan lagi", () => act.retry(item.notice.detail.split(":")[0]), item.notice.detail.split(":")[0]) : null,
      button("Selesai", () => act.settle(item), item.ticket ?? item.notice.kind, "main")),
  ],
};

const id = (name) => `${name}-${last}`;

function button(text, onclick, about, kind) {
  return el("button", { type: "button", class: kind, "aria-label": about ? `${text}, ${about}` : null, onclick, text });
}

function field(name, words, shown = words) {
  if (!words) return null;
  return el("div", { class: "field" },
    el("div", {}, el("b", { text: name }), shown),
    el("button", { type: "button", "aria-label": `Salin ${name.toLowerCase()}`, onclick: () => copy(words, name), text: "Salin" }));
}

function fields(item) {
  const told = item.told;
  const named = (one) => (one.name ? `${one.name} (${one.id})` : one.id ? `Nomor ${one.id}` : "");
  return [
    field("Judul", told.title),
    field("Isi", told.content),
    field("Instansi", told.institution.name ?? String(told.institution.id), named(told.institution)),
    told.agency?.name ? field("Perangkat daerah", told.agency.name) : null,
    field("Klasifikasi", String(told.classification_id)),
    told.topic.id || told.affair ? field("Topik", told.topic.name ?? told.affair, named(told.topic) || told.affair) : null,
    field("Lokasi", told.location.name ?? told.region ?? String(told.location.id), [told.region, named(told.location)].filter(Boolean).join(" · ")),
    field("Tanggal kejadian", told.happened_on.split("-").reverse().join("-"), day(told.happened_on)),
    el("p", { class: "quiet", text: `Anonim: ${told.anonymous ? "ya" : "tidak"} · Rahasia: ${told.secret ? "ya" : "tidak"}` }),
  ];
}

function attachments(files, act) {
  return files.map((file, place) => {
    const size = file.size ? `, ${Math.ceil(file.size / 1024)} kB` : "";
    const name = `Lampiran ${place + 1} (${file.media_type ?? file.kind}${size})`;
    const row = el("p", { class: "bar" });
    row.append(
      el("button", { type: "button", onclick: () => act.link(file, name, row), text: `Buka ${name}` }),
      file.fits ? "" : el("span", { class: "quiet", text: "LAPOR! tidak menerima berkas ini" }),
    );
    return row;
  });
}

function numbering(item, act, label, save) {
  const number = el("input", { id: id("number"), inputmode: "numeric", autocomplete: "off", pattern: "#?[0-9]{1,20}", required: true });
  const form = el("form", {}, el("label", { for: number.id, text: label }), number, el("button", { text: save }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act.order(item, "number", { number: number.value.trim() }, `Nomor ${number.value.trim()} disimpan`);
  });
  return form;
}

function keeping(item, act) {
  const reason = el("input", { id: id("reason"), maxlength: "500", required: true, autocomplete: "off" });
  const form = el("form", {}, el("label", { for: reason.id, text: "Alasan tidak dikirim" }), reason, el("button", { text: "Jangan kirim" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act.order(item, "keep", { reason: reason.value }, "Tidak dikirim");
  });
  return el("details", {}, el("summary", { text: "Jangan kirim …" }), form);
}
