//! Experience, kept in bytes wherever the caller keeps them: memory, or a file larger than memory.
//!
//! A transition is one record of fixed length, goal bits packed: 1.8 kB where the plain numbers take 9.5 kB. The buffer is a ring of
//! `capacity + slack` records of which the newest `capacity` are drawn from. The slack is what makes a checkpoint exact without copying
//! the buffer: as long as no more than `slack` records were written after it, every record that it counts is still there.

use crate::inputs::{InputBatch, InputLayout, ObservationError};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Where records are kept: a file opened for reading and writing, or `std::io::Cursor<Vec<u8>>`.
pub trait Storage: Read + Write + Seek + Send {}
impl<T: Read + Write + Seek + Send> Storage for T {}

/// What a buffer holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayShape {
    /// The observation.
    pub observation: InputLayout,
    /// Numbers in an action.
    pub action_len: usize,
    /// Whether the observation after is kept; demonstrations have none.
    pub keeps_next: bool,
    /// Records drawn from.
    pub capacity: u64,
    /// Records that may be written after a checkpoint without spoiling it.
    pub slack: u64,
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub struct Transition<'a> {
    /// What was seen.
    pub observation: &'a [f32],
    /// What was done.
    pub action: &'a [f32],
    /// What it brought.
    pub reward: f32,
    /// What the time after is worth: 1, or 0 where nothing comes after.
    pub discount: f32,
    /// What was seen then; ignored by a buffer that keeps none.
    pub next_observation: &'a [f32],
}

/// Transitions drawn for an update.
#[derive(Clone, Debug, Default)]
pub struct Minibatch {
    /// What was seen, with room for an action beside it.
    pub observations: InputBatch,
    /// What was done, `[batch][actions]`.
    pub actions: Vec<f32>,
    /// What it brought.
    pub rewards: Vec<f32>,
    /// What the time after is worth.
    pub discounts: Vec<f32>,
    /// What was seen then, with room for an action beside it.
    pub next_observations: InputBatch,
}

/// What cannot be kept or drawn.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// An observation that no network should see.
    #[error("refused a transition's {which} observation")]
    Observation {
        /// `first` or `next`.
        which: &'static str,
        /// Why.
        source: ObservationError,
    },
    /// An action of another length.
    #[error("an action has {expected} numbers here, not {found}")]
    ActionLength {
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// NaN or infinite.
    #[error("refused a transition whose {which} is not finite")]
    NotFinite {
        /// `action`, `reward` or `discount`.
        which: &'static str,
    },
    /// Nothing to draw from.
    #[error("drew from an empty replay buffer")]
    Empty,
    /// The place where records are kept failed.
    #[error("replay record {record}")]
    Storage {
        /// Which record, counted from the first ever written.
        record: u64,
        /// Why.
        source: io::Error,
    },
}

/// A ring of transitions.
#[derive(Debug)]
pub struct ReplayBuffer<S> {
    shape: ReplayShape,
    storage: S,
    written: u64,
    record: Vec<u8>,
}

impl<S: Storage> ReplayBuffer<S> {
    /// An empty buffer; what the storage holds is overwritten.
    pub fn new(shape: ReplayShape, storage: S) -> ReplayBuffer<S> {
        ReplayBuffer::resume(shape, storage, 0)
    }

    /// Goes on with a storage to which `written` records were written when its checkpoint was taken, and at most `slack` since.
    pub fn resume(shape: ReplayShape, storage: S, written: u64) -> ReplayBuffer<S> {
        let record = vec![0; shape.record_len()];
        ReplayBuffer {
            shape,
            storage,
            written,
            record,
        }
    }

    /// What it holds.
    pub fn shape(&self) -> &ReplayShape {
        &self.shape
    }

