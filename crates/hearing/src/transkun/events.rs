//! A segment's intervals, with what the network says of each, made into events in seconds.

use super::intervals::Interval;
use super::{HOP_SAMPLES, SAMPLE_RATE, SYMBOLS, Symbol};

/// An interval on its symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SymbolInterval {
    /// Which key or pedal.
    pub symbol: Symbol,
    /// When, in frames.
    pub interval: Interval,
}

/// What the network says of one interval: raw outputs.
#[derive(Clone, Copy, Debug)]
pub struct IntervalOutputs<'a> {
    /// 128 logits, one for each MIDI velocity.
    pub velocity_logits: &'a [f32],
    /// Logits of where inside their frames onset and offset lie.
    pub place_logits: [f32; 2],
    /// Logits of whether onset and offset lie inside the segment at all.
    pub presence_logits: [f32; 2],
}

impl IntervalOutputs<'_> {
    /// Only an interval that reaches the segment's end asks whether its symbol does end there.
    fn has_offset(&self, interval: Interval, segment_samples: usize) -> bool {
        let last_frame = (segment_samples + HOP_SAMPLES / 2) / HOP_SAMPLES;
        interval.end < last_frame || self.presence_logits[1] > 0.0
    }
}

/// A key or pedal held down, as one segment shows it. Seconds of the recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Which key or pedal.
    pub symbol: Symbol,
    /// When it goes down.
    pub start_secs: f64,
    /// When it comes up.
    pub end_secs: f64,
    /// MIDI velocity, 0 to 127.
    pub velocity: u8,
    /// Whether it went down inside the segment.
    pub has_onset: bool,
    /// Whether it came up inside the segment.
    pub has_offset: bool,
}

/// Training moved places from -0.5..0.5 into 0.005..0.995 by this factor.
const PLACE_SCALE: f64 = 0.99;
/// Events are at least this long.
const SHORTEST_SECS: f64 = 1e-8;

/// Events of one segment of `segment_samples`, by start, end and symbol. `outputs` belong to `intervals` one by one, and the
/// intervals of a symbol stand together in time order. The segment begins at `segment_start_secs` of the recording.
pub fn segment_events(
    intervals: &[SymbolInterval],
    outputs: &[IntervalOutputs<'_>],
    segment_samples: usize,
    segment_start_secs: f64,
) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::with_capacity(intervals.len());
    for (SymbolInterval { symbol, interval }, outputs) in intervals.iter().zip(outputs) {
        let free_from_secs = match events.last() {
            Some(before) if before.symbol == *symbol => before.end_secs,
            _ => 0.0,
        };
        let start_secs = secs(interval.begin, outputs.place_logits[0]).max(free_from_secs);
        events.push(Event {
            symbol: *symbol,
            start_secs,
            end_secs: secs(interval.end, outputs.place_logits[1]).max(start_secs + SHORTEST_SECS),
            velocity: likeliest(outputs.velocity_logits),
            has_onset: interval.begin > 0 || outputs.presence_logits[0] > 0.0,
            has_offset: outputs.has_offset(*interval, segment_samples),
        });
    }
    events.sort_by(by_time);
    for event in &mut events {
        event.start_secs = (event.start_secs + segment_start_secs).max(0.0);
        event.end_secs = (event.end_secs + segment_start_secs).max(event.start_secs);
    }
    events
}

