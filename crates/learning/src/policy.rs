//! A policy as it leaves training: a network, how its outputs become actions, and what it must be shown.

use crate::arithmetic::elementary::tanh;
use crate::checkpoint::{bytes, numbers};
use crate::inputs::{InputBatch, ObservationError};
use crate::network::{Activations, Dropped, Network, NetworkShape};
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How outputs become actions in -1..1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Squashing {
    /// By a hyperbolic tangent: DroQ and cloning.
    Tanh,
    /// By cutting off: PPO.
    Clip,
}

/// Actions as differences from where things are: what a network puts out is multiplied by `scale` and added to numbers of the
/// observation before it is cut off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relative {
    /// For every number of an action, the number of the observation it is added to; none for those that stand for themselves.
    pub base: Vec<Option<usize>>,
    /// What one of the network's units is worth, for every number of an action.
    pub scale: Vec<f32>,
}

/// A network that acts.
#[derive(Clone, Debug)]
pub struct Policy {
    network: Network,
    action_len: usize,
    squashing: Squashing,
    relative: Option<Relative>,
    contract: String,
}

impl Relative {
    /// Actions before they are cut off, for what is seen and what a network puts out.
    pub fn actions(&self, observation: &[f32], outputs: &[f32], actions: &mut [f32]) {
        let each = self.base.iter().zip(&self.scale).zip(outputs);
        for (action, ((base, scale), output)) in actions.iter_mut().zip(each) {
            *action = base.map_or(0.0, |base| observation[base]) + scale * output;
        }
    }

    /// What a network would have to put out for actions.
    pub fn outputs(&self, observation: &[f32], actions: &[f32], outputs: &mut [f32]) {
        let each = self.base.iter().zip(&self.scale).zip(actions);
        for (output, ((base, scale), action)) in outputs.iter_mut().zip(each) {
            *output = (action - base.map_or(0.0, |base| observation[base])) / scale;
        }
    }

    fn fits(&self, action_len: usize, shape: &NetworkShape) -> bool {
        let seen = |base: &Option<usize>| base.is_none_or(|base| base < shape.observation.len());
        self.base.len() == action_len
            && self.scale.len() == action_len
            && self.base.iter().all(seen)
            && self.scale.iter().all(|scale| scale.is_finite() && *scale > 0.0)
    }
}

/// What a policy's file says in words.
#[derive(Serialize, Deserialize)]
struct Header {
    shape: NetworkShape,
    action_len: usize,
    squashing: Squashing,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    relative: Option<Relative>,
    contract: String,
}

/// A file that is no policy.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not a safetensors file.
    #[error("a policy that is no safetensors file")]
    Format(#[from] SafeTensorError),
    /// The header does not say what the network is.
    #[error("the policy's header cannot be read")]
    Header(#[source] serde_json::Error),
    /// The header is missing.
    #[error("the file has no policy's header")]
    NoHeader,
    /// A tensor of another kind or shape than the header says.
    #[error("the policy's tensor '{name}' is not {shape:?} floats")]
    Tensor {
        /// Which.
        name: String,
        /// What it should be.
        shape: Vec<usize>,
    },
}

/// Where the header stands among a file's metadata.
const HEADER: &str = "policy";

impl Policy {
    /// Puts a policy together. The network's first `action_len` outputs are the actions before squashing; `contract` says, in words that
    /// programs can read, what every number of an observation is. Learning does not look into it.
    pub fn new(network: Network, action_len: usize, squashing: Squashing, contract: String) -> Policy {
        assert!(
            action_len <= network.shape().outputs,
            "a network has an output for each number of an action"
        );
        Policy {
            network,
            action_len,
            squashing,
            relative: None,
            contract,
        }
    }

    /// The same policy with actions that are relative to what it sees. Panics where `relative` does not fit.
    pub fn relative_to(mut self, relative: Relative) -> Policy {
        assert!(
            relative.fits(self.action_len, self.network.shape()),
            "a base and a scale for each number of an action"
        );
        self.relative = Some(relative);
        self
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Numbers in an action.
    pub fn action_len(&self) -> usize {
        self.action_len
    }

    /// How outputs become actions.
    pub fn squashing(&self) -> Squashing {
        self.squashing
    }

    /// What actions are relative to.
    pub fn relative(&self) -> Option<&Relative> {
        self.relative.as_ref()
    }

    /// What an observation is made of.
    pub fn contract(&self) -> &str {
        &self.contract
    }

    /// Acts on one observation.
    pub fn act(&self, observation: &[f32], action: &mut [f32]) -> Result<(), ObservationError> {
        let layout = &self.network.shape().observation;
        let mut inputs = InputBatch::new(layout, 0);
        inputs.push(layout, observation)?;
        let mut activations = Activations::default();
        self.network.forward(&inputs, &Dropped::default(), &mut activations);
        let outputs = &activations.outputs[..self.action_len];
        match &self.relative {
            Some(relative) => relative.actions(observation, outputs, action),
            None => action.copy_from_slice(outputs),
        }
        for action in action {
            *action = match self.squashing {
                Squashing::Tanh => tanh(*action),
                Squashing::Clip => action.clamp(-1.0, 1.0),
            };
        }
        Ok(())
    }

    /// A safetensors file: every parameter under its name, weights `[inputs][outputs]` in the order of the observation.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, PolicyError> {
        let header = Header {
            shape: self.network.shape().clone(),
            action_len: self.action_len,
            squashing: self.squashing,
            relative: self.relative.clone(),
            contract: self.contract.clone(),
        };
        let header = serde_json::to_string(&header).map_err(PolicyError::Header)?;
        let tensors = self.tensors();
        let tensors: Vec<_> = tensors
            .iter()
            .map(|(name, shape, numbers)| (name, shape.clone(), bytes(numbers)))
            .collect();
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)));
        let views = views.collect::<Result<Vec<_>, SafeTensorError>>()?;
        Ok(safetensors::serialize(views, Some(HashMap::from([(HEADER.to_owned(), header)])))?)
    }

    /// Every parameter: name, shape, numbers, the first weights in the order of the observation.
    pub(crate) fn tensors(&self) -> Vec<(String, Vec<usize>, Vec<f32>)> {
        let tensor = |parameter: crate::network::NamedParameter| {
            let numbers = match parameter.name.as_str() {
                FIRST_WEIGHT => self.network.first_weights_in_observation_order(),
                _ => self.network.parameters[parameter.range].to_vec(),
            };
            (parameter.name, parameter.shape, numbers)
        };
        self.network.named_parameters().into_iter().map(tensor).collect()
    }

    /// Reads a file.
    pub fn from_safetensors(file: &[u8]) -> Result<Policy, PolicyError> {
        let (_, metadata) = SafeTensors::read_metadata(file)?;
        let header = metadata.metadata().as_ref().and_then(|facts| facts.get(HEADER));
        let header: Header = serde_json::from_str(header.ok_or(PolicyError::NoHeader)?).map_err(PolicyError::Header)?;
        let tensors = SafeTensors::deserialize(file)?;
        let sizes = tensors.len();
        // A header that promises more than the file holds is refused before anything is made of its size.
        if header.shape.hidden.len() + 1 > sizes || header.action_len > header.shape.outputs || !plausible(&header.shape, file.len()) {
            return Err(PolicyError::NoHeader);
        }
        if header
            .relative
            .as_ref()
            .is_some_and(|relative| !relative.fits(header.action_len, &header.shape))
        {
            return Err(PolicyError::NoHeader);
        }
        let mut network = Network::zero(header.shape);
        for parameter in network.named_parameters() {
            let view = tensors.tensor(&parameter.name)?;
            if view.dtype() != Dtype::F32 || view.shape() != parameter.shape {
                return Err(PolicyError::Tensor {
                    name: parameter.name,
                    shape: parameter.shape,
                });
            }
            match parameter.name.as_str() {
                FIRST_WEIGHT => network.set_first_weights_in_observation_order(&numbers(view.data())),
                _ => network.parameters[parameter.range].copy_from_slice(&numbers(view.data())),
            }
        }
        Ok(Policy {
            relative: header.relative,
            ..Policy::new(network, header.action_len, header.squashing, header.contract)
        })
    }
}

