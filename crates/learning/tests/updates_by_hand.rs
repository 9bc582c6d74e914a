//! One update of each algorithm with numbers small enough to be worked out beside it, in double precision.

use learning::droq::{Droq, DroqNoise, DroqSettings};
use learning::environment::Ending;
use learning::inputs::{InputBatch, InputLayout};
use learning::network::Dropped;
use learning::ppo::{Ppo, PpoBatch, PpoSettings, advantages};
use learning::replay::Minibatch;
use learning::threads::Threads;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::num::NonZeroUsize;

fn one_thread() -> Threads {
    Threads::new(NonZeroUsize::MIN).unwrap()
}

fn inputs(layout: &InputLayout, extra: usize, observations: &[f32]) -> InputBatch {
    let mut inputs = InputBatch::new(layout, extra);
    for observation in observations {
        inputs.push(layout, &[*observation]).unwrap();
    }
    inputs
}

fn close(name: &str, found: f32, expected: f64) {
    assert!(
        (f64::from(found) - expected).abs() < 1e-5 * expected.abs().max(1.0),
        "{name}: {found}, not {expected}"
    );
}

/// Action and logarithm of its density for mean, logarithm of the deviation and noise.
fn squashed(mean: f64, log_deviation: f64, noise: f64) -> (f64, f64) {
    let action = (mean + log_deviation.exp() * noise).tanh();
    let normal = -0.5 * noise * noise - log_deviation - 0.5 * std::f64::consts::TAU.ln();
    (action, normal - (1.0 - action * action).ln())
}

/// Linear networks over one observation and one action: critic = 0.5 s + 1.5 a + 0.1 and 0.4 s + a - 0.2; mean = 0.3 s, logarithm of the
/// deviation = -0.5 s - 1.
#[test]
fn droq() {
    let layout = InputLayout::dense(1);
    let settings = DroqSettings {
        hidden: vec![],
        layer_norm: false,
        dropout: 0.0,
        initial_temperature: 0.5,
        ..DroqSettings::default()
    };
    let mut droq = Droq::new(&layout, 1, settings, &mut ChaCha8Rng::seed_from_u64(1));
    let critics: [[f32; 3]; 2] = [[0.5, 1.5, 0.1], [0.4, 1.0, -0.2]];
    for (name, network) in droq.networks_mut() {
        let parameters: &[f32] = match name.as_str() {
            "actor" => &[0.3, -0.5, 0.0, -1.0],
            "critic0" | "target0" => &critics[0],
            _ => &critics[1],
        };
        network.parameters.copy_from_slice(parameters);
    }
    let (state, next, done, action) = (0.8, -0.6, [0.7, -1.1], 0.25);
    let mut batch = Minibatch {
        observations: inputs(&layout, 1, &[state]),
        actions: vec![action],
        rewards: vec![2.0],
        discounts: vec![1.0],
        next_observations: inputs(&layout, 1, &[next]),
    };
    let noise = DroqNoise {
        next_action: vec![done[0]],
        action: vec![done[1]],
        target: vec![Dropped::default(); 2],
        critic: vec![Dropped::default(); 2],
        actor: vec![Dropped::default(); 2],
    };
    let losses = droq.update(&mut batch, &noise, &one_thread()).unwrap();

    let value = |critic: &[f64; 3], state: f64, action: f64| critic[0] * state + critic[1] * action + critic[2];
    let (state, next, action, temperature) = (f64::from(state), f64::from(next), f64::from(action), 0.5);
    let critics = critics.map(|critic| critic.map(f64::from));
    let (next_action, next_log) = squashed(0.3 * next, -0.5 * next - 1.0, f64::from(done[0]));
    let least = value(&critics[0], next, next_action).min(value(&critics[1], next, next_action));
    let target = 2.0 + 0.8 * (least - temperature * next_log);
    let errors = critics.map(|critic| value(&critic, state, action) - target);
    close("critic loss", losses.critic, (errors[0].powi(2) + errors[1].powi(2)) / 2.0);
    // Adam's first step goes by the whole rate against the gradient's sign, whatever its size.
    let rate = f64::from(3e-4f32);
    let moved: Vec<[f64; 3]> = critics
        .iter()
        .zip(errors)
        .map(|(critic, error)| {
            let inputs = [state, action, 1.0];
            std::array::from_fn(|index| critic[index] - rate * (error * inputs[index]).signum())
        })
        .collect();
    let (new_action, log) = squashed(0.3 * state, -0.5 * state - 1.0, f64::from(done[1]));
    let new_value = (value(&moved[0], state, new_action) + value(&moved[1], state, new_action)) / 2.0;
    close("actor loss", losses.actor, temperature * log - new_value);
    close("entropy", losses.entropy, -log);
    // The target entropy is half a nat below zero for each number of an action.
    close("temperature loss", losses.temperature_loss, temperature * (-log + 0.5));
    let tau = 0.005;
    for (name, network) in droq.networks_mut() {
        for index in 0..3 {
            let expected = match name.as_str() {
                "critic0" => moved[0][index],
                "critic1" => moved[1][index],
                "target0" => critics[0][index] + tau * (moved[0][index] - critics[0][index]),
                "target1" => critics[1][index] + tau * (moved[1][index] - critics[1][index]),
                _ => continue,
            };
            close(&format!("{name} {index}"), network.parameters[index], expected);
        }
    }
    // By the mean: weight 2 a + (1 - a^2) (-dq/da).
    let by_mean = 2.0 * temperature * new_action - (1.0 - new_action * new_action) * (moved[0][1] + moved[1][1]) / 2.0;
    let deviation = (-0.5 * state - 1.0).exp();
    let by_log = by_mean * deviation * f64::from(done[1]) - temperature;
    let expected = [
        0.3 - rate * (by_mean * state).signum(),
        -0.5 - rate * (by_log * state).signum(),
        -rate * by_mean.signum(),
        -1.0 - rate * by_log.signum(),
    ];
    for (found, expected) in droq.actor().parameters.iter().zip(expected) {
        close("actor", *found, expected);
    }
}

