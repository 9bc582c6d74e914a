/** Downloads a file. A link does where no key is needed; with a key the file has to be fetched, since links cannot send one. */
import { useState } from "preact/hooks";
import { send } from "../api/client";
import { apiKey } from "../api/key";
import { problemOf } from "../api/problem";
import { DownloadIcon } from "./icons";

export function Download({ path, name }: { path: string; name: string }) {
  const [failed, setFailed] = useState("");
  if (!apiKey.value) {
    return (
      <a class="button ghost" href={path} download={name} aria-label={`Download ${name}`}>
        <DownloadIcon /> Download
      </a>
    );
  }
  const fetchIt = async (): Promise<void> => {
    setFailed("");
    try {
      const url = URL.createObjectURL(await (await send(path, { patient: true })).blob());
      const link = document.createElement("a");
      link.href = url;
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (error) {
      setFailed(problemOf(error).detail);
    }
  };
  return (
    <span>
      <button type="button" class="button ghost" aria-label={`Download ${name}`} onClick={() => void fetchIt()}>
        <DownloadIcon /> Download
      </button>
      {failed && <span role="alert">{failed}</span>}
    </span>
  );
}
