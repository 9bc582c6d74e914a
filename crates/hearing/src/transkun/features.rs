//! What the network sees of the sound: log-mel energies under six windows of different place and width.

use super::{HOP_SAMPLES, WINDOW_SAMPLES, frames_of};
use realfft::{RealFftPlanner, RealToComplex};
use std::ops::Range;
use std::sync::Arc;

/// Windows laid over each frame: one Hann window over all of it and five learned bells.
pub const WINDOWS: usize = 6;
/// Mel bands, 30 to 8000 Hz.
pub const MEL_BANDS: usize = 229;
/// Bins of a frame's spectrum.
pub const SPECTRUM_BINS: usize = WINDOW_SAMPLES / 2 + 1;
/// Added before the logarithm, so that silence is 0 and full scale about 1.
const ENERGY_FLOOR: f32 = 1e-5;
/// Keeps the gain of digital silence finite.
const DEVIATION_FLOOR: f64 = 1e-8;

/// The model's constants for this step, taken from its checkpoint.
pub struct FrontEnd {
    fft: Arc<dyn RealToComplex<f32>>,
    windows: Vec<f32>,
    mel_bands: Vec<MelBand>,
}

/// The bins a mel band takes energy from. A mel filter is a triangle: nearly all of the matrix is zero.
struct MelBand {
    bins: Range<usize>,
    weights: Vec<f32>,
}

/// The constants do not have the model's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the front end's {what} has {found} finite numbers where {expected} are needed")]
pub struct FrontEndError {
    what: &'static str,
    found: usize,
    expected: usize,
}

/// The network's input: values row by row `[WINDOWS][frames][MEL_BANDS]`.
pub struct Features {
    /// Number of frames.
    pub frames: usize,
    /// The values.
    pub values: Vec<f32>,
}

impl FrontEnd {
    /// `windows` row by row `[WINDOWS][WINDOW_SAMPLES]`, `mel_from_spectrum` row by row `[SPECTRUM_BINS][MEL_BANDS]`.
    pub fn new(windows: &[f32], mel_from_spectrum: &[f32]) -> Result<FrontEnd, FrontEndError> {
        check_numbers("table of windows", windows, WINDOWS * WINDOW_SAMPLES)?;
        check_numbers("mel matrix", mel_from_spectrum, SPECTRUM_BINS * MEL_BANDS)?;
        Ok(FrontEnd {
            fft: RealFftPlanner::new().plan_fft_forward(WINDOW_SAMPLES),
            windows: windows.to_vec(),
            mel_bands: (0..MEL_BANDS).map(|band| MelBand::column(mel_from_spectrum, band)).collect(),
        })
    }

    /// Features of one segment: equally long channels of samples, -1 to 1, one or two of them. Frame i is centred on sample
    /// 1024 i; what lies outside the segment is silence.
    pub fn features(&self, channels: &[Vec<f32>]) -> Features {
        let frames = frames_of(channels.first().map_or(0, Vec::len));
        let mut padded: Vec<Vec<f32>> = channels.iter().map(|samples| pad(samples, frames)).collect();
        normalize_gain(&mut padded, frames);
        let mut values = vec![0.0; WINDOWS * frames * MEL_BANDS];
        let mut spectrum = PowerSpectrum::new(&self.fft);
        for frame in 0..frames {
            let range = frame * HOP_SAMPLES..frame * HOP_SAMPLES + WINDOW_SAMPLES;
            for (index, window) in self.windows.chunks_exact(WINDOW_SAMPLES).enumerate() {
                spectrum.clear();
                for samples in &padded {
                    spectrum.add(&samples[range.clone()], window);
                }
                let at = (index * frames + frame) * MEL_BANDS;
                let scale = 1.0 / (WINDOW_SAMPLES * padded.len()) as f32;
                for (band, value) in self.mel_bands.iter().zip(&mut values[at..at + MEL_BANDS]) {
                    *value = log_energy(scale * band.energy(&spectrum.power));
                }
            }
        }
        Features { frames, values }
    }
}

fn check_numbers(what: &'static str, numbers: &[f32], expected: usize) -> Result<(), FrontEndError> {
    let found = numbers.iter().filter(|number| number.is_finite()).count();
    if found == expected && numbers.len() == expected {
        Ok(())
    } else {
        Err(FrontEndError { what, found, expected })
    }
}

/// Half a frame of silence before, and enough after for the last frame.
fn pad(samples: &[f32], frames: usize) -> Vec<f32> {
    let mut padded = vec![0.0; (frames - 1) * HOP_SAMPLES + WINDOW_SAMPLES];
    padded[WINDOW_SAMPLES / 2..WINDOW_SAMPLES / 2 + samples.len()].copy_from_slice(samples);
    padded
}

/// Brings the segment to mean 0 and deviation 1. The model takes both over the frames laid side by side, so a sample counts
/// as often as frames hold it: four times, fewer at the ends.
fn normalize_gain(channels: &mut [Vec<f32>], frames: usize) {
    let (mut count, mut sum, mut sum_of_squares) = (0.0, 0.0, 0.0);
    for samples in channels.iter() {
        for (block, samples) in samples.chunks(HOP_SAMPLES).enumerate() {
            let first_frame = block.saturating_sub(WINDOW_SAMPLES / HOP_SAMPLES - 1);
            let times = (block.min(frames - 1) + 1 - first_frame) as f64;
            count += times * samples.len() as f64;
            sum += times * samples.iter().map(|sample| f64::from(*sample)).sum::<f64>();
            sum_of_squares += times * samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        }
    }
    let mean = sum / count;
    let variance = (sum_of_squares - count * mean * mean).max(0.0) / (count - 1.0);
    let gain = 1.0 / (variance.sqrt() + DEVIATION_FLOOR);
    for sample in channels.iter_mut().flatten() {
        *sample = ((f64::from(*sample) - mean) * gain) as f32;
    }
}

