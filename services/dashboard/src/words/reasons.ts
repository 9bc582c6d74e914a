/** Why work ends without a result, in words, and what a person can do. The code is stable; the server's message has the details. */
import { sentence } from "./jobs";

export interface Reason {
  title: string;
  hint: string | null;
}

const REASONS: Record<string, [title: string, hint: string]> = {
  media_unreadable: ["Not a readable video", "Check that the file plays in a video player; download or export it again."],
  no_video_stream: ["No pictures", "Submit a file with pictures: fingers cannot be heard."],
  no_audio_stream: ["No sound", "Submit the notes (MIDI, PIG) together with the video, or a video with sound."],
  too_short: ["Too short", "Submit a longer clip."],
  no_keyboard: ["No keyboard found", "Submit a video that shows the keys from above."],
  keyboard_octave_unknown: ["Octave cannot be told", "Show the whole keyboard, or submit the notes with the video."],
  no_hands: ["No hands found", "Submit a video in which the player's hands can be seen on the keys."],
  not_filmed: ["Drawn, not filmed", "Submit a camera recording of a person; drawn keyboards show no fingers."],
  sound_not_from_picture: ["Sound of another recording", "Check that the sound was recorded with the pictures, or submit the notes with their offset."],
  too_large: ["Too large", "Submit a smaller file or picture."],
  too_long: ["Too long", "Submit a section, or cut the video into parts."],
  host_not_found: ["Host not found", "Check the address for typing errors."],
  address_not_allowed: ["Address not allowed", "Only public https addresses are fetched; upload the file instead."],
  not_an_address: ["Not an address", "Give a whole address, beginning with https://."],
  scheme_not_allowed: ["Scheme not fetched", "Use an https address."],
  credentials_in_address: ["Credentials in the address", "Remove the user name and password from the address."],
  unsupported_url: ["No video at this address", "Give the address of one video, playlist or channel."],
  playlist_not_a_video: ["A playlist, not a video", "Submit playlists by themselves."],
  local_path_not_allowed: ["A path of the server", "Upload the file instead."],
  bucket_not_allowed: ["Bucket not allowed", "Ask the operator to allow the bucket."],
  video_gone: ["Video is gone", "It was deleted or never existed; look for another upload of it."],
  video_private: ["Video is private", "Ask its owner, or upload a copy you may use."],
  too_many_requests: ["The site asks for patience", "It is tried again by itself."],
  site_slow: ["The site is slow", "It is tried again by itself."],
  network_failed: ["The network failed", "It is tried again by itself."],
  worker_lost: ["Workers were lost over it", "It took several workers down; retry it once, and report it if that repeats."],
  label_crashed: ["The decoder crashed", "The file is likely damaged; export it again."],
  label_timed_out: ["Labelling took too long", "Submit a section."],
  disk_full: ["No room on the worker", "The operator has to make room; then retry."],
  store_unavailable: ["The store was away", "It is tried again by itself."],
  store_full: ["No room in the store", "The operator has to make room; then retry."],
  media_missing: ["The video is no longer kept", "Submit it again."],
  performance_missing: ["The labels are gone", "Label the video again."],
  hands_unreadable: ["The hands cannot be read", "Label the video again."],
  score_empty: ["No notes to play", "Choose a performance with notes."],
  score_unplayable: ["Two hands cannot play it", "Look at the performance's doubtful notes first."],
  score_times: ["Times make no sense", "Look at the performance's notes."],
  score_too_long: ["Too long to train", "Submit a section of the video for training."],
  cancelled: ["Cancelled", "Retry it if that was a mistake."],
};

export function reasonWords(code: string): Reason {
  const known = REASONS[code];
  return known ? { title: known[0], hint: known[1] } : { title: sentence(code), hint: null };
}

/** A worker's folder in a message says nothing to who reads it: `/data/work/job_…/media.mp4` is shown as `media.mp4`. */
const FOLDERS = /(^|\s)\/(?:[^\s/]+\/)+/g;

/** The server's message for people: without folders of its own, and without the hint where that is said beside it. */
export function messageForPeople(message: string, hint: string | null): string {
  const plain = message.replace(FOLDERS, "$1");
  return (hint ? plain.replace(hint, "") : plain).trim();
}
