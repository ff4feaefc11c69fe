// Who is signed in. The token lives in memory alone. What renews it lies in this tab's sessionStorage: a cheap phone
// throws a page out of memory as soon as LAPOR! is opened beside it, and nobody should need a new code for that.

const KEY = "ntbcare.lapor.refresh";
let token = null;
let expires = 0;
let renewing = null;

export class Problem extends Error {
  constructor(status, document) {
    super([document.title, document.detail].filter(Boolean).join(". "));
    this.status = status;
    this.code = document.code;
    this.document = document;
  }
}

export const isKnown = () => token !== null || sessionStorage.getItem(KEY) !== null;

export async function signIn(username, password, code) {
  keep(await call("POST", "/v1/sessions", { username, password, ...(code ? { code } : {}) }));
}

export async function signOut() {
  const own = token;
  forget();
  if (own) await call("DELETE", "/v1/sessions/current", undefined, own).catch(() => {});
}

export const propose = (password, enrolment) => call("POST", "/v1/sessions/totp", { password }, enrolment);
export const confirm = (code, enrolment) => call("POST", "/v1/sessions/totp/confirm", { code }, enrolment);
export const get = (path) => signed((own) => call("GET", path, undefined, own));
export const post = (path, document) => signed((own) => call("POST", path, document ?? {}, own));

export async function download(path) {
  const answer = await signed((own) => send("GET", path, undefined, own));
  return answer.blob();
}

export function upload(path, file, progress) {
  return signed((own) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file);
    request.open("POST", path);
    request.setRequestHeader("Authorization", `Bearer ${own}`);
    request.upload.onprogress = (event) => event.lengthComputable && progress((100 * event.loaded) / event.total);
    request.onerror = () => reject(away());
    request.onload = () => {
      const document = read(request.responseText);
      if (request.status < 300) resolve(document);
      else reject(new Problem(request.status, document));
    };
    request.send(form);
  }));
}

async function signed(work) {
  if (!token || Date.now() > expires - 30_000) await renew();
  try {
    return await work(token);
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    await renew();
    return work(token);
  }
}

function renew() {
  renewing ??= renewed().finally(() => { renewing = null; });
  return renewing;
}

async function renewed() {
  const refresh = sessionStorage.getItem(KEY);
  if (!refresh) throw new Problem(401, { code: "session_over", title: "Silakan masuk lagi" });
  try {
    keep(await call("POST", "/v1/sessions/refresh", { refresh }));
  } catch (problem) {
    if (problem.status === 401) forget();
    throw problem;
  }
}

function keep(session) {
  token = session.token;
  expires = Date.parse(session.expires_at);
  sessionStorage.setItem(KEY, session.refresh);
}

function forget() {
  token = null;
  sessionStorage.removeItem(KEY);
}

async function call(method, path, document, own) {
  const answer = await send(method, path, document, own);
  return answer.status === 204 ? null : answer.json();
}

async function send(method, path, document, own) {
  const headers = own ? { Authorization: `Bearer ${own}` } : {};
  if (document !== undefined) headers["Content-Type"] = "application/json";
  const body = document === undefined ? undefined : JSON.stringify(document);
  let answer;
  try {
    answer = await fetch(path, { method, headers, body, credentials: "omit", cache: "no-store" });
  } catch {
    throw away();
  }
  if (!answer.ok) throw new Problem(answer.status, read(await answer.text()));
  return answer;
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { title: "Jawaban server tidak terbaca; coba lagi sebentar lagi" };
  }
}

const away = () => new Problem(0, { code: "away", title: "Tidak tersambung. Periksa jaringan, lalu coba lagi" });
