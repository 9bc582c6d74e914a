//! Checkpoints: every number that a run goes on from, exactly, in one safetensors file.
//!
//! Numbers are tensors, bit for bit; settings, counters and the generator's state are text in the file's header. The replay buffer's
//! records are not copied: see [`crate::replay`].

use crate::adam::Adam;
use crate::network::Network;
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};

/// Numbers and facts by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    numbers: BTreeMap<String, Vec<f32>>,
    facts: BTreeMap<String, String>,
}

/// A file that is no checkpoint, or not of this run.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Not a safetensors file, or cut off.
    #[error("a checkpoint that is no safetensors file")]
    Format(#[from] SafeTensorError),
    /// Something is missing.
    #[error("the checkpoint lacks '{name}'")]
    Missing {
        /// What.
        name: String,
    },
    /// A fact of another kind.
    #[error("the checkpoint's '{name}' cannot be read")]
    Fact {
        /// Which.
        name: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Numbers of another kind or count.
    #[error("the checkpoint's '{name}' has {found} numbers, not {expected}")]
    Shape {
        /// Which.
        name: String,
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
}

impl Checkpoint {
    /// Adds numbers.
    pub fn put(&mut self, name: &str, numbers: Vec<f32>) {
        self.numbers.insert(name.to_owned(), numbers);
    }

    /// Adds a fact. Panics on one that JSON cannot say, which is a mistake of the caller's.
    pub fn put_fact(&mut self, name: &str, fact: &impl Serialize) {
        let text = serde_json::to_string(fact).expect("facts are plain data");
        self.facts.insert(name.to_owned(), text);
    }

    /// Adds a network's parameters and its optimiser's moments.
    pub fn put_network(&mut self, name: &str, network: &Network, adam: Option<&Adam>) {
        self.put(name, network.parameters.clone());
        if let Some(adam) = adam {
            self.put_adam(name, adam);
        }
    }

    /// Adds an optimiser's moments.
    pub fn put_adam(&mut self, name: &str, adam: &Adam) {
        self.put(&format!("{name}.adam_first"), adam.first.clone());
        self.put(&format!("{name}.adam_second"), adam.second.clone());
        self.put_fact(&format!("{name}.adam_steps"), &adam.steps);
    }

    /// Numbers by name.
    pub fn get(&self, name: &str) -> Result<Vec<f32>, CheckpointError> {
        let found = self.numbers.get(name).cloned();
        found.ok_or_else(|| CheckpointError::Missing { name: name.to_owned() })
    }

    /// Numbers by name, of which there must be so many.
    pub fn get_exactly(&self, name: &str, expected: usize) -> Result<Vec<f32>, CheckpointError> {
        let numbers = self.get(name)?;
        if numbers.len() != expected {
            return Err(CheckpointError::Shape {
                name: name.to_owned(),
                expected,
                found: numbers.len(),
            });
        }
        Ok(numbers)
    }

    /// A fact by name.
    pub fn fact<T: DeserializeOwned>(&self, name: &str) -> Result<T, CheckpointError> {
        let text = self.facts.get(name);
        let text = text.ok_or_else(|| CheckpointError::Missing { name: name.to_owned() })?;
        serde_json::from_str(text).map_err(|source| CheckpointError::Fact {
            name: name.to_owned(),
            source,
        })
    }

    /// Brings back a network's parameters.
    pub fn restore_network(&self, name: &str, network: &mut Network) -> Result<(), CheckpointError> {
        network.parameters = self.get_exactly(name, network.parameters.len())?;
        Ok(())
    }

    /// Brings back the moments of a network's optimiser.
    pub fn restore_adam(&self, name: &str, network: &Network) -> Result<Adam, CheckpointError> {
        let len = network.parameters.len();
        let first = self.get_exactly(&format!("{name}.adam_first"), len)?;
        let second = self.get_exactly(&format!("{name}.adam_second"), len)?;
        let steps = self.fact(&format!("{name}.adam_steps"))?;
        Ok(Adam::restore(network, first, second, steps))
    }

    /// Brings back the moments of numbers that are no network's.
    pub fn restore_adam_of_numbers(&self, name: &str, len: usize) -> Result<Adam, CheckpointError> {
        let first = self.get_exactly(&format!("{name}.adam_first"), len)?;
        let second = self.get_exactly(&format!("{name}.adam_second"), len)?;
        Ok(Adam::of_numbers(first, second, self.fact(&format!("{name}.adam_steps"))?))
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        let bytes: BTreeMap<&String, Vec<u8>> = self.numbers.iter().map(|(name, numbers)| (name, bytes(numbers))).collect();
        let views = bytes.iter().map(|(name, bytes)| {
            let view = TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes);
            view.map(|view| (name.as_str(), view))
        });
        let views = views.collect::<Result<Vec<_>, _>>()?;
        let facts: HashMap<String, String> = self.facts.clone().into_iter().collect();
        Ok(safetensors::serialize(views, Some(facts))?)
    }

    /// Reads a file.
    pub fn from_bytes(file: &[u8]) -> Result<Checkpoint, CheckpointError> {
        let (_, header) = SafeTensors::read_metadata(file)?;
        let facts = header.metadata().clone().unwrap_or_default();
        let mut checkpoint = Checkpoint {
            facts: facts.into_iter().collect(),
            ..Checkpoint::default()
        };
        for (name, view) in SafeTensors::deserialize(file)?.tensors() {
            if view.dtype() != Dtype::F32 {
                return Err(CheckpointError::Shape {
                    name,
                    expected: view.shape().iter().product(),
                    found: 0,
                });
            }
            checkpoint.numbers.insert(name, numbers(view.data()));
        }
        Ok(checkpoint)
    }
}

/// Numbers as they stand in safetensors files.
pub(crate) fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The reverse of [`bytes`].
pub(crate) fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_comes_back_bit_for_bit_and_a_broken_one_is_refused() {
        let mut checkpoint = Checkpoint::default();
        checkpoint.put("odd", vec![f32::MIN_POSITIVE / 4.0, -0.0, f32::NAN, 0.1]);
        checkpoint.put("none", vec![]);
        checkpoint.put_fact("steps", &u64::MAX);
        let file = checkpoint.to_bytes().unwrap();
        let back = Checkpoint::from_bytes(&file).unwrap();
        let bits = |numbers: Vec<f32>| numbers.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(back.get("odd").unwrap()), bits(checkpoint.get("odd").unwrap()));
        assert!(back.get("none").unwrap().is_empty());
        assert_eq!(back.fact::<u64>("steps").unwrap(), u64::MAX);
        assert!(matches!(back.get("even"), Err(CheckpointError::Missing { .. })));
        assert!(matches!(back.get_exactly("odd", 5), Err(CheckpointError::Shape { found: 4, .. })));
        assert!(Checkpoint::from_bytes(&file[..file.len() - 1]).is_err());
        assert!(Checkpoint::from_bytes(b"not a checkpoint").is_err());
    }
}