/// Energy of a windowed frame by frequency, summed over channels.
struct PowerSpectrum<'a> {
    fft: &'a Arc<dyn RealToComplex<f32>>,
    windowed: Vec<f32>,
    spectrum: Vec<realfft::num_complex::Complex<f32>>,
    scratch: Vec<realfft::num_complex::Complex<f32>>,
    power: Vec<f32>,
}

impl<'a> PowerSpectrum<'a> {
    fn new(fft: &'a Arc<dyn RealToComplex<f32>>) -> Self {
        PowerSpectrum {
            fft,
            windowed: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; SPECTRUM_BINS],
        }
    }

    fn clear(&mut self) {
        self.power.fill(0.0);
    }

    fn add(&mut self, frame: &[f32], window: &[f32]) {
        for ((windowed, sample), weight) in self.windowed.iter_mut().zip(frame).zip(window) {
            *windowed = sample * weight;
        }
        self.fft
            .process_with_scratch(&mut self.windowed, &mut self.spectrum, &mut self.scratch)
            .expect("the buffers were made by this transform");
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power += bin.norm_sqr();
        }
    }
}

impl MelBand {
    fn column(mel_from_spectrum: &[f32], band: usize) -> MelBand {
        let weight = |bin: usize| mel_from_spectrum[bin * MEL_BANDS + band];
        let first = (0..SPECTRUM_BINS).find(|bin| weight(*bin) != 0.0).unwrap_or(0);
        let end = (first..SPECTRUM_BINS)
            .rfind(|bin| weight(*bin) != 0.0)
            .map_or(first, |last| last + 1);
        MelBand {
            bins: first..end,
            weights: (first..end).map(weight).collect(),
        }
    }

    fn energy(&self, power: &[f32]) -> f32 {
        self.weights
            .iter()
            .zip(&power[self.bins.clone()])
            .map(|(weight, power)| weight * power)
            .sum()
    }
}

/// 0 for silence, 1 for an energy of 1.
fn log_energy(energy: f32) -> f32 {
    let floor = ENERGY_FLOOR.ln();
    ((energy + ENERGY_FLOOR).ln() - floor) / -floor
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rectangular window six times, and a mel matrix whose band b is bin b + 1.
    fn plain_front_end() -> FrontEnd {
        let mut mel = vec![0.0; SPECTRUM_BINS * MEL_BANDS];
        for band in 0..MEL_BANDS {
            mel[(band + 1) * MEL_BANDS + band] = 1.0;
        }
        FrontEnd::new(&vec![1.0; WINDOWS * WINDOW_SAMPLES], &mel).unwrap()
    }

    #[test]
    fn silence_is_zero_everywhere() {
        let features = plain_front_end().features(&[vec![0.0; 10_000]]);
        assert_eq!(features.frames, 11);
        assert!(features.values.iter().all(|value| *value == 0.0));
    }

    #[test]
    fn a_sine_stands_in_its_bin_whatever_its_gain() {
        let sine = |gain: f32| -> Vec<f32> {
            let turn = |i: usize| std::f32::consts::TAU * ((40 * i) % WINDOW_SAMPLES) as f32 / WINDOW_SAMPLES as f32;
            (0..3 * WINDOW_SAMPLES).map(|i| gain * turn(i).sin()).collect()
        };
        let front_end = plain_front_end();
        let quiet = front_end.features(&[sine(0.01), sine(0.01)]);
        let loud = front_end.features(&[sine(0.5)]);
        let row = &loud.values[6 * MEL_BANDS..7 * MEL_BANDS];
        let strongest = (0..MEL_BANDS).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
        assert_eq!(strongest, 39);
        for (quiet, loud) in quiet.values[6 * MEL_BANDS..].iter().zip(row) {
            assert!((quiet - loud).abs() < 2e-2, "{quiet} {loud}");
        }
    }

    #[test]
    fn the_gain_counts_a_sample_once_for_each_frame_that_holds_it() {
        // The same by the definition: frames laid side by side.
        let samples: Vec<f32> = (0..5000).map(|i| ((i * 7919) % 101) as f32 / 101.0).collect();
        let frames = frames_of(samples.len());
        let padded = pad(&samples, frames);
        let side_by_side: Vec<f64> = (0..frames)
            .flat_map(|frame| padded[frame * HOP_SAMPLES..][..WINDOW_SAMPLES].iter().map(|s| f64::from(*s)))
            .collect();
        let mean = side_by_side.iter().sum::<f64>() / side_by_side.len() as f64;
        let variance = side_by_side.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (side_by_side.len() - 1) as f64;
        let mut channels = [padded.clone()];
        normalize_gain(&mut channels, frames);
        for (normalized, sample) in channels[0].iter().zip(&padded) {
            let expected = (f64::from(*sample) - mean) / variance.sqrt();
            assert!((f64::from(*normalized) - expected).abs() < 1e-5);
        }
    }

    #[test]
    fn constants_of_another_shape_are_refused() {
        let error = FrontEnd::new(&[0.0; 5], &[]).err().unwrap();
        assert_eq!(
            error.to_string(),
            "the front end's table of windows has 5 finite numbers where 24576 are needed"
        );
    }
}
