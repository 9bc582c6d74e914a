//! Everything that is left to chance, drawn from a seed.

/// SplitMix64 (Steele, Lea, Flood 2014): enough to draw steps, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// A source of its own for each actor, so that what one draws does not change what another does.
    pub fn of(seed: u64, actor: u64) -> Chance {
        let mut chance = Chance(seed ^ actor.wrapping_mul(0xA076_1D64_78BD_642F));
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Between 0 and 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True this often.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// One of these, unless there are none.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        (!choices.is_empty()).then(|| choices[self.below(choices.len())])
    }

    /// Another order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last + 1));
        }
    }

    /// Bytes for an id.
    pub fn bytes(&mut self) -> [u8; 10] {
        std::array::from_fn(|_| self.next() as u8)
    }
}
