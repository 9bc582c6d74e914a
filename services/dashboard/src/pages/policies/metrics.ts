/** `metrics.json` of a rollout (`crates/training/src/metrics.rs`), as far as the pages show it. */
export interface Scores {
  precision: number;
  recall: number;
  f1: number;
}

export interface Metrics {
  actor: string;
  frames: number;
  buffer_frames: number;
  diverged: boolean;
  frame: Scores;
  frame_where_due: Scores;
  sustain: Scores;
  notes: {
    due: number;
    from_frames: { notes: number; onset_50_ms: Scores; onset_100_ms: Scores; median_onset_error_ms: number };
  };
  fingers: { strokes: number; by_labelled_finger: number };
  naturalness: { distance_to_person_mm: number | null; jerk_meters_per_sec3: number; idle_speed_mm_per_sec: number };
  reward: Record<string, number>;
  passages: { start_secs: number; end_secs: number; f1: number; notes: number }[];
}

/** RoboPianist's control step: `buffer_frames` are counted in these. */
export const CONTROL_STEP_SECS = 0.05;

const ACTORS: Record<string, string> = { open_loop_plan: "Plan, played back", sampled_plan: "Planner in the loop", policy: "Policy alone" };
export const actorWords = (actor: string): string => ACTORS[actor] ?? actor;