/// The one parameter whose rows are kept in another order than they are shown.
const FIRST_WEIGHT: &str = "0.weight";

/// Whether a network of this shape can come from a file of so many bytes.
fn plausible(shape: &NetworkShape, file_len: usize) -> bool {
    let inputs = shape.observation.len().checked_add(shape.extra);
    let widths = shape.hidden.iter().chain([&shape.outputs]);
    let some_everywhere = shape.hidden.iter().chain([&shape.outputs]).all(|width| *width > 0);
    let bits_within = shape.observation.bits().start <= shape.observation.bits().end;
    let weights = widths.fold((inputs, Some(0usize)), |(inputs, sum), width| {
        let weights = inputs.and_then(|inputs| inputs.checked_mul(*width));
        (Some(*width), sum.zip(weights).and_then(|(sum, weights)| sum.checked_add(weights)))
    });
    some_everywhere
        && bits_within
        && shape.observation.bits().end <= shape.observation.len()
        && weights.1.is_some_and(|weights| weights <= file_len / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::InputLayout;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn a_policy_comes_back_and_acts_alike_and_a_lying_header_is_refused() {
        let shape = NetworkShape {
            observation: InputLayout::new(7, 2..5).unwrap(),
            extra: 0,
            hidden: vec![4, 3],
            outputs: 4,
            layer_norm: true,
        };
        let network = Network::new(shape, &mut ChaCha8Rng::seed_from_u64(1));
        let policy = Policy::new(network, 2, Squashing::Tanh, "seven numbers".into());
        let file = policy.to_safetensors().unwrap();
        let back = Policy::from_safetensors(&file).unwrap();
        let observation = [0.1, 0.2, 1.0, 0.0, 1.0, -0.3, 2.0];
        let acts = |policy: &Policy| {
            let mut action = [0.0; 2];
            policy.act(&observation, &mut action).unwrap();
            action
        };
        assert_eq!(acts(&policy), acts(&back));
        assert_eq!(back.contract(), "seven numbers");
        let relative = Relative {
            base: vec![Some(5), None],
            scale: vec![0.1, 2.0],
        };
        let cut = Policy::new(policy.network.clone(), 2, Squashing::Clip, String::new()).relative_to(relative.clone());
        let back = Policy::from_safetensors(&cut.to_safetensors().unwrap()).unwrap();
        assert_eq!(back.relative(), Some(&relative));
        assert_eq!(acts(&cut), acts(&back));
        let mut outputs = [0.0; 2];
        relative.outputs(&observation, &[-0.1, 0.8], &mut outputs);
        assert!((outputs[0] - 2.0).abs() < 1e-6 && (outputs[1] - 0.4).abs() < 1e-6, "{outputs:?}");
        let first = SafeTensors::deserialize(&file).unwrap();
        assert_eq!(first.tensor("0.weight").unwrap().shape(), [7, 4]);
        assert!(policy.act(&[f32::NAN; 7], &mut [0.0; 2]).is_err());
        let mut lie = file.clone();
        let at = file.windows(5).position(|bytes| bytes == b"[4,3]").unwrap();
        lie[at + 1] = b'9';
        assert!(Policy::from_safetensors(&lie).is_err());
        assert!(Policy::from_safetensors(b"nothing").is_err());
    }
}
