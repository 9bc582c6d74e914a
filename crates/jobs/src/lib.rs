//! The words of the job engine: ids, kinds, states, leases, failures and when to try again.
