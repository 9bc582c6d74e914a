//! The arithmetic that training spends its time in.

pub mod elementary;
pub mod matmul;
pub mod rows;

/// A piece of arithmetic for [`vectorised`]. Its `call` must be marked `#[inline(always)]`, and the functions that it calls too: only
/// what is inlined is compiled for the processor's vector instructions.
pub(crate) use pulp::NullaryFnOnce as Kernel;

/// Runs a kernel with the widest vector instructions that this processor has.
pub(crate) fn vectorised<K: Kernel>(kernel: K) -> K::Output {
    pulp::Arch::new().dispatch(kernel)
}
