//! What a job needs next, and how urgent it is.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a job needs next, which is also what kind of worker can do it. A submitted video is a `fetch_video` job until its
/// file is in the store and then becomes a `label_performance` job under the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// List the videos of a playlist or channel. Network, polite.
    ExpandPlaylist,
    /// Bring a video's file into the store. Network, polite.
    FetchVideo,
    /// Label a video. GPU.
    LabelPerformance,
    /// Train a policy on a labelled performance. CPU or GPU, hours.
    TrainPolicy,
    /// Write the files of a dataset version.
    BuildDataset,
}

impl JobKind {
    /// All of them.
    pub const ALL: [JobKind; 5] = [
        JobKind::ExpandPlaylist,
        JobKind::FetchVideo,
        JobKind::LabelPerformance,
        JobKind::TrainPolicy,
        JobKind::BuildDataset,
    ];

    /// The stable name: `fetch_video`.
    pub fn name(self) -> &'static str {
        match self {
            JobKind::ExpandPlaylist => "expand_playlist",
            JobKind::FetchVideo => "fetch_video",
            JobKind::LabelPerformance => "label_performance",
            JobKind::TrainPolicy => "train_policy",
            JobKind::BuildDataset => "build_dataset",
        }
    }
}

/// How urgent. Workers prefer urgent classes but leave the others a share, so that none waits for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Somebody waits for it.
    Interactive,
    /// Single videos.
    Normal,
    /// Batches.
    Backfill,
}

impl Class {
    /// Most urgent first.
    pub const ALL: [Class; 3] = [Class::Interactive, Class::Normal, Class::Backfill];

    /// The stable name: `interactive`.
    pub fn name(self) -> &'static str {
        match self {
            Class::Interactive => "interactive",
            Class::Normal => "normal",
            Class::Backfill => "backfill",
        }
    }

    /// 0 for the most urgent.
    pub fn rank(self) -> i64 {
        match self {
            Class::Interactive => 0,
            Class::Normal => 1,
            Class::Backfill => 2,
        }
    }
}

/// A name that stands for nothing here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is none of {known}")]
pub struct UnknownName {
    pub(crate) name: String,
    pub(crate) known: String,
}

macro_rules! named {
    ($type:ident) => {
        impl fmt::Display for $type {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<$type, UnknownName> {
                $type::ALL
                    .into_iter()
                    .find(|one| one.name() == name)
                    .ok_or_else(|| UnknownName {
                        name: name.chars().take(60).collect(),
                        known: $type::ALL.map($type::name).join(", "),
                    })
            }
        }
    };
}
pub(crate) use named;
named!(JobKind);
named!(Class);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for kind in JobKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        for class in Class::ALL {
            assert_eq!(class.name().parse(), Ok(class));
        }
        let unknown = "label".parse::<Class>().unwrap_err();
        assert_eq!(unknown.to_string(), "\"label\" is none of interactive, normal, backfill");
    }
}