#[test]
fn ppo_advantages() {
    let settings = PpoSettings {
        discount: 0.5,
        advantage_decay: 0.5,
        ..PpoSettings::default()
    };
    let endings = [Ending::Running, Ending::Cut, Ending::Running, Ending::Over];
    let found = advantages(
        &settings,
        &[1.0, 2.0, 3.0, 4.0],
        &[0.5, 1.0, 1.5, 2.0],
        &[1.0, 8.0, 2.0, 9.0],
        &endings,
    );
    // 4 - 2 = 2; 3 + 1 - 1.5 + 0.25 * 2 = 3; 2 + 4 - 1 = 5 (cut: what comes is worth 8); 1 + 0.5 - 0.5 + 0.25 * 5 = 2.25.
    assert_eq!(found, [2.25, 5.0, 3.0, 2.0]);
}

/// mean = 0.5 s, deviation 1; the second action is already twice as likely as when it was taken, so it is clipped and does not count.
#[test]
fn ppo() {
    let layout = InputLayout::dense(1);
    let settings = PpoSettings {
        hidden: vec![],
        max_gradient: 1e9,
        ..PpoSettings::default()
    };
    let mut ppo = Ppo::new(&layout, 1, settings, &mut ChaCha8Rng::seed_from_u64(1));
    for (name, network) in ppo.networks_mut() {
        let parameters: &[f32] = if name == "policy" { &[0.5, 0.0] } else { &[1.0, 0.25] };
        network.parameters.copy_from_slice(parameters);
    }
    let density = |action: f64, mean: f64| -0.5 * (action - mean).powi(2) - 0.5 * std::f64::consts::TAU.ln();
    let logs = [density(0.2, 0.5), density(1.3, 1.0) - 2f64.ln()];
    let batch = PpoBatch {
        observations: inputs(&layout, 0, &[1.0, 2.0]),
        actions: vec![0.2, 1.3],
        log_probabilities: logs.map(|log| log as f32).to_vec(),
        advantages: vec![-3.0, 1.0],
        returns: vec![1.0, 2.0],
    };
    let losses = ppo.update(&batch, &one_thread());
    // Advantages become -1 and 1. Ratios 1 and 2: losses 1 and, clipped, -1.2.
    close("policy", losses.policy, (1.0 - 1.2) / 2.0);
    close("clipped", losses.clipped, 0.5);
    // Values 1.25 and 2.25: both too great by a quarter.
    close("value", losses.value, 0.5 * 0.0625);
    close("entropy", losses.entropy, 0.5 + 0.5 * std::f64::consts::TAU.ln());
    // Only the first counts: its action lay below the mean and was bad, so the mean rises, and the deviation grows because the action lay
    // within it: (0.3^2 - 1) times a positive loss is negative.
    let rate = f64::from(3e-4f32);
    let policy = ppo.policy().parameters.clone();
    close("mean's weight", policy[0], 0.5 + rate);
    close("mean's bias", policy[1], rate);
    close("deviation", ppo.log_deviations()[0], rate);
    for (name, network) in ppo.networks_mut() {
        if name == "value" {
            close("value's weight", network.parameters[0], 1.0 - rate);
            close("value's bias", network.parameters[1], 0.25 - rate);
        }
    }
}

#[test]
fn cloning() {
    use learning::cloning::{Cloning, CloningSettings};
    use learning::replay::ReplayShape;
    let settings = CloningSettings {
        hidden: vec![],
        batch: 1,
        ..CloningSettings::default()
    };
    let shape = ReplayShape {
        observation: InputLayout::dense(1),
        action_len: 1,
        keeps_next: false,
        capacity: 1,
        slack: 0,
    };
    let mut cloning = Cloning::new(settings, shape, std::io::Cursor::new(Vec::new()), 1).unwrap();
    cloning.network().parameters.copy_from_slice(&[0.5, 0.1]);
    cloning.demonstrate(&[2.0], &[0.25]).unwrap();
    let loss = cloning.train(1, &one_thread()).unwrap();
    close("loss", loss, (1.1f64.tanh() - 0.25).powi(2));
    let rate = f64::from(3e-4f32);
    close("weight", cloning.network().parameters[0], 0.5 - rate);
    close("bias", cloning.network().parameters[1], 0.1 - rate);
}

#[test]
fn settings_that_nothing_can_be_learned_with_are_refused_by_name() {
    let refused = |settings: DroqSettings| settings.check().unwrap_err().name;
    let default = DroqSettings::default;
    assert_eq!(default().check(), Ok(()));
    assert_eq!(
        refused(DroqSettings {
            hidden: vec![256, 0],
            ..default()
        }),
        "hidden"
    );
    assert_eq!(refused(DroqSettings { critics: 0, ..default() }), "critics");
    assert_eq!(refused(DroqSettings { dropout: 1.0, ..default() }), "dropout");
    assert_eq!(
        refused(DroqSettings {
            critic_rate: f32::NAN,
            ..default()
        }),
        "critic_rate"
    );
    assert_eq!(
        PpoSettings {
            horizon: 0,
            ..PpoSettings::default()
        }
        .check()
        .unwrap_err()
        .name,
        "horizon"
    );
}
