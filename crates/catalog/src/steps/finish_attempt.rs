use super::*;

pub(super) async fn finish_attempt(_store: &Store, _held: HeldJob, _outcome: &Outcome, _cost: &Cost) -> Result<(), CatalogError> {
    todo!()
}
