/** The video beside the roll; its clock is the roll's. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useMediaUrl } from "../../parts/media_url";
import { ProblemNotice } from "../../parts/notice";
import type { Stage } from "../../roll/stage";

export function Film({ path, stage, label }: { path: string; stage: Stage; label: string }) {
  const media = useMediaUrl(path);
  const video = useRef<HTMLVideoElement>(null);
  const [unplayable, setUnplayable] = useState(false);
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
  if (unplayable) return <p class="film-unplayable">This browser cannot play the video. The roll plays without it.</p>;
  return (
    <div class="film">
      <video ref={video} src={media.url} playsInline preload="auto" aria-label={label} onClick={() => stage.playhead.toggle()}
        onError={() => {
          stage.playhead.attach(null);
          setUnplayable(true);
        }}
      />
    </div>
  );
}