    /// Records ever written: all that a checkpoint must know of the buffer beside its storage.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Records that can be drawn.
    pub fn len(&self) -> u64 {
        self.written.min(self.shape.capacity)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps a transition; beyond the capacity the oldest is forgotten.
    pub fn push(&mut self, transition: Transition<'_>) -> Result<(), ReplayError> {
        self.shape.check(&transition)?;
        self.record.clear();
        self.shape.encode(&transition, &mut self.record);
        let (record, written) = (&self.record, self.written);
        let offset = self.shape.offset(written);
        let write = |storage: &mut S| {
            storage.seek(SeekFrom::Start(offset))?;
            storage.write_all(record)
        };
        write(&mut self.storage).map_err(|source| ReplayError::Storage { record: written, source })?;
        self.written += 1;
        Ok(())
    }

    /// Draws `count` transitions, each any of those kept, with repetition.
    pub fn sample(&mut self, count: usize, random: &mut impl Rng, batch: &mut Minibatch) -> Result<(), ReplayError> {
        if self.is_empty() {
            return Err(ReplayError::Empty);
        }
        self.clear(batch);
        let oldest = self.written - self.len();
        for _ in 0..count {
            let record = random.random_range(oldest..self.written);
            self.read(record, batch)?;
        }
        Ok(())
    }

    /// Appends the record with this number, counted from the first ever written, to a batch.
    pub fn read(&mut self, record: u64, batch: &mut Minibatch) -> Result<(), ReplayError> {
        self.fetch(record)?;
        self.shape.decode(&self.record, batch);
        Ok(())
    }

    /// An empty batch of this buffer's shape.
    pub fn clear(&self, batch: &mut Minibatch) {
        let extra = self.shape.action_len;
        for inputs in [&mut batch.observations, &mut batch.next_observations] {
            if inputs.stride() != self.shape.observation.dense_len() + extra {
                *inputs = InputBatch::new(&self.shape.observation, extra);
            }
            inputs.clear();
        }
        batch.actions.clear();
        batch.rewards.clear();
        batch.discounts.clear();
    }

    /// Copies the records from number `first` on, to be brought back elsewhere by [`ReplayBuffer::import`].
    pub fn export(&mut self, first: u64, to: &mut impl Write) -> Result<u64, ReplayError> {
        let first = first.max(self.written - self.len());
        for record in first..self.written {
            self.fetch(record)?;
            to.write_all(&self.record)
                .map_err(|source| ReplayError::Storage { record, source })?;
        }
        Ok(self.written.saturating_sub(first))
    }

    /// Writes copied records, numbered from `first`, so that the buffer then has written up to `end`.
    pub fn import(&mut self, records: std::ops::Range<u64>, from: &mut impl Read) -> Result<(), ReplayError> {
        for record in records {
            let offset = self.shape.offset(record);
            self.record.resize(self.shape.record_len(), 0);
            let (bytes, storage) = (&mut self.record, &mut self.storage);
            let mut copy = || {
                from.read_exact(bytes)?;
                storage.seek(SeekFrom::Start(offset))?;
                storage.write_all(bytes)
            };
            copy().map_err(|source| ReplayError::Storage { record, source })?;
            self.written = record + 1;
        }
        Ok(())
    }

    /// Gives the storage back.
    pub fn into_storage(self) -> S {
        self.storage
    }

    fn fetch(&mut self, record: u64) -> Result<(), ReplayError> {
        let offset = self.shape.offset(record);
        self.record.resize(self.shape.record_len(), 0);
        let (bytes, storage) = (&mut self.record, &mut self.storage);
        let mut read = || {
            storage.seek(SeekFrom::Start(offset))?;
            storage.read_exact(bytes)
        };
        read().map_err(|source| ReplayError::Storage { record, source })
    }
}

impl ReplayShape {
    /// Bytes of a record.
    pub fn record_len(&self) -> usize {
        let observation = 4 * self.observation.dense_len() + self.observation.bits().len().div_ceil(8);
        let observations = 1 + usize::from(self.keeps_next);
        4 * (self.action_len + 2) + observations * observation
    }

    /// Bytes of the whole storage.
    pub fn storage_len(&self) -> u64 {
        (self.capacity + self.slack) * self.record_len() as u64
    }

    fn offset(&self, record: u64) -> u64 {
        record % (self.capacity + self.slack) * self.record_len() as u64
    }

    fn check(&self, transition: &Transition<'_>) -> Result<(), ReplayError> {
        let check = |which, observation| {
            let checked = self.observation.check(observation);
            checked.map_err(|source| ReplayError::Observation { which, source })
        };
        check("first", transition.observation)?;
        if self.keeps_next {
            check("next", transition.next_observation)?;
        }
        if transition.action.len() != self.action_len {
            return Err(ReplayError::ActionLength {
                expected: self.action_len,
                found: transition.action.len(),
            });
        }
        let finite = [
            ("action", transition.action.iter().all(|number| number.is_finite())),
            ("reward", transition.reward.is_finite()),
            ("discount", transition.discount.is_finite()),
        ];
        match finite.into_iter().find(|(_, finite)| !finite) {
            Some((which, _)) => Err(ReplayError::NotFinite { which }),
            None => Ok(()),
        }
    }

    fn encode(&self, transition: &Transition<'_>, record: &mut Vec<u8>) {
        let numbers = transition.action.iter().chain([&transition.reward, &transition.discount]);
        record.extend(numbers.flat_map(|number| number.to_le_bytes()));
        let next = self.keeps_next.then_some(transition.next_observation);
        for observation in [transition.observation].into_iter().chain(next) {
            let (before, bits, after) = self.observation.split(observation);
            record.extend(before.iter().chain(after).flat_map(|number| number.to_le_bytes()));
            let byte = |bits: &[f32]| (0..bits.len()).map(|bit| u8::from(bits[bit] == 1.0) << bit).sum::<u8>();
            record.extend(bits.chunks(8).map(byte));
        }
    }

    fn decode(&self, record: &[u8], batch: &mut Minibatch) {
        let (action, record) = record.split_at(4 * self.action_len);
        batch.actions.extend(numbers(action));
        let (rewards, mut record) = record.split_at(8);
        batch.rewards.extend(numbers(&rewards[..4]));
        batch.discounts.extend(numbers(&rewards[4..]));
        let (dense, bits) = (4 * self.observation.dense_len(), self.observation.bits().len().div_ceil(8));
        let next = self.keeps_next.then_some(&mut batch.next_observations);
        for inputs in [&mut batch.observations].into_iter().chain(next) {
            inputs.push_packed(numbers(&record[..dense]), &record[dense..dense + bits]);
            record = &record[dense + bits..];
        }
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = f32> + '_ {
    bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number))
}
