//! Chance: the generator whose whole state is kept in checkpoints, and the draws that learning needs.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// A generator's whole state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RandomState {
    seed: [u8; 32],
    stream: u64,
    /// Words drawn, as text because it is longer than JSON's whole numbers.
    words_drawn: String,
}

/// A saved state that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a generator cannot have drawn '{words_drawn}' words")]
pub struct RandomStateError {
    words_drawn: String,
}

impl RandomState {
    /// What a generator would have to be given to go on as it will.
    pub fn of(random: &ChaCha8Rng) -> RandomState {
        RandomState {
            seed: random.get_seed(),
            stream: random.get_stream(),
            words_drawn: random.get_word_pos().to_string(),
        }
    }

    /// The generator that goes on from here.
    pub fn generator(&self) -> Result<ChaCha8Rng, RandomStateError> {
        let words_drawn = self.words_drawn.parse().map_err(|_| RandomStateError {
            words_drawn: self.words_drawn.clone(),
        })?;
        let mut random = ChaCha8Rng::from_seed(self.seed);
        random.set_stream(self.stream);
        random.set_word_pos(words_drawn);
        Ok(random)
    }
}

/// `len` independent normal numbers.
pub fn draw_normal(random: &mut impl Rng, len: usize, numbers: &mut Vec<f32>) {
    numbers.clear();
    numbers.extend((0..len).map(|_| -> f32 { StandardNormal.sample(random) }));
}

/// Which of `len` units are dropped, each with probability `rate`: rising indices.
///
/// At the rate of DroQ one unit in a hundred is dropped, so the gaps between them are drawn instead of every unit.
pub fn draw_dropped(random: &mut impl Rng, len: usize, rate: f32, dropped: &mut Vec<u32>) {
    dropped.clear();
    if rate <= 0.0 {
        return;
    }
    let per_ln = 1.0 / (-f64::from(rate)).ln_1p();
    let mut next = 0.0;
    loop {
        // 1 - u is in (0, 1], whose logarithm is finite.
        let u: f64 = random.random();
        next += ((1.0 - u).ln() * per_ln).floor();
        if next >= len as f64 {
            return;
        }
        dropped.push(next as u32);
        next += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_generator_goes_on_as_the_first_one() {
        let mut first = ChaCha8Rng::seed_from_u64(3);
        let mut numbers = Vec::new();
        draw_normal(&mut first, 1001, &mut numbers);
        let text = serde_json::to_string(&RandomState::of(&first)).unwrap();
        let mut second = serde_json::from_str::<RandomState>(&text).unwrap().generator().unwrap();
        for _ in 0..100 {
            assert_eq!(first.next_u32(), second.next_u32());
        }
        let broken = RandomState {
            words_drawn: "many".into(),
            ..RandomState::of(&first)
        };
        assert!(broken.generator().is_err());
    }

    #[test]
    fn units_are_dropped_at_their_rate_everywhere_alike() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let (mut dropped, mut counts) = (Vec::new(), [0u32; 10]);
        for _ in 0..2000 {
            draw_dropped(&mut random, 1000, 0.05, &mut dropped);
            assert!(dropped.windows(2).all(|pair| pair[0] < pair[1]) && dropped.iter().all(|unit| *unit < 1000));
            for unit in &dropped {
                counts[*unit as usize / 100] += 1;
            }
        }
        // 10,000 expected in each tenth, standard deviation 97.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 500), "{counts:?}");
        draw_dropped(&mut random, 1000, 0.0, &mut dropped);
        assert!(dropped.is_empty());
    }
}
