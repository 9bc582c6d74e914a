//! Experience comes back as it was, from memory and from a file, and what cannot be learned from is refused by name.

use learning::inputs::InputLayout;
use learning::replay::{Minibatch, ReplayBuffer, ReplayError, ReplayShape, Storage, Transition};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};

fn shape(capacity: u64, slack: u64) -> ReplayShape {
    ReplayShape {
        observation: InputLayout::new(14, 2..13).unwrap(),
        action_len: 2,
        keeps_next: true,
        capacity,
        slack,
    }
}

fn observation(number: u64) -> Vec<f32> {
    let bit = |bit: u64| (number >> bit & 1) as f32;
    let mut numbers = vec![number as f32, -0.5];
    numbers.extend((0..11).map(bit));
    numbers.push(0.25);
    numbers
}

fn push<S: Storage>(buffer: &mut ReplayBuffer<S>, number: u64) -> Result<(), ReplayError> {
    buffer.push(Transition {
        observation: &observation(number),
        action: &[number as f32, 1.0],
        reward: number as f32 / 8.0,
        discount: 1.0,
        next_observation: &observation(number + 1),
    })
}

#[test]
fn the_newest_are_drawn_as_they_were_and_a_file_is_as_good_as_memory() {
    let mut memory = ReplayBuffer::new(shape(50, 10), Cursor::new(Vec::new()));
    let mut file = ReplayBuffer::new(shape(50, 10), tempfile::tempfile().unwrap());
    for number in 0..1000 {
        push(&mut memory, number).unwrap();
        push(&mut file, number).unwrap();
    }
    assert_eq!((memory.len(), memory.written()), (50, 1000));
    let draw = |buffer: &mut dyn FnMut(&mut ChaCha8Rng, &mut Minibatch)| {
        let mut batch = Minibatch::default();
        buffer(&mut ChaCha8Rng::seed_from_u64(9), &mut batch);
        batch
    };
    let drawn = draw(&mut |random, batch| memory.sample(400, random, batch).unwrap());
    let from_file = draw(&mut |random, batch| file.sample(400, random, batch).unwrap());
    assert_eq!((&drawn.actions, &drawn.rewards), (&from_file.actions, &from_file.rewards));
    let mut seen = std::collections::BTreeSet::new();
    for (action, reward) in drawn.actions.chunks_exact(2).zip(&drawn.rewards) {
        assert_eq!(action[0] / 8.0, *reward);
        seen.insert(action[0] as u64);
    }
    assert!(
        seen.iter().all(|number| (950..1000).contains(number)) && seen.len() > 45,
        "{seen:?}"
    );
    assert_eq!(file.into_storage().metadata().unwrap().len(), shape(50, 10).storage_len());
}

/// Bits are packed and unpacked: a batch read back gives a network the same inputs as the plain observation.
#[test]
fn packed_bits_come_back() {
    use learning::inputs::InputBatch;
    use learning::network::{Activations, Dropped, Network, NetworkShape};
    let network = Network::new(
        NetworkShape {
            observation: shape(1, 0).observation,
            extra: 2,
            hidden: vec![5],
            outputs: 1,
            layer_norm: false,
        },
        &mut ChaCha8Rng::seed_from_u64(1),
    );
    let mut buffer = ReplayBuffer::new(shape(2048, 0), Cursor::new(Vec::new()));
    let (mut plain, mut batch) = (InputBatch::new(&shape(1, 0).observation, 2), Minibatch::default());
    buffer.clear(&mut batch);
    for number in 0..2048 {
        push(&mut buffer, number).unwrap();
        plain.push(&shape(1, 0).observation, &observation(number)).unwrap();
        buffer.read(number, &mut batch).unwrap();
    }
    let outputs = |inputs: &InputBatch| {
        let mut activations = Activations::default();
        network.forward(inputs, &Dropped::default(), &mut activations);
        activations.outputs
    };
    assert_eq!(outputs(&plain), outputs(&batch.observations));
}

#[test]
fn records_are_carried_to_another_place() {
    let mut here = ReplayBuffer::new(shape(20, 5), Cursor::new(Vec::new()));
    for number in 0..33 {
        push(&mut here, number).unwrap();
    }
    let mut bytes = Vec::new();
    assert_eq!(here.export(0, &mut bytes).unwrap(), 20);
    let mut there = ReplayBuffer::new(shape(20, 5), Cursor::new(Vec::new()));
    there.import(13..33, &mut bytes.as_slice()).unwrap();
    let draw = |buffer: &mut ReplayBuffer<Cursor<Vec<u8>>>| {
        let mut batch = Minibatch::default();
        buffer.sample(100, &mut ChaCha8Rng::seed_from_u64(2), &mut batch).unwrap();
        batch.rewards
    };
    assert_eq!(draw(&mut here), draw(&mut there));
    assert!(there.import(33..53, &mut &bytes[..7]).is_err());
}

#[test]
fn what_cannot_be_learned_from_is_refused_by_name() {
    let mut buffer = ReplayBuffer::new(shape(4, 0), Cursor::new(Vec::new()));
    let mut batch = Minibatch::default();
    let drawn = buffer.sample(1, &mut ChaCha8Rng::seed_from_u64(1), &mut batch);
    assert!(matches!(drawn, Err(ReplayError::Empty)));
    let (seen, mut broken) = (observation(1), observation(2));
    broken[13] = f32::NAN;
    let good = Transition {
        observation: &seen,
        action: &[0.0, 0.0],
        reward: 1.0,
        discount: 1.0,
        next_observation: &seen,
    };
    let mut refused = |transition| buffer.push(transition).unwrap_err();
    let nan_reward = refused(Transition { reward: f32::NAN, ..good });
    assert!(matches!(nan_reward, ReplayError::NotFinite { which: "reward" }));
    let infinite_discount = refused(Transition {
        discount: f32::INFINITY,
        ..good
    });
    assert!(matches!(infinite_discount, ReplayError::NotFinite { which: "discount" }));
    let nan_action = refused(Transition {
        action: &[f32::NAN, 0.0],
        ..good
    });
    assert!(matches!(nan_action, ReplayError::NotFinite { which: "action" }));
    let short_action = refused(Transition { action: &[0.0], ..good });
    assert!(matches!(short_action, ReplayError::ActionLength { expected: 2, found: 1 }));
    let broken_next = refused(Transition {
        next_observation: &broken,
        ..good
    });
    assert!(matches!(broken_next, ReplayError::Observation { which: "next", .. }));
    assert!(buffer.is_empty());
}

/// A disk that is full.
struct Full;

impl Read for Full {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Ok(0)
    }
}

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Full {
    fn seek(&mut self, _: SeekFrom) -> std::io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_full_disk_is_an_error_that_says_so() {
    let mut buffer = ReplayBuffer::new(shape(4, 0), Full);
    let refused = push(&mut buffer, 0).unwrap_err();
    assert!(matches!(refused, ReplayError::Storage { record: 0, source } if source.kind() == std::io::ErrorKind::StorageFull));
    assert_eq!(buffer.written(), 0);
}
