// Sending a roster file, with its progress, and getting one.
// Rules: the request is XHR, because only that tells how much has gone; its answers and errors are those of `ask`.
// The file is the body as it lies on the disk: the browser reads it while it sends.
import { language, Problem } from "./core.js";

export const MOST = 512 * 1024 * 1024; // octets of a file, as gateway/web/uploads.py has it
const MEDIA = { csv: "text/csv", toml: "application/toml" };

/** POST a file of a format; `gone(share)` hears how much has been sent, 0 to 1. Gives the JSON, raises Problem. */
export function upload(path, blob, format, gone) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", MEDIA[format]);
    request.setRequestHeader("Accept-Language", language);
    request.setRequestHeader("X-CSRF-Token", document.body.dataset.csrf);
    request.upload.addEventListener("progress", (event) => gone(event.loaded / (event.total || 1)));
    request.addEventListener("load", () => {
      if (request.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
      if (request.status >= 200 && request.status < 300) resolve(request.response);
      else reject(new Problem(request.status, request.response));
    });
    for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, () => reject(new Problem(0)));
    request.send(blob);
  });
}

/** Get a file and hand it to the browser as a download; raises Problem. */
export async function download(path, name) {
  let answer;
  try {
    answer = await fetch(path, { headers: { "Accept-Language": language } });
  } catch {
    throw new Problem(0);
  }
  if (answer.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => undefined));
  const address = URL.createObjectURL(await answer.blob());
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser has begun to save it by then
}
