//! DroQ's update against robopianist-rl's: `droq_update check FIXTURE` or `droq_update time THREADS [UPDATES] [dense]`; see benches/learning.

use learning::droq::{Droq, DroqNoise, DroqSettings};
use learning::inputs::{InputBatch, InputLayout};
use learning::network::{Dropped, Network};
use learning::replay::Minibatch;
use learning::threads::Threads;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::SafeTensors;
use std::num::NonZeroUsize;
use std::time::Instant;

/// As in jax_update.py.
const OBSERVATION: usize = 1164;
const BITS: std::ops::Range<usize> = 39..1028;
const ONES: usize = 33;
const ACTION: usize = 39;
const BATCH: usize = 256;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments[0].as_str() {
        "check" => check(&std::fs::read(&arguments[1]).unwrap()),
        "time" => {
            let updates = arguments.get(2).map_or(200, |updates| updates.parse().unwrap());
            time(arguments[1].parse().unwrap(), updates, arguments.get(3).is_none());
        }
        other => panic!("check or time, not {other}"),
    }
}

fn check(file: &[u8]) {
    let file = SafeTensors::deserialize(file).unwrap();
    let floats = |name: &str| -> Vec<f32> {
        let data = file.tensor(name).unwrap().data();
        data.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect()
    };
    let layout = InputLayout::new(OBSERVATION, BITS).unwrap();
    let mut droq = Droq::new(&layout, ACTION, DroqSettings::default(), &mut ChaCha8Rng::seed_from_u64(1));
    for (name, network) in droq.networks_mut() {
        load(network, |parameter| floats(&format!("before.{name}.{parameter}")));
    }
    let threads = Threads::new(NonZeroUsize::new(2).unwrap()).unwrap();
    let updates = (0..).take_while(|number| file.tensor(&format!("{number}.reward")).is_ok()).count();
    let mut worst = 0.0f32;
    for number in 0..updates {
        let get = |name: &str| floats(&format!("{number}.{name}"));
        let mut batch = minibatch(&layout, &get("state"), &get("next_state"));
        (batch.actions, batch.rewards, batch.discounts) = (get("action"), get("reward"), get("discount"));
        let pass = |first: usize| -> Vec<Dropped> {
            let keep = |layer: usize| file.tensor(&format!("{number}.keep{}", first + layer)).unwrap().data();
            let half = |data: &'_ [u8], critic: usize| -> Vec<u32> {
                let units = &data[critic * data.len() / 2..(critic + 1) * data.len() / 2];
                (0..units.len() as u32).filter(|unit| units[*unit as usize] == 0).collect()
            };
            let dropped = |critic| Dropped {
                rate: 0.01,
                units: (0..3).map(|layer| half(keep(layer), critic)).collect(),
            };
            (0..2).map(dropped).collect()
        };
        let noise = DroqNoise {
            next_action: get("noise0"),
            action: get("noise1"),
            target: pass(0),
            critic: pass(3),
            actor: pass(6),
        };
        let losses = droq.update(&mut batch, &noise, &threads).unwrap();
        for (name, ours) in [
            ("critic_loss", losses.critic),
            ("q", losses.value),
            ("actor_loss", losses.actor),
            ("entropy", losses.entropy),
            ("temperature", losses.temperature),
            ("temperature_loss", losses.temperature_loss),
        ] {
            let theirs = get(name)[0];
            let error = (ours - theirs).abs() / theirs.abs();
            worst = worst.max(error);
            println!("update {number} {name:16} {ours:12.6} JAX {theirs:12.6}  relative difference {error:.1e}");
        }
    }
    let mut moved = 0.0f32;
    for (name, network) in droq.networks_mut() {
        let ours = network.clone();
        load(network, |parameter| floats(&format!("after.{name}.{parameter}")));
        let pairs = ours.parameters.iter().zip(&network.parameters);
        moved = pairs.fold(moved, |worst, (ours, theirs)| worst.max((ours - theirs).abs()));
    }
    println!("losses differ by at most {worst:.1e} relative; parameters after {updates} updates by at most {moved:.1e}");
    assert!(worst < 1e-4 && moved < 1e-3, "not the same update");
}

fn load(network: &mut Network, floats: impl Fn(&str) -> Vec<f32>) {
    for parameter in network.named_parameters() {
        let numbers = floats(&parameter.name);
        if parameter.name == "0.weight" {
            network.set_first_weights_in_observation_order(&numbers);
        } else {
            network.parameters[parameter.range].copy_from_slice(&numbers);
        }
    }
}

fn minibatch(layout: &InputLayout, observations: &[f32], next_observations: &[f32]) -> Minibatch {
    let inputs = |numbers: &[f32]| {
        let mut inputs = InputBatch::new(layout, ACTION);
        for observation in numbers.chunks_exact(layout.len()) {
            inputs.push(layout, observation).unwrap();
        }
        inputs
    };
    Minibatch {
        observations: inputs(observations),
        next_observations: inputs(next_observations),
        ..Minibatch::default()
    }
}

/// Random numbers are drawn in each update, as JAX draws them.
fn time(threads: usize, updates: usize, sparse: bool) {
    let layout = if sparse {
        InputLayout::new(OBSERVATION, BITS).unwrap()
    } else {
        InputLayout::dense(OBSERVATION)
    };
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut observations = || {
        let mut numbers: Vec<f32> = (0..BATCH * OBSERVATION).map(|_| random.random_range(-0.5..0.5)).collect();
        for row in numbers.chunks_exact_mut(OBSERVATION) {
            row[BITS].fill(0.0);
            for _ in 0..ONES {
                row[random.random_range(BITS)] = 1.0;
            }
        }
        numbers
    };
    let mut batches: Vec<_> = (0..8).map(|_| minibatch(&layout, &observations(), &observations())).collect();
    for batch in &mut batches {
        batch.actions = (0..BATCH * ACTION).map(|_| random.random_range(-1.0..1.0)).collect();
        batch.rewards = (0..BATCH).map(|_| random.random_range(0.0..3.0)).collect();
        batch.discounts = vec![1.0; BATCH];
    }
    let workers = Threads::new(NonZeroUsize::new(threads).unwrap()).unwrap();
    let mut droq = Droq::new(&layout, ACTION, DroqSettings::default(), &mut random);
    let mut noise = DroqNoise::default();
    let mut start = Instant::now();
    const WARM_UP: usize = 10;
    for number in 0..WARM_UP + updates {
        if number == WARM_UP {
            start = Instant::now();
        }
        droq.draw_noise(BATCH, &mut random, &mut noise);
        droq.update(&mut batches[number % 8], &noise, &workers).unwrap();
    }
    let rate = updates as f64 / start.elapsed().as_secs_f64();
    let kind = if sparse { "bits as lists" } else { "all dense" };
    println!("{:36} {rate:7.2} updates/s", format!("ours, {threads} threads, {kind}"));
}
