//! What may go wrong with an object store, as stories ask for it.

use hyper::Method;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done; the answer is 503 SlowDown.
    Refuse,
    /// The call waits so long before anything is done.
    Slow(Duration),
    /// It is done, and the answer comes so long afterwards.
    AnswerLate(Duration),
    /// It is done, and the connection is cut instead of an answer.
    LoseResponse,
    /// Half of the answer's body comes, then the connection is cut.
    TruncateBody,
}

/// Which calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// Any.
    All,
    /// GET and HEAD.
    Reads,
    /// PUT, POST and DELETE.
    Writes,
}

impl Calls {
    fn contain(self, method: &Method) -> bool {
        let reads = matches!(*method, Method::GET | Method::HEAD);
        match self {
            Calls::All => true,
            Calls::Reads => reads,
            Calls::Writes => !reads,
        }
    }
}

/// A fault and the calls it meets.
#[derive(Clone, Debug)]
pub struct FaultRule {
    /// Which calls.
    pub calls: Calls,
    /// Only paths (`/bucket/key`) that contain this.
    pub path_contains: String,
    /// What goes wrong.
    pub fault: Fault,
    /// How often, before the rule is used up.
    pub times: usize,
}

/// The faults in force. Clones are the same set.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    rules: Vec<FaultRule>,
    met: usize,
}

impl Faults {
    /// From now on these calls meet this fault; of several rules the first that fits is taken.
    pub fn add(&self, rule: FaultRule) {
        self.with(|state| state.rules.push(rule));
    }

    /// All calls meet this fault until `clear`.
    pub fn always(&self, calls: Calls, fault: Fault) {
        self.add(FaultRule {
            calls,
            path_contains: String::new(),
            fault,
            times: usize::MAX,
        });
    }

    /// Everything works again.
    pub fn clear(&self) {
        self.with(|state| state.rules.clear());
    }

    /// Calls that met a fault so far: a story asserts that its fault happened.
    pub fn met(&self) -> usize {
        self.with(|state| state.met)
    }

    /// The fault this call meets.
    pub(super) fn meet(&self, method: &Method, path: &str) -> Option<Fault> {
        self.with(|state| {
            let fits = |rule: &FaultRule| rule.times > 0 && rule.calls.contain(method) && path.contains(&rule.path_contains);
            let rule = state.rules.iter_mut().find(|rule| fits(rule))?;
            rule.times -= 1;
            state.met += 1;
            Some(rule.fault)
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
