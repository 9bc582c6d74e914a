/** Reads the notes of a MIDI file: as much of the format as `rollout.mid` and other single-tempo-map files use. */
export interface MidiNote {
  pitch: number;
  onset_secs: number;
  offset_secs: number;
  velocity: number;
}

interface Timed {
  tick: number;
  order: number;
  apply: "tempo" | "on" | "off";
  value: number;
  velocity: number;
  channel: number;
}

const USUAL_TEMPO_US = 500_000;

export function readMidi(file: ArrayBuffer): MidiNote[] {
  const view = new DataView(file);
  if (view.byteLength < 14 || view.getUint32(0) !== 0x4d546864) throw new Error("this is no MIDI file");
  const division = view.getUint16(12);
  if (division & 0x8000 || division === 0) throw new Error("MIDI files with SMPTE times are not read");
  const events: Timed[] = [];
  let at = 8 + view.getUint32(4);
  while (at + 8 <= view.byteLength) {
    const end = Math.min(view.byteLength, at + 8 + view.getUint32(at + 4));
    if (view.getUint32(at) === 0x4d54726b) track(view, at + 8, end, events);
    at = end;
  }
  events.sort((a, b) => a.tick - b.tick || a.order - b.order);
  return notesOf(events, division);
}

function track(view: DataView, from: number, end: number, events: Timed[]): void {
  let at = from;
  let tick = 0;
  let status = 0;
  const number = (): number => {
    let value = 0;
    while (at < end) {
      const byte = view.getUint8(at);
      at += 1;
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < end) {
    tick += number();
    if (at >= end) return;
    if (view.getUint8(at) & 0x80) {
      status = view.getUint8(at);
      at += 1;
    }
    if (status === 0xff) {
      const type = view.getUint8(at);
      at += 1;
      const length = number();
      if (type === 0x51 && length === 3) events.push({ tick, order: 0, apply: "tempo", value: view.getUint8(at) * 65536 + view.getUint16(at + 1), velocity: 0, channel: 0 });
      at += length;
    } else if (status === 0xf0 || status === 0xf7) {
      at += number();
    } else {
      const kind = status & 0xf0;
      const channel = status & 0x0f;
      if (kind === 0x90 || kind === 0x80) {
        const velocity = view.getUint8(at + 1);
        const on = kind === 0x90 && velocity > 0;
        events.push({ tick, order: on ? 2 : 1, apply: on ? "on" : "off", value: view.getUint8(at), velocity, channel });
      }
      at += kind === 0xc0 || kind === 0xd0 ? 1 : 2;
    }
  }
}

function notesOf(events: readonly Timed[], division: number): MidiNote[] {
  const notes: MidiNote[] = [];
  const sounding = new Map<number, MidiNote>();
  let secs = 0;
  let tick = 0;
  let tempo = USUAL_TEMPO_US;
  for (const event of events) {
    secs += ((event.tick - tick) * tempo) / division / 1e6;
    tick = event.tick;
    const voice = event.channel * 128 + event.value;
    if (event.apply === "tempo") {
      tempo = event.value;
      continue;
    }
    const before = sounding.get(voice);
    if (before) before.offset_secs = secs;
    sounding.delete(voice);
    if (event.apply === "on") {
      const note = { pitch: event.value, onset_secs: secs, offset_secs: secs, velocity: event.velocity };
      notes.push(note);
      sounding.set(voice, note);
    }
  }
  for (const note of sounding.values()) note.offset_secs = Math.max(secs, note.offset_secs);
  return notes;
}
