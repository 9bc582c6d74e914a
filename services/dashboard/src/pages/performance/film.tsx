/** The video beside the roll; its clock is the roll's. */
import { useEffect, useRef } from "preact/hooks";
import { useMediaUrl } from "../../parts/media_url";
import { ProblemNotice } from "../../parts/notice";
import type { Stage } from "../../roll/stage";

export function Film({ path, stage, label }: { path: string; stage: Stage; label: string }) {
  const media = useMediaUrl(path);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element || !media.url) return undefined;
    const refresh = (): void => stage.refresh();
    const events = ["play", "pause", "seeked", "ended", "loadeddata"] as const;
    for (const name of events) element.addEventListener(name, refresh);
    stage.playhead.attach(element);
    return () => {
      for (const name of events) element.removeEventListener(name, refresh);
      stage.playhead.attach(null);
    };
  }, [media.url, stage]);
  if (media.problem) return <ProblemNotice problem={media.problem} />;
  return (
    <div class="film">
      <video ref={video} src={media.url} playsInline preload="auto" aria-label={label} onClick={() => stage.playhead.toggle()} />
    </div>
  );
}