/// For each symbol the frame from which it is undecided: where its last interval ended that came to an end inside the segment,
/// or 0.
pub fn decided_until(intervals: &[SymbolInterval], outputs: &[IntervalOutputs<'_>], segment_samples: usize) -> Vec<usize> {
    let mut frames = vec![0; SYMBOLS];
    for (SymbolInterval { symbol, interval }, outputs) in intervals.iter().zip(outputs) {
        if outputs.has_offset(*interval, segment_samples) {
            frames[symbol.index()] = interval.end;
        }
    }
    frames
}

/// The order of events: start, end, symbol.
pub fn by_time(a: &Event, b: &Event) -> std::cmp::Ordering {
    a.start_secs
        .total_cmp(&b.start_secs)
        .then(a.end_secs.total_cmp(&b.end_secs))
        .then(a.symbol.cmp(&b.symbol))
}

/// Seconds from the segment's start of a place inside a frame.
fn secs(frame: usize, place_logit: f32) -> f64 {
    let place = ((continuous_bernoulli_mean(place_logit) - 0.5) / PLACE_SCALE).clamp(-0.5, 0.5);
    (frame as f64 + place) * HOP_SAMPLES as f64 / f64::from(SAMPLE_RATE)
}

fn likeliest(logits: &[f32]) -> u8 {
    let mut likeliest = 0;
    for (velocity, logit) in logits.iter().enumerate().take(128) {
        if *logit > logits[likeliest] {
            likeliest = velocity;
        }
    }
    likeliest as u8
}

/// Mean of the continuous Bernoulli distribution (Loaiza-Ganem and Cunningham 2019) with the given logit, computed as
/// PyTorch does: the parameter kept off 0 and 1, and a Taylor series around one half, where the formula is 0/0.
fn continuous_bernoulli_mean(logit: f32) -> f64 {
    const TAYLOR_WITHIN: f64 = 0.001;
    let epsilon = f64::from(f32::EPSILON);
    let parameter = (1.0 / (1.0 + (-f64::from(logit)).exp())).clamp(epsilon, 1.0 - epsilon);
    let x = parameter - 0.5;
    if x.abs() > TAYLOR_WITHIN {
        parameter / (2.0 * parameter - 1.0) + 1.0 / ((-parameter).ln_1p() - parameter.ln())
    } else {
        0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x * x) * x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;

    #[test]
    fn the_mean_lies_where_pytorch_has_it() {
        let check = |logit: f32, expected: f64| {
            let mean = continuous_bernoulli_mean(logit);
            assert!((mean - expected).abs() < 1e-5, "{logit}: {mean} for {expected}");
        };
        // torch.distributions.ContinuousBernoulli(logits=...).mean
        check(0.0, 0.5);
        check(0.003, 0.500_25);
        check(1.0, 0.581_977);
        check(-1.0, 0.418_023);
        check(5.0, 0.806_784);
        check(60.0, 0.937_266);
        check(-60.0, 0.062_734);
    }

    fn outputs(logits: &[f32], presence: [f32; 2]) -> IntervalOutputs<'_> {
        IntervalOutputs {
            velocity_logits: logits,
            place_logits: [0.0, 0.0],
            presence_logits: presence,
        }
    }

    #[test]
    fn only_intervals_at_the_segments_ends_ask_whether_they_go_on() {
        let mut logits = [0.0; 128];
        logits[64] = 1.0;
        let symbol = Symbol::Key(Pitch::new(60).unwrap());
        let check = |begin: usize, end: usize, presence: [f32; 2], expected: (bool, bool)| {
            let interval = SymbolInterval {
                symbol,
                interval: Interval { begin, end },
            };
            let events = segment_events(&[interval], &[outputs(&logits, presence)], 16 * 44_100, 0.0);
            assert_eq!((events[0].has_onset, events[0].has_offset), expected);
            assert_eq!(events[0].velocity, 64);
        };
        check(0, 10, [-1.0, -1.0], (false, true));
        check(0, 10, [1.0, -1.0], (true, true));
        check(5, 688, [-1.0, -1.0], (true, true));
        check(5, 689, [-1.0, -1.0], (true, false));
        check(5, 690, [-1.0, 1.0], (true, true));
    }

    #[test]
    fn intervals_that_touch_do_not_overlap_in_seconds() {
        let logits = [0.0; 128];
        let interval = |begin, end| SymbolInterval {
            symbol: Symbol::SustainPedal,
            interval: Interval { begin, end },
        };
        let mut first = outputs(&logits, [1.0; 2]);
        first.place_logits = [0.0, 20.0];
        let events = segment_events(
            &[interval(10, 20), interval(20, 20)],
            &[first, outputs(&logits, [1.0; 2])],
            705_600,
            100.0,
        );
        assert!(events[0].end_secs <= events[1].start_secs && events[1].start_secs < events[1].end_secs);
        assert!((events[0].start_secs - (100.0 + 10.0 * 1024.0 / 44_100.0)).abs() < 1e-9);
    }
}
